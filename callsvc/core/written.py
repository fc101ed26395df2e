"""Queries asked at every decision, written out once for each database, with their constants in the text.

Built by the toolkit, each constant of a query is a parameter: the whole of it is looked up at each execution,
and PostgreSQL plans it anew, for it cannot know that the constant never changes. Written out, only what does
change is a parameter; the server keeps its plan, and the toolkit has one short text to look up.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, Row
from sqlalchemy.sql import visitors

from callsvc.core.db import Tx

_DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite+pysqlite"}


class Written:
    """A query with ``bindparam``s, or a change that returns rows. Every column has a name of its own.

    Example: ``Written(sa.select(region.c.name).where(region.c.code == sa.bindparam("code")))``, which is
    asked by ``first(tx, code="44")``. Parameters that stand for lists are not for this.
    """

    def __init__(self, query: sa.Select[Any] | sa.CompoundSelect[Any] | sa.sql.dml.ReturningUpdate[Any]):
        self._query = query
        self._texts: dict[str, Any] = {}

    def all(self, tx: Tx, **values: Any) -> Sequence[Row[Any]]:
        return tx.all(self._text(tx.dialect), **values)

    def first(self, tx: Tx, **values: Any) -> Row[Any] | None:
        return tx.first(self._text(tx.dialect), **values)

    def _text(self, name: str) -> Any:
        if name not in self._texts:
            self._texts[name] = _written_out(self._query, _dialect(name))
        return self._texts[name]


@cache
def _dialect(name: str) -> Dialect:
    return sa.make_url(f"{_DRIVERS[name]}://").get_dialect()()


def _written_out(query: Any, dialect: Dialect) -> Any:
    asked: dict[str, sa.BindParameter[Any]] = {}

    def named(element: Any, **_: Any) -> Any:
        if isinstance(element, sa.BindParameter) and element.required:
            asked[element.key] = element
            return sa.literal_column(f"__{element.key}__", element.type)
        return None

    plain = visitors.replacement_traverse(query, {}, named)
    words = str(plain.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    if dialect.paramstyle == "pyformat":
        words = words.replace("%%", "%")  # it is doubled again when the text is compiled
    words = re.sub(r"(?<![:\w]):(?=\w)", r"\:", words)  # no parameter, but part of a constant
    words = re.sub(r"__(\w+?)__", r":\1", words)
    text = sa.text(words).bindparams(*(sa.bindparam(key, type_=one.type) for key, one in asked.items()))
    return text.columns(*query.exported_columns)
