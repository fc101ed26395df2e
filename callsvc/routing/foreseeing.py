"""What lending agents would do to both regions, from what is going on now."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.agents.queries import headcounts
from callsvc.core.db import Tx
from callsvc.routing.keeping import PATIENCE_S, TERMS
from callsvc.routing.lending_now import orders_now
from callsvc.routing.queries import entered_since
from callsvc.routing.rules import AHT_S
from callsvc.routing.rules.foreseeing import OVER_S, Effect, Load, effect
from callsvc.routing.tables import aid_region


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
    loads = _loads(tx, aided, aiding)
    slowness = 1.0
    return Foreseen(
        agents=min(agents, loads[aiding].agents),
        aided=loads[aided],
        aiding=loads[aiding],
        slowness=slowness,
        patience_s=PATIENCE_S,
        target_s=TERMS.target_s,
        floor=_floor(tx, aiding),
        effect=effect(
            loads[aided],
            loads[aiding],
            agents,
            slowness=slowness,
            patience_s=PATIENCE_S,
            target_s=TERMS.target_s,
        ),
    )


def _loads(tx: Tx, *codes: str) -> dict[str, Load]:
    """Agents on duty less those lent already, calls of the last half hour, measured handling time."""
    on_duty = {row.region_code: row.on_duty for row in headcounts(tx, codes)}
    for order in orders_now(tx):
        on_duty[order.aided] = on_duty.get(order.aided, 0) + order.agents
        on_duty[order.aiding] = max(0, on_duty.get(order.aiding, 0) - order.agents)
    calls = entered_since(tx, codes, tx.now - timedelta(seconds=OVER_S))
    return {
        code: Load(agents=on_duty.get(code, 0), calls=calls.get(code, 0), handle_s=AHT_S) for code in codes
    }


def _floor(tx: Tx, code: str) -> float:
    declared = tx.scalar(sa.select(aid_region.c.floor).where(aid_region.c.region_code == code))
    return TERMS.floor if declared is None else float(declared)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value
