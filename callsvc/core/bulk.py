"""Many rows of one table at once, by the quickest way each database has.

SQLite runs one prepared statement for all of them, PostgreSQL takes them by COPY. Both skip what makes a
statement of the toolkit convenient, so values come as the driver wants them: text, bytes, numbers, None, and
instants by ``stamp``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # whoever only stamps needs no toolkit
    import sqlalchemy as sa
    from sqlalchemy.engine import Connection

Rows = Sequence[tuple[Any, ...]]

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_FEW: Final = {bool, type(None)}  # types of few values
_SPECIAL: Final = ("\\", "\t", "\n", "\r")

_CELL: Final = {None: "\\N", True: "t", False: "f"}

_AT_ONCE: Final = 500  # rows written, or values in one IN (...), well under the limit of SQLite

ROOMY: Final = ("PRAGMA cache_size = -16384", "PRAGMA wal_autocheckpoint = 16000")
"""For a SQLite connection that takes a million rows: 16 MiB of pages at hand, and the journal brought home
after 64 MiB instead of 4, so that a page of an index that many rows touch is written once for all of them."""

BULK_OF_POSTGRESQL: Final = (
    "SELECT set_config(name, 'off', true) FROM unnest(ARRAY['synchronous_commit', 'enable_seqscan']) AS name"
)
"""What PostgreSQL is told at the beginning of a bulk transaction, for its length.

Its commit waits for no disk. And tables are read by their indexes: while a list streams in, the table that
the planner last looked at was a small one, and it would read all of what that has become for every batch, and
compare each row with hundreds of values. That took a quarter of the server's time.
"""


def stamp(at: datetime, dialect: str) -> str:
    """An instant as this database reads it back: UTC, to the microsecond.

    >>> stamp(datetime(2020, 11, 16, 9, tzinfo=UTC), "sqlite")
    '2020-11-16 09:00:00.000000'
    """
    text = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return f"{text}+00" if dialect == "postgresql" else text


def nothing() -> None:
    """To be done meanwhile."""


def insert_rows(
    connection: "Connection",
    table: "sa.Table",
    columns: tuple[str, ...],
    rows: Rows,
    meanwhile: Callable[[], None] = nothing,
) -> None:
    """Insert rows whose values stand in the order of ``columns``; a broken key fails all of them.

    ``meanwhile`` runs once, while PostgreSQL stores what was sent last: it must not use the connection.
    """
    if rows and connection.dialect.name == "postgresql":
        with _copying(connection, _copy(table.name, columns)) as copy:
            for start in range(0, len(rows), _AT_ONCE):  # the server stores some while we write the next
                copy.write("\n".join([*_lines(rows[start : start + _AT_ONCE]), ""]))
            meanwhile()
        return
    if rows:
        connection.exec_driver_sql(_insert(table.name, columns), list(rows))
    meanwhile()


@contextmanager
def _copying(connection: "Connection", command: str) -> Iterator[Any]:
    """The driver's COPY, its errors raised as the toolkit's: whoever runs a batch again looks for those."""
    from sqlalchemy.exc import DBAPIError

    driver: Any = connection.connection.driver_connection
    errors: type[Exception] = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(command) as copy:
            yield copy
    except errors as error:
        raise DBAPIError.instance(command, None, error, errors, hide_parameters=True) from None


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608


@cache
def _copy(table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'COPY "{table}" ({names}) FROM STDIN'


def _lines(rows: Rows) -> Iterator[str]:
    """Rows in the text format of COPY, made column by column: half the time of the driver's row by row."""
    return map("\t".join, zip(*[_cells(column) for column in zip(*rows, strict=True)], strict=True))


def _cells(column: tuple[Any, ...]) -> Iterable[str]:
    """A column as COPY reads it, quickly where all its values are of one type."""
    kinds = set(map(type, column))
    if kinds == {str}:
        text = "".join(column)
        return map(_cell, column) if any(one in text for one in _SPECIAL) else column
    if kinds <= _FEW:
        return [_CELL[value] for value in column]
    if kinds == {int}:
        return map(str, column)
    if kinds == {bytes}:
        return [f"\\\\x{value.hex()}" for value in column]
    return map(_cell, column)


def _cell(value: Any) -> str:
    if type(value) is str and value.isalnum():
        return value
    if value is None or value is True or value is False:
        return _CELL[value]
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return str(value).translate(_ESCAPES)


def rows_among(
    connection: "Connection", select: str, values: Sequence[Any], *, lock: str = ""
) -> Iterator[tuple[Any, ...]]:
    """The rows whose last-named column is among these values, as the driver gives them.

    ``lock`` is how PostgreSQL locks them; a writing transaction of SQLite is alone anyway.
    Example: ``rows_among(connection, "SELECT id FROM contact WHERE id", ids, lock="FOR UPDATE")``.
    """
    if connection.dialect.name == "postgresql":
        if values:
            yield from connection.exec_driver_sql(f"{select} = ANY(%s) {lock}", (_array(values),))
        return
    waiting = iter(values)
    while some := tuple(islice(waiting, _AT_ONCE)):
        yield from connection.exec_driver_sql(f"{select} IN ({', '.join('?' * len(some))})", some)


def _array(values: Sequence[Any]) -> Any:
    """Values as PostgreSQL reads them: bytes in the form of its own text, which takes the driver ten times as
    long to find."""
    if not isinstance(values[0], bytes):
        return list(values)
    return "{" + ",".join([f'"\\\\x{value.hex()}"' for value in values]) + "}"
