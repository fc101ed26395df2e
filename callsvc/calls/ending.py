"""Ending many calls at once: the rows of ``updates.end_leg`` in bulk, then several requests at a time.

What is asked here stands in the same table, so that whatever dies in between is done by the ticker.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.calls.tables import carrier_update, leg
from callsvc.calls.updates import end_at_carrier
from callsvc.carrier.port import Throttled
from callsvc.core.db import Tx
from callsvc.core.jobs import next_check
from callsvc.runtime import Runtime

_PATIENCE_S = (0.1, 0.2, 0.4, 0.8)  # a carrier that answers "later" is asked again after these


@dataclass(frozen=True)
class Ending:
    """One call to end at the carrier. ``sid`` None: the request that places it is still under way."""

    update_id: str
    sid: str | None
    status: str | None
    over: bool  # it has ended, or never existed: there is nothing to ask


def ask_ends(tx: Tx, leg_ids: Sequence[str], *, lease: timedelta) -> None:
    """Write down that these legs are to end; the caller holds them, and none was asked to end before.

    Whoever asks does it at once; after ``lease`` (machine time) the ticker has it done.
    """
    if not leg_ids:
        return
    check_at = tx.machine_now + next_check(tx.settings.callsvc_reconcile_s, 0)
    tx.execute(
        leg.update()
        .where(leg.c.id == sa.bindparam("leg_id"))
        .values(end_asked_at=tx.now, checks=0, check_at=check_at),
        [{"leg_id": leg_id} for leg_id in leg_ids],
    )
    common = {"action": "end", "path": "", "created_at": tx.now, "lease_until": tx.machine_now + lease}
    rows = [{"id": tx.new_id("upd"), "leg_id": leg_id, "tries": 0, **common} for leg_id in leg_ids]
    tx.execute(carrier_update.insert(), rows)


def endings_due(tx: Tx, leg_ids: sa.Select[tuple[str]]) -> list[Ending]:
    """What the carrier has not been told yet of these legs."""
    rows = tx.all(
        sa.select(carrier_update.c.id, leg.c.sid, leg.c.status, leg.c.ended_at, leg.c.placement)
        .join(leg, leg.c.id == carrier_update.c.leg_id)
        .where(
            carrier_update.c.leg_id.in_(leg_ids),
            carrier_update.c.action == "end",
            carrier_update.c.result.is_(None),
        )
        .order_by(carrier_update.c.id)
    )
    return [
        Ending(
            row.id,
            row.sid,
            row.status,
            row.ended_at is not None or (row.sid is None and row.placement not in ("claimed", "in-doubt")),
        )
        for row in rows
    ]


def end_all(rt: Runtime, endings: Sequence[Ending], *, lease: timedelta) -> int:
    """End these calls, as many at a time as the settings allow; returns how many are settled.

    The carrier is asked outside any transaction; what it did not answer stays due, for the next round or for
    the ticker once its lease has run out.
    """
    asked = [one for one in endings if not one.over and one.sid is not None]
    with ThreadPoolExecutor(rt.settings.callsvc_stop_requests, "stopping") as pool:
        results = list(pool.map(lambda one: _patiently(rt, one), asked))
    told = dict(zip((one.update_id for one in asked), results, strict=True))
    told |= {one.update_id: "gone" for one in endings if one.over}
    settled = {update_id: result for update_id, result in told.items() if result is not None}
    with rt.db.begin() as tx:
        for result in sorted(set(settled.values())):
            _record(tx, [one for one in settled if settled[one] == result], result=result, done_at=tx.now)
        _record(tx, [one for one in told if one not in settled], lease_until=tx.machine_now + lease)
    return len(settled)


def _patiently(rt: Runtime, ending: Ending) -> str | None:
    """Ask; a carrier that limits our requests is given a moment, as it has done nothing yet."""
    for pause_s in _PATIENCE_S:
        try:
            return end_at_carrier(rt, ending.sid or "", ending.status, throttled=True)
        except Throttled:
            time.sleep(pause_s)
    return None


def _record(tx: Tx, update_ids: Sequence[str], **values: Any) -> None:
    still_due = carrier_update.c.id.in_(update_ids) & carrier_update.c.result.is_(None)
    if update_ids:
        tx.update(carrier_update, still_due, tries=carrier_update.c.tries + 1, **values)
