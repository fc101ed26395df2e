"""One page of a listing as templates see it: its rows, its total, and the links to every other page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from callsvc.web.filters import Chip, Filter

SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Column:
    """A column of the table. ``sort`` is what SQL orders by; without it the column cannot be sorted.

    ``indexed``: an index serves this order, so that it is quick on any number of rows. ``down_first``: the
    first click shows the greatest (the newest) first.
    """

    key: str
    title: Any
    sort: sa.ColumnElement[Any] | None = None
    indexed: bool = False
    down_first: bool = False
    number: bool = False


@dataclass(frozen=True)
class Header:
    """A column's head: ``aria`` is ascending, descending or none; ``link`` sorts by it."""

    key: str
    title: Any
    number: bool
    aria: str
    link: str


@dataclass(frozen=True)
class Table:
    """One page of a listing, and the links to every other."""

    rows: Sequence[Any]
    sort: str
    columns: tuple[Column, ...]
    total: int
    more: bool  # there are more rows than ``total``
    number: int  # of this page, from 1
    size: int
    notices: tuple[str, ...]
    chips: tuple[Chip, ...]
    filters: Sequence[Filter]
    given: Mapping[str, str]  # what the filters' fields show
    path: str
    query: Mapping[str, str]

    @property
    def headers(self) -> tuple[Header, ...]:
        return tuple(self._header(column) for column in self.columns)

    def header(self, key: str) -> Header:
        """The head of one column, for the label of its cells; a wrong key is a mistake of the template."""
        return next(header for header in self.headers if header.key == key)

    def _header(self, column: Column) -> Header:
        up, down = column.key, f"-{column.key}"
        aria = {up: "ascending", down: "descending"}.get(self.sort, "none")
        if aria == "none":
            following = down if column.down_first else up
        else:
            following = up if self.sort == down else down
        link = self.link(page="", sort=following) if column.sort is not None else ""
        return Header(column.key, column.title, column.number, aria, link)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    def page(self, number: int) -> str:
        return self.link(page=str(number) if number > 1 else "")

    def sized(self, size: int) -> str:
        return self.link(page="", size=str(size) if size != SIZES[0] else "")

    @property
    def sizes(self) -> tuple[int, ...]:
        return SIZES

    @property
    def near(self) -> tuple[int, ...]:
        """Numbers of the pages to link to: the first, the last and those around this one; 0 is a gap."""
        wanted = {1, self.pages, *range(self.number - 1, self.number + 2)}
        shown: list[int] = []
        for number in sorted(n for n in wanted if 1 <= n <= self.pages):
            if shown and number - shown[-1] == 2:
                shown.append(number - 1)
            elif shown and number - shown[-1] > 2:
                shown.append(0)
            shown.append(number)
        return tuple(shown)

    def without(self, chip: Chip) -> str:
        """This page without one filter."""
        return self.link(page="", **dict.fromkeys(chip.keys, ""))

    @property
    def bare(self) -> str:
        """Without any filter; the order and the size stay."""
        return self.link(page="", **{key: "" for one in self.filters for key in one.keys})

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """What the form of the filters sends along: the order and the size."""
        return tuple((key, value) for key, value in self.query.items() if key in ("sort", "size"))

    def link(self, **changes: str) -> str:
        query = {**self.query, **changes}
        text = urlencode({key: value for key, value in query.items() if value})
        return f"{self.path}?{text}" if text else self.path
