"""Legs in doubt are looked up; live legs without news are fetched.

A leg in doubt is settled by listing the carrier's calls to the same address and comparing creation times: a
queued call has no start time to filter on. Nothing found, twice, with a settle time between: it is proven
that nothing was placed, and only then may a new attempt follow.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.calls.losing import lose_leg
from callsvc.calls.placing import give_up, mark_in_doubt
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, bind_sid, record_status, report_incident
from callsvc.calls.tables import leg
from callsvc.carrier.port import NOT_FOUND, CarrierCall, CarrierError, Refused
from callsvc.core.db import Tx
from callsvc.core.incidents import report_once
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

_SKEW = timedelta(seconds=60)  # lived; the carrier's clock may run behind ours, and tells whole seconds
_LOOKS_TOLD = 10  # so many looks without an answer, and a person is told: the number waits for it


def expire_claims(rt: Runtime) -> int:
    """Claims whose worker died between taking the leg and recording the answer are in doubt.

    One transaction a leg: several legs locked together in no order could meet a webhook's locks crosswise.
    """
    with rt.db.read() as tx:
        late = tx.all(
            sa.select(leg.c.id).where(leg.c.placement == "claimed", leg.c.lease_until < tx.machine_now)
        )
    for row in late:
        with rt.db.begin() as tx:
            mark_in_doubt(tx, row.id)
    return len(late)


def settle(rt: Runtime, leg_id: str, address: str) -> None:
    """Look for the call of a leg in doubt. ``address`` is what was dialled: E.164 or ``client:<name>``."""
    try:
        calls = rt.carrier.list_calls(to=address)
    except CarrierError as error:
        log.warning("settle-postponed", leg=leg_id, reason=str(error))
        with rt.db.begin() as tx:
            _unanswered(tx, lock_leg(tx, leg_id))
        return
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if row.placement == "in-doubt":
            _settle(tx, row, _candidates(tx, row, calls))


def _candidates(tx: Tx, row: Row[Any], calls: Sequence[CarrierCall]) -> list[CarrierCall]:
    """Calls created since the claim that belong to no other leg."""
    since = row.claimed_at - _SKEW
    young = [call for call in calls if call.created_at is not None and call.created_at >= since]
    taken = {
        found.sid for found in tx.all(sa.select(leg.c.sid).where(leg.c.sid.in_([call.sid for call in young])))
    }
    return [call for call in young if call.sid not in taken]


def _settle(tx: Tx, row: Row[Any], found: list[CarrierCall]) -> None:
    if len(found) > 1:
        report_incident(tx, "doubt-ambiguous", row.id, sids=[call.sid for call in found])
    if found:
        call = min(found, key=lambda call: call.created_at or tx.now)
        bind_sid(tx, row, call.sid)
        record_status(tx, row.id, _news(tx, call))
    elif _missed_long_enough(tx, row):
        give_up(tx, row, "not-placed", "not-found")
    else:
        _look_again(tx, row.id)


def _missed_long_enough(tx: Tx, row: Row[Any]) -> bool:
    """Not found now, nor a settle time ago: two jobs in a row are one look, not two."""
    if row.first_missed_at is None:
        tx.update(leg, leg.c.id == row.id, first_missed_at=tx.machine_now)
        return False
    return bool(tx.machine_now - row.first_missed_at >= timedelta(seconds=tx.settings.callsvc_settle_s))


def _unanswered(tx: Tx, row: Row[Any]) -> None:
    """The carrier did not even answer: nothing is proven. Told once it has lasted."""
    if row.placement != "in-doubt":
        return
    tx.update(leg, leg.c.id == row.id, checks=row.checks + 1)
    if row.checks + 1 >= _LOOKS_TOLD:
        report_once(tx, "doubt-unanswered", row.id, looks=row.checks + 1)
    _look_again(tx, row.id)


def _look_again(tx: Tx, leg_id: str) -> None:
    settle_at = tx.machine_now + timedelta(seconds=tx.settings.callsvc_settle_s)
    tx.update(leg, (leg.c.id == leg_id) & (leg.c.placement == "in-doubt"), settle_at=settle_at)


def _news(tx: Tx, call: CarrierCall) -> News:
    return News(
        status=call.status,
        at=call.ended_at or tx.now,
        source="fetch",
        carrier_time=call.ended_at is not None,
        duration_s=call.duration_s,
        answered_by=call.answered_by,
    )


def reconcile(rt: Runtime, leg_id: str) -> None:
    """Fetch a live leg that has had no news; its callbacks may be lost for good.

    A carrier that does not know the call, twice with a settle time between, will never tell its end.
    """
    with rt.db.read() as tx:
        sid = tx.scalar(sa.select(leg.c.sid).where(leg.c.id == leg_id))
    if sid is None:
        return
    try:
        call = rt.carrier.fetch_call(sid)
    except CarrierError as error:
        log.warning("reconcile-postponed", leg=leg_id, reason=str(error))
        if isinstance(error, Refused) and error.code == NOT_FOUND:
            with rt.db.begin() as tx:
                row = lock_leg(tx, leg_id)
                if row.sid == sid and row.ended_at is None and _missed_long_enough(tx, row):
                    lose_leg(tx, row, "unknown-to-carrier")
        return
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(tx, leg_id, _news(tx, call))
