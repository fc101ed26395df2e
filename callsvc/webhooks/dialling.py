"""A contact's call dials an agent, or whom an agent hands them on to: for carriers without conferences."""

from callsvc.calls.addresses import address_of
from callsvc.calls.dialled import LONGEST_S, RING_S
from callsvc.calls.queries import find_leg, lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.transfers import transfer_over
from callsvc.calls.updates import take_move, waiting_path
from callsvc.carrier import twiml
from callsvc.carrier.vocabulary import IN_PROGRESS
from callsvc.routing import service as routing
from callsvc.runtime import Runtime
from callsvc.webhooks.patience import words_for
from callsvc.webhooks.requests import CarrierRequest

_WAITS = ("pending", "reserved", "assigned")
_SPOKE = ("completed", "answered")


def dial(rt: Runtime, leg_id: str, other_id: str, given: CarrierRequest) -> str:
    """The document that dials; when the other leg is not wanted any more the contact goes on waiting."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        other = find_leg(tx, other_id)
        if row.sid != given.text("CallSid") or row.end_asked_at is not None or other is None:
            return twiml.hang_up()
        if other.call_id != row.call_id or other.placement != "claimed" or other.end_asked_at is not None:
            return twiml.say_and_go((), waiting_path(tx, leg_id))
        base = tx.settings.public_base_url.rstrip("/")
        return twiml.transfer(
            address_of(tx, other),
            action=f"/webhooks/voice/{leg_id}/dial/{other_id}/over",
            status_url=f"{base}/webhooks/status/{other_id}#rc=3&rp=all",
            caller_id=tx.settings.callsvc_caller_id,
            ring_s=RING_S,
            longest_s=LONGEST_S,
        )


def dial_over(rt: Runtime, leg_id: str, other_id: str, given: CarrierRequest) -> str:
    """The two have parted, or nobody came, and the contact is still there: on to where they are wanted."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if row.sid != given.text("CallSid"):
            return twiml.hang_up()
        sid = given.text("DialCallSid")
        transfer_over(tx, other_id, sid)
        if sid and given.text("DialCallStatus") in _SPOKE:
            record_status(tx, other_id, News(status=IN_PROGRESS, at=tx.now, source="voice"))
        routing.dial_over(tx, other_id)
        moved = take_move(tx, leg_id, asks_from=f"/webhooks/voice/{leg_id}/dial/{other_id}")
        if moved:
            return twiml.say_and_go((), moved)
        entry = routing.entry_of_leg(tx, leg_id)
        if lock_leg(tx, leg_id).end_asked_at is not None or entry is None:
            return twiml.hang_up()
        if entry.left_how == "unavailable":  # taken out of the queue while it rang: their flow has the word
            return twiml.say_and_go((), waiting_path(tx, leg_id))
        if entry.state not in _WAITS:
            return twiml.hang_up()
        return twiml.say_and_go(words_for("wait", entry.language), waiting_path(tx, leg_id))
