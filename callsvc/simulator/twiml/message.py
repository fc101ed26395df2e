"""Message, and Sms as it was once called, within a call: texts somebody and goes on.

"to: default the caller. from: default the called number. action: asked with the message's SID and status;
without one the next verb runs. statusCallback: told of what becomes of the message."
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.ledger.messages import is_blocked
from callsvc.simulator.messages.delivery import send_message
from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.document import text_of
from callsvc.simulator.twiml.warning import warn
from callsvc.simulator.twiml.where import source_at

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


async def message(leg: Leg, element: Element) -> Source | None:
    """Send it, unless it cannot be sent, which is a warning."""
    to, from_ = element.get("to", leg.record.far_end), element.get("from", leg.record.near_end)
    body = (element.findtext("Body") or text_of(element)).strip()
    code = _refusal(leg, to, from_, body)
    status, sid = "failed", ""
    if code:
        warn(leg, code, to if code != codes.SMS_FROM else from_)
    else:
        callback = element.get("statusCallback")
        url = source_at(leg, callback, None).url if callback else ""
        sent = send_message(
            leg.carrier, to=to, from_=from_, body=body, callback=url, direction="outbound-call"
        )
        status, sid = sent.status, sent.sid
        leg.note("texted", message=sid, to=to)
    action = element.get("action")
    if not action:
        return None
    told = {"MessageStatus": status, "MessageSid": sid, "SmsStatus": status, "SmsSid": sid}
    return source_at(leg, action, element.get("method"), **told)


def _refusal(leg: Leg, to: str, from_: str, body: str) -> int:
    if not _NUMBER.fullmatch(to):
        return codes.SMS_TO
    if from_.startswith(("client:", "sip:")):
        return codes.SMS_FROM
    if not body:
        return codes.SMS_BODY
    return codes.OPTED_OUT if is_blocked(leg.carrier.store, to, from_) else 0
