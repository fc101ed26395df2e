"""Pages of a list, in the vendor's envelope.

A page token fixes the newest row of the first page, so that rows made meanwhile shift nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from callsvc.simulator.ledger.store import Store
from callsvc.simulator.rest.errors import ApiError, answer

Row = TypeVar("Row")
Found = TypeVar("Found", covariant=True)  # noqa: PLC0105 - as short as Row
_SIZE = 50
_LARGEST = 1000
_FARTHEST = 10**12  # no ledger has as many rows


class Find(Protocol[Found]):
    """A query of the ledger: rows that meet every condition, the newest first."""

    def __call__(
        self, store: Store, conditions: Sequence[str], values: Sequence[Any], *, limit: int, offset: int
    ) -> Sequence[Found]:
        """The rows."""


@dataclass(frozen=True)
class Wanted:
    """Which page: its number, its size, and the newest row number that counts (0: whatever is newest)."""

    page: int
    size: int
    anchor: int

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return self.page * self.size


def wanted_page(request: web.Request) -> Wanted:
    """Read Page, PageSize and PageToken."""
    query = request.query
    try:
        size = int(query.get("PageSize", _SIZE))
        page = int(query.get("Page", 0))
        anchor = int(query.get("PageToken", "PA0").removeprefix("PA"))
    except ValueError:
        raise ApiError(20006, "Invalid page, page size or page token") from None
    return Wanted(min(_FARTHEST, max(0, page)), min(_LARGEST, max(1, size)), min(_FARTHEST, max(0, anchor)))


def listed(  # noqa: PLR0917 - the query, then how to show it
    store: Store,
    request: web.Request,
    key: str,
    find: Find[Row],
    conditions: Sequence[str],
    values: Sequence[Any],
    seq_of: Callable[[Row], int],
    render: Callable[[Row], dict[str, Any]],
) -> web.Response:
    """The wanted page of what a query of the ledger finds."""
    wanted = wanted_page(request)
    if wanted.anchor:
        conditions, values = [*conditions, "seq <= ?"], [*values, wanted.anchor]
    rows = find(store, conditions, values, limit=wanted.size + 1, offset=wanted.offset)
    return answer(envelope(request, key, wanted, rows, seq_of, render))


def envelope(  # noqa: PLR0917 - the list, then how to show it
    request: web.Request,
    key: str,
    wanted: Wanted,
    rows: Sequence[Row],
    seq_of: Callable[[Row], int],
    render: Callable[[Row], dict[str, Any]],
) -> dict[str, Any]:
    """The page of `rows`, which holds one row more than the size when there is a next page."""
    shown = rows[: wanted.size]
    anchor = wanted.anchor or (seq_of(shown[0]) if shown else 0)
    base = [
        (name, value)
        for name, value in request.query.items()
        if name not in ("Page", "PageSize", "PageToken")
    ]

    def uri(page: int) -> str:
        paged = [*base, ("PageSize", str(wanted.size)), ("Page", str(page))]
        if page:
            paged.append(("PageToken", f"PA{anchor}"))
        return f"{request.path}?{urlencode(paged)}"

    return {
        key: [render(row) for row in shown],
        "page": wanted.page,
        "page_size": wanted.size,
        "start": wanted.offset,
        "end": wanted.offset + max(0, len(shown) - 1),
        "uri": uri(wanted.page),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(wanted.page - 1) if wanted.page else None,
        "next_page_uri": uri(wanted.page + 1) if len(rows) > wanted.size else None,
    }
