"""SMS from people, and the carrier's word on ours. STOP and ARRET end SMS to that number."""

from callsvc.contacts.numbers import store_caller
from callsvc.contacts.suppressions import suppress
from callsvc.messages.service import bind_message, lock_message, receive_message, record_message_status
from callsvc.runtime import Runtime
from callsvc.webhooks.once import first_time
from callsvc.webhooks.requests import CarrierRequest
from callsvc.webhooks.texting import take_text


def receive(rt: Runtime, given: CarrierRequest) -> None:
    sid = given.text("MessageSid")
    with rt.db.begin() as tx:
        if not first_time(tx, f"message:{sid}", None):
            return
        number_id = store_caller(tx, given.text("From"))
        if number_id is None:
            return  # a name or a short code: nobody whom we could answer, and nothing to suppress
        message_id, opt_out = receive_message(tx, sid=sid, number_id=number_id, body=given.text("Body"))
        if opt_out:
            suppress(tx, number_id, "sms", source="sms", evidence=message_id)
        take_text(tx, number_id, given.text("Body"), opt_out=opt_out)


def record(rt: Runtime, message_id: str, given: CarrierRequest) -> None:
    sid, status = given.text("MessageSid"), given.text("MessageStatus")
    with rt.db.begin() as tx:
        row = lock_message(tx, message_id)
        if first_time(tx, f"message:{sid}:{status}", None, status=status) and bind_message(tx, row, sid):
            error_code = given.number("ErrorCode")
            record_message_status(tx, message_id, status, at=tx.now, error_code=error_code)
