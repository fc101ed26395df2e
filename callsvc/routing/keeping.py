"""What a helper keeps for its own callers: declared, or from its floor and from how its calls fare lately.

Nothing is stored: the ledger is folded anew from the region's last calls, so no row is written by every call
and whatever lost an event is right again with the next one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.routing.queries import entered_since, resolved_since
from callsvc.routing.rules import AHT_S
from callsvc.routing.rules.ledgers import booked
from callsvc.routing.rules.reserves import kept_idle, reserve
from callsvc.routing.rules.terms import Terms

TERMS: Final = Terms()
PATIENCE_S: Final = 150.0
"""Mean patience (lived seconds) assumed by the reserve."""

LOOKS_BACK: Final = timedelta(hours=2)
MOST_CALLS: Final = 64
"""A ledger is clipped at ten calls either way: older ones have left no trace in it."""

LOAD_OVER: Final = timedelta(minutes=30)
"""The load a reserve is computed for is that of the last half hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """One region's promise to its own callers, now."""

    declared: int | None
    floor: float
    ledger: float
    load: float  # erlangs of own calls


def load_keeping(tx: Tx, declared: Iterable[Row[Any]]) -> dict[str, Keeping]:
    """By region; ``declared`` rows have ``code``, ``reserve`` and ``floor`` (null: computed, the usual)."""
    rows = {row.code: row for row in declared}
    floors = {code: TERMS.floor if row.floor is None else row.floor for code, row in rows.items()}
    ledgers: defaultdict[str, float] = defaultdict(float)
    for call in resolved_since(tx, rows, tx.now - LOOKS_BACK, MOST_CALLS):
        code = call.region_code
        waited_s = (call.left_at - call.entered_at).total_seconds()
        in_time = call.left_how == "connected" and waited_s <= TERMS.target_s
        ledgers[code] = booked(ledgers[code], in_time, floors[code] + TERMS.margin)
    entered = entered_since(tx, rows, tx.now - LOAD_OVER)
    return {
        code: Keeping(
            declared=row.reserve,
            floor=floors[code],
            ledger=ledgers[code],
            load=entered.get(code, 0) * AHT_S / LOAD_OVER.total_seconds(),
        )
        for code, row in rows.items()
    }


def reserve_of(on_duty: int, keeping: Keeping) -> int:
    """Idle agents the region does not lend now: what it declared, else none while it keeps its floor,
    else the Erlang A reserve of its load and floor, and more the further it is below.
    """
    if keeping.declared is not None:
        return keeping.declared
    if keeping.ledger > 0:
        return 0
    computed = reserve(
        on_duty,
        min(keeping.load, 2.0 * on_duty),
        keeping.floor,
        handle_s=AHT_S,
        patience_s=PATIENCE_S,
        target_s=TERMS.target_s,
    )
    return kept_idle(on_duty, keeping.ledger, computed)
