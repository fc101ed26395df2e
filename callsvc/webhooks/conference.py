"""Conference callbacks: who came in, who left; and what is heard in one while nobody speaks."""

from callsvc.calls import conferences
from callsvc.calls.changing import RING_PATH
from callsvc.calls.queries import find_leg, find_leg_by_sid, lock_conference
from callsvc.carrier import twiml
from callsvc.runtime import Runtime
from callsvc.webhooks.once import first_time
from callsvc.webhooks.patience import QUIET_S, words_for
from callsvc.webhooks.requests import CarrierRequest

_ON_THE_WAY = ("planned", "claimed", "in-doubt", "placed")


def hold(language: str) -> str:
    """What somebody on hold hears, over and over."""
    return _over_and_over("hold", language)


def waiting(language: str) -> str:
    """What somebody hears who is in a conference before anybody else."""
    return _over_and_over("connecting", language)


def ringing(rt: Runtime, leg_id: str, language: str) -> str:
    """What an agent hears while somebody they asked in is called: nothing any more once that is settled."""
    with rt.db.read() as tx:
        row = find_leg(tx, leg_id)
    if row is None or row.answered_at or row.ended_at or row.end_asked_at or row.placement not in _ON_THE_WAY:
        return twiml.nothing()
    said = words_for("ringing", language)
    return twiml.wait(said, action=f"{RING_PATH}/{leg_id}/{language}", pause_s=QUIET_S, takes_key=False)


def _over_and_over(occasion: str, language: str) -> str:
    action = f"/webhooks/conference/{'hold' if occasion == 'hold' else 'waiting'}/{language}"
    return twiml.wait(words_for(occasion, language), action=action, pause_s=QUIET_S, takes_key=False)


def record(rt: Runtime, conference_id: str, given: CarrierRequest) -> None:
    sid, event = given.text("ConferenceSid"), given.text("StatusCallbackEvent")
    with rt.db.begin() as tx:
        lock_conference(tx, conference_id)
        key = f"conference:{sid}:{given.text('SequenceNumber') or event + given.text('CallSid')}"
        if not first_time(tx, key, None, event=event):
            return
        at = given.instant("Timestamp") or tx.now
        leg = find_leg_by_sid(tx, given.text("CallSid"))
        if event == "participant-join" and leg is not None:
            conferences.record_join(tx, conference_id, leg.id, sid, at)
        elif event == "participant-leave" and leg is not None:
            reason = given.text("ReasonParticipantLeft")
            conferences.record_leave(tx, conference_id, leg.id, at, reason=reason)
        elif event == "conference-end":
            conferences.record_end(tx, conference_id, at)
