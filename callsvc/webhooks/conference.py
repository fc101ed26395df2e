"""Conference callbacks: who came in, who left."""

from callsvc.calls import conferences
from callsvc.calls.queries import find_leg_by_sid
from callsvc.runtime import Runtime
from callsvc.webhooks.once import first_time
from callsvc.webhooks.requests import CarrierRequest


def record(rt: Runtime, conference_id: str, given: CarrierRequest) -> None:
    sid, event = given.text("ConferenceSid"), given.text("StatusCallbackEvent")
    with rt.db.begin() as tx:
        key = f"conference:{sid}:{given.text('SequenceNumber') or event + given.text('CallSid')}"
        if not first_time(tx, key, None, event=event):
            return
        at = given.instant("Timestamp") or tx.now
        leg = find_leg_by_sid(tx, given.text("CallSid"))
        if event == "participant-join" and leg is not None:
            conferences.record_join(tx, conference_id, leg.id, sid, at)
        elif event == "participant-leave" and leg is not None:
            conferences.record_leave(tx, conference_id, leg.id, at)
        elif event == "conference-end":
            conferences.record_end(tx, conference_id, at)
