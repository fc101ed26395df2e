"""Tables whose paging, order and filters live in the URL: a page can be kept, sent and gone back to.

    CALLS = Listing(
        columns=(Column("planned", _("Planned"), leg.c.planned_at, indexed=True, down_first=True), ...),
        filters=(ChoiceFilter("state", _("State"), STATES, equals(leg.c.status)), ...),
        unique=leg.c.id,
        default="-planned",
    )
    table = CALLS.show(tx, sa.select(leg...), request.args, request.path)

``table`` carries the rows, the total and every link the template needs (``_kit/table.html``). What the URL
says and the listing cannot read is left out and told in ``table.notices``; nothing in a URL fails a page.

A table may have 20 million rows. So the total is counted to ``MOST_COUNTED`` and no further, pages end there,
and a column whose order no index serves (``indexed=False``) sorts only what is counted completely.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from callsvc.core.db import Tx
from callsvc.web.filters import Chip, Filter, Unreadable
from callsvc.web.paged import SIZES, Column, Table
from callsvc.web.texts import gettext

__all__ = ["MOST_COUNTED", "Column", "Listing"]

MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Listing:
    """What a table can do; see the module. ``default`` is a column's key, with ``-`` for descending."""

    columns: tuple[Column, ...]
    unique: sa.ColumnElement[Any]
    default: str
    filters: Sequence[Filter] = ()
    most_counted: int = MOST_COUNTED

    def show(self, tx: Tx, select: sa.Select[Any], args: Mapping[str, str], path: str) -> Table:
        """The page that ``args`` ask for; ``select`` holds the columns, the joins and the reader's scope."""
        wanted = _Wanted()
        for one in self.filters:
            condition = self._filter(one, args, wanted)
            if condition is not None:
                select = select.where(condition)
        bare = select.with_only_columns(sa.literal(1), maintain_column_froms=True)
        counted = bare.order_by(None).limit(self.most_counted + 1)
        found = int(tx.scalar(sa.select(sa.func.count()).select_from(counted.subquery())))
        total = min(found, self.most_counted)
        wanted.sort = self._sort(args, wanted, found > total)
        wanted.size = self._size(args, wanted)
        wanted.page = self._page(args, wanted, -(-total // wanted.size))
        ordered = select.order_by(None).order_by(*self._order(wanted.sort))
        rows = tx.all(ordered.limit(wanted.size).offset((wanted.page - 1) * wanted.size))
        return Table(
            rows=rows,
            sort=wanted.sort,
            columns=self.columns,
            total=total,
            more=found > total,
            number=wanted.page,
            size=wanted.size,
            notices=tuple(wanted.notices),
            chips=tuple(wanted.chips),
            filters=self.filters,
            given=wanted.given,
            path=path,
            query=wanted.query(self.default),
        )

    def _filter(
        self, one: Filter, args: Mapping[str, str], wanted: "_Wanted"
    ) -> sa.ColumnElement[bool] | None:
        given = {key: text for key in one.keys if (text := args.get(key, "").strip())}
        if not given:
            return None
        try:
            condition = one.condition(given)
        except Unreadable as why:
            wanted.notices.append(
                gettext("The filter “%(title)s” was left out: %(why)s.", title=one.title, why=why)
            )
            return None
        wanted.given |= given
        wanted.chips.append(Chip(str(one.title), one.said(given), tuple(given)))
        return condition

    def _sort(self, args: Mapping[str, str], wanted: "_Wanted", more: bool) -> str:
        sort = args.get("sort", "") or self.default
        column = self._column(sort)
        if column is None:
            wanted.notices.append(gettext("This order does not exist: the usual one is shown."))
            return self.default
        if more and not column.indexed and sort != self.default:
            said = gettext(
                "More than %(count)s rows cannot be put in this order: filter them first.",
                count=self.most_counted,
            )
            wanted.notices.append(said)
            return self.default
        return sort

    def _size(self, args: Mapping[str, str], wanted: "_Wanted") -> int:
        text = args.get("size", "")
        if text in map(str, SIZES):
            return int(text)
        if text:
            wanted.notices.append(gettext("A page has 25, 50 or 100 rows."))
        return SIZES[0]

    def _page(self, args: Mapping[str, str], wanted: "_Wanted", pages: int) -> int:
        text = args.get("page", "")
        if not text:
            return 1
        number = int(text) if text.isdecimal() and len(text) <= 9 else 0
        if 1 <= number <= pages:
            return number
        wanted.notices.append(gettext("This page does not exist: the nearest one is shown."))
        return max(1, min(number, pages))

    def _column(self, sort: str) -> Column | None:
        sortable = (column for column in self.columns if column.sort is not None)
        return next((column for column in sortable if column.key == sort.removeprefix("-")), None)

    def _order(self, sort: str) -> tuple[sa.ColumnElement[Any], ...]:
        """The same row never stands on two pages, so the unique column ends every order.

        Rows without a value come last in both directions and on both databases, unless an index gives the
        order: then the column has no empty values, or the table's own place for them is as good.
        """
        column = self._column(sort)
        if column is None or column.sort is None:
            raise LookupError(f"no column sorts by {sort}")
        down = sort.startswith("-")
        key = column.sort.desc() if down else column.sort.asc()
        last = self.unique.desc() if down else self.unique.asc()
        return (key if column.indexed else key.nulls_last(), last)


@dataclass
class _Wanted:
    """What the URL asked for and this listing can do."""

    sort: str = ""
    size: int = SIZES[0]
    page: int = 1
    given: dict[str, str] = field(default_factory=dict)
    chips: list[Chip] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def query(self, default: str) -> dict[str, str]:
        """The parameters that lead to this very page; what is usual is not written."""
        query = dict(self.given)
        query |= {"sort": self.sort} if self.sort != default else {}
        query |= {"size": str(self.size)} if self.size != SIZES[0] else {}
        return query | ({"page": str(self.page)} if self.page > 1 else {})
