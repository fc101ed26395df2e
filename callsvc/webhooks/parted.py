"""A contact whose agent put down the receiver: whether it was over they are asked, for nobody else knows."""

from callsvc.calls.queries import lock_leg
from callsvc.calls.updates import take_move, waiting_path
from callsvc.carrier import twiml
from callsvc.routing import service as routing
from callsvc.runtime import Runtime
from callsvc.webhooks.patience import words_for
from callsvc.webhooks.requests import CarrierRequest

_WAITS = ("pending", "reserved", "assigned")
_KEY_WITHIN_S = 5  # of quiet after the words


def ask(rt: Runtime, leg_id: str, given: CarrierRequest) -> str:
    """One question, answered by any key; whoever is content hangs up or says nothing."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        entry = routing.entry_of_leg(tx, leg_id)
        if row.sid != given.text("CallSid") or entry is None or not routing.asked_whether_over(tx, leg_id):
            return twiml.hang_up()
        return twiml.ask(
            (),
            words_for("parted", entry.language),
            action=f"/webhooks/voice/{leg_id}/parted/answer",
            timeout_s=_KEY_WITHIN_S,
            digits=1,
            finish_on_key="",
        )


def answer(rt: Runtime, leg_id: str, given: CarrierRequest) -> str:
    """A key: they were cut off, and wait in front. Asked twice, it says the same."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if row.sid != given.text("CallSid") or not given.text("Digits"):
            return twiml.hang_up()
        routing.was_cut_off(tx, leg_id)
        # It leads where the sentence is said.
        moved = take_move(tx, leg_id, asks_from=f"/webhooks/voice/{leg_id}/parted")
        entry = routing.entry_of_leg(tx, leg_id)
        if not moved and (entry is None or entry.state not in _WAITS):
            return twiml.hang_up()
        return twiml.say_and_go((), moved or waiting_path(tx, leg_id))
