"""Moments that a flow may offer: what it speaks is what is booked, so that they are decided beforehand."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from callsvc.appointments.service import next_appointment
from callsvc.core.db import Tx
from callsvc.dialing.promising import offered_times
from callsvc.webhooks.facts import spoken_time

TIMES, SLOTS = "callback.times", "appointment.slots"
MOMENTS = frozenset({TIMES, SLOTS})


def moments_for(tx: Tx, call: Row[Any], reads: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """``callback.times`` and ``appointment.slots``, as far as the flow reads them.

    Slots are for appointments by telephone or video, which we keep ourselves at any moment the person may be
    called; of a visit to a place nobody here knows the free times, so that none are offered.
    """
    wanted = MOMENTS & set(reads)
    if not wanted:
        return {}
    moments = [_moment(at) for at in offered_times(tx, call)]
    visit = next_appointment(tx, call.contact_id)
    found = {TIMES: moments, SLOTS: [] if visit is not None and visit.kind == "physical" else moments}
    return {name: found[name] for name in wanted}


def _moment(at: datetime) -> dict[str, Any]:
    return {"id": at.isoformat(), "label": spoken_time(at), "expires": at.isoformat()}
