"""What a helper keeps for its own callers: what it declared, else by how it keeps its floor.

A ledger is how things stood at an instant (``routing_measure``) and every own call that was resolved since,
folded in the order they left: exact at each decision, and no row is written by every call.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.platforms.tables import region
from callsvc.routing.queries import resolved_since
from callsvc.routing.rules.ledgers import booked
from callsvc.routing.rules.reserves import kept_idle
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import aid_activation, aid_region, routing_measure


class Resolved(Protocol):
    """A call that was connected or lost."""

    @property
    def region_code(self) -> str: ...
    @property
    def entered_at(self) -> datetime: ...
    @property
    def left_at(self) -> datetime: ...
    @property
    def left_how(self) -> str | None: ...


LOOKS_BACK: Final = timedelta(hours=2)
"""A region without a call for so long begins anew; so does one that was never measured."""


def standing_of(tx: Tx, codes: Collection[str] | None = None) -> list[Row[Any]]:
    """What is known of each region apart from its agents and calls: declared, activated, measured."""
    return list(tx.all(STANDING if codes is None else STANDING.where(region.c.code.in_(codes))))


STANDING = (
    sa.select(
        region.c.code,
        region.c.name,
        aid_region.c.reserve.label("declared"),
        aid_region.c.floor,
        aid_region.c.opted_out,
        aid_activation.c.active,
        aid_activation.c.since,
        aid_activation.c.late_taken,
        *(column for column in routing_measure.c if column.name != "region_code"),
    )
    .outerjoin(aid_region, aid_region.c.region_code == region.c.code)
    .outerjoin(aid_activation, aid_activation.c.region_code == region.c.code)
    .outerjoin(routing_measure, routing_measure.c.region_code == region.c.code)
    .order_by(region.c.code)
)


def floor_of(row: Row[Any], terms: Terms) -> float:
    """The share of its own calls answered in time that this region never gives away."""
    return terms.floor if row.floor is None else float(row.floor)


def ledgers_at(tx: Tx, rows: Iterable[Row[Any]], terms: Terms, until: datetime) -> dict[str, float]:
    """How each region keeps its floor, in calls, as of an instant; ``rows`` as ``standing_of`` gives them."""
    known = {row.code: row for row in rows}
    earliest = until - LOOKS_BACK
    since = min((max(earliest, row.at or earliest) for row in known.values()), default=until)
    return folded(known, resolved_since(tx, known, since, until), terms, until)


def folded(
    known: Mapping[str, Row[Any]], calls: Iterable[Resolved], terms: Terms, until: datetime
) -> dict[str, float]:
    """The same with the calls that were resolved up to then, in the order they left; some may be too old."""
    earliest = until - LOOKS_BACK
    since = {code: earliest if row.at is None else max(earliest, row.at) for code, row in known.items()}
    found = {
        code: row.ledger if row.at is not None and row.at >= earliest else 0.0 for code, row in known.items()
    }
    for call in calls:
        code = call.region_code
        if call.left_at <= since[code]:
            continue
        waited_s = (call.left_at - call.entered_at).total_seconds()
        in_time = call.left_how == "connected" and waited_s <= terms.target_s
        found[code] = booked(found[code], in_time, floor_of(known[code], terms) + terms.margin)
    return found


def kept_by(row: Row[Any], agents: int, ledger: float, terms: Terms) -> int:
    """Idle agents the region does not lend now: what it declared, else none while it keeps its floor, else at
    least one, or the Erlang A reserve where that is chosen, and more the further it is below.
    """
    if row.declared is not None:
        return int(row.declared)
    return kept_idle(agents, ledger, computed_by(row, terms))


def computed_by(row: Row[Any], terms: Terms) -> int:
    """The reserve last computed for this region, when the administrator wants one."""
    return int(row.reserve or 0) if terms.computed_reserve else 0
