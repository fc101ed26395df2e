"""Placing agents' legs: claimed like any leg, but nobody needs to ask whether an agent may be called."""

from callsvc.calls.addresses import address_of
from callsvc.calls.placing import Claim, claim_leg, order_for, send_claim
from callsvc.calls.queries import lock_leg
from callsvc.core.db import Tx
from callsvc.core.each import for_each
from callsvc.runtime import Runtime

_RING_S = 20
_LONGEST_S = 4 * 3600


def place_agent_legs(rt: Runtime, leg_ids: list[str]) -> None:
    """Claim and place each planned agent's leg. Safe to run twice."""
    for_each(rt.db, leg_ids, lambda leg_id: _place(rt, leg_id))


def _place(rt: Runtime, leg_id: str) -> None:
    with rt.db.begin() as tx:
        claim = _claim(tx, leg_id)
    if claim is not None:
        send_claim(rt, claim)


def _claim(tx: Tx, leg_id: str) -> Claim | None:
    row = lock_leg(tx, leg_id)
    if row.placement != "planned":
        return None
    order = order_for(
        tx.settings,
        leg_id,
        to=address_of(tx, row),
        from_=tx.settings.callsvc_caller_id,
        ring_timeout_s=_RING_S,
        time_limit_s=_LONGEST_S,
    )
    return claim_leg(tx, row, order)
