"""SMS from people, and the carrier's word on ours. STOP and its kin end SMS to that number."""

from callsvc.contacts.lifting import ask_lifts
from callsvc.contacts.numbers import store_caller
from callsvc.contacts.suppressions import suppress
from callsvc.core.db import Tx
from callsvc.messages.answering import confirm_stop, say_who_we_are
from callsvc.messages.choosing import hear_wish
from callsvc.messages.rules import keyword_of
from callsvc.messages.service import bind_message, lock_message, receive_message, record_message_status
from callsvc.messages.wishes import wish_in
from callsvc.routing.other_work.writing import stopped
from callsvc.runtime import Runtime
from callsvc.webhooks.once import first_time
from callsvc.webhooks.persons import hear_in_conversation
from callsvc.webhooks.requests import CarrierRequest
from callsvc.webhooks.text_turns import take_text


def receive(rt: Runtime, given: CarrierRequest) -> None:
    sid = given.text("MessageSid")
    with rt.db.begin() as tx:
        if not first_time(tx, f"message:{sid}", None):
            return
        number_id = store_caller(tx, given.text("From"))
        if number_id is None:
            return  # a name or a short code: nobody whom we could answer, and nothing to suppress
        body, to = given.text("Body"), given.text("To")
        message_id = receive_message(tx, sid=sid, number_id=number_id, body=body, to=to)
        _hear(tx, number_id, message_id, body, to)


def _hear(tx: Tx, number_id: str, message_id: str, body: str, to: str) -> None:
    """What is said to us as such first; then what is said to an agent; else it answers the dialogue."""
    match keyword_of(body):
        case "stop":
            new = suppress(tx, number_id, "sms", source="sms", evidence=message_id)
            stopped(tx, number_id)
            take_text(tx, number_id, message_id, body, to=to, opt_out=True)
            if new:
                confirm_stop(tx, number_id, to, body, message_id)
        case "help":
            say_who_we_are(tx, number_id, to)
        case "start" if ask_lifts(tx, number_id, message_id):
            pass  # somebody will look at it; see contacts/lifting.py
        case _ if (wish := wish_in(body)) is not None:
            hear_wish(tx, number_id, to, wish, message_id)
        case _ if hear_in_conversation(tx, number_id):
            pass  # an agent reads it
        case _:
            take_text(tx, number_id, message_id, body, to=to, opt_out=False)


def record(rt: Runtime, message_id: str, given: CarrierRequest) -> None:
    sid, status = given.text("MessageSid"), given.text("MessageStatus")
    with rt.db.begin() as tx:
        row = lock_message(tx, message_id)
        if first_time(tx, f"message:{sid}:{status}", None, status=status) and bind_message(tx, row, sid):
            error_code = given.number("ErrorCode")
            record_message_status(tx, message_id, status, at=tx.now, error_code=error_code)
