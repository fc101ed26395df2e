"""What lending agents would do to both regions, from what is going on now."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.agents.queries import headcounts
from callsvc.core.db import Tx
from callsvc.routing.aid.lending_now import orders_now
from callsvc.routing.measuring import handling_of, patience_s, slowness_of
from callsvc.routing.queries import entered_since
from callsvc.routing.rules.foreseeing import OVER_S, Effect, Load, effect
from callsvc.routing.tables import aid_region
from callsvc.routing.terms import terms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """The effect, and what it was computed from, so that it can be shown and checked."""

    agents: int  # lent in this prediction: no more than are on duty
    aided: Load
    aiding: Load
    slowness: float
    patience_s: float
    target_s: float
    floor: float  # share of its own calls in time that the aiding region never gives away
    effect: Effect

    def kept(self) -> Mapping[str, Any]:
        """As it is stored with the order, rounded to what it is worth."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def foresee(tx: Tx, *, aided: str, aiding: str, agents: int) -> Foreseen:
    """Both regions with and without these agents lent; orders in force are counted in."""
    loads, terms = _loads(tx, aided, aiding), terms_of(tx)
    measured = {"slowness": slowness_of(tx), "patience_s": patience_s(tx), "target_s": terms.target_s}
    return Foreseen(
        agents=min(agents, loads[aiding].agents),
        aided=loads[aided],
        aiding=loads[aiding],
        floor=_floor(tx, aiding, terms.floor),
        effect=effect(loads[aided], loads[aiding], agents, **measured),
        **measured,
    )


def _loads(tx: Tx, *codes: str) -> dict[str, Load]:
    """Agents on duty less those lent already, calls of the last half hour, measured handling time."""
    on_duty = {row.region_code: row.on_duty for row in headcounts(tx, codes)}
    for order in orders_now(tx):
        on_duty[order.aided] = on_duty.get(order.aided, 0) + order.agents
        on_duty[order.aiding] = max(0, on_duty.get(order.aiding, 0) - order.agents)
    calls = entered_since(tx, codes, tx.now - timedelta(seconds=OVER_S))
    handling = handling_of(tx, codes)
    return {
        code: Load(agents=on_duty.get(code, 0), calls=calls.get(code, 0), handle_s=handling[code])
        for code in codes
    }


def _floor(tx: Tx, code: str, usual: float) -> float:
    declared = tx.scalar(sa.select(aid_region.c.floor).where(aid_region.c.region_code == code))
    return usual if declared is None else float(declared)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value
