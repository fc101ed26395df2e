"""Why an SMS did not arrive, in words: the carrier's codes and our own reasons, each with what to do.

The codes are the vendor's error dictionary, https://www.twilio.com/docs/api/errors. A sentence is lazy: it is
said in the language of whoever reads the page.
"""

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.engine import Row

CODES: dict[int, Any] = {
    21211: _("The number is not valid: correct it in the list."),
    21408: _("The carrier's account may not write to this country: ask for the permission there."),
    21606: _("The sender is not one of ours, or cannot write: choose another sender in the campaign."),
    21610: _("This person said STOP to the sender: nothing more is sent to them."),
    21611: _("Too many messages wait at the carrier for this sender: send fewer a second."),
    21612: _("The carrier has no way from this sender to this number: choose another sender."),
    21614: _("It is not a mobile number: an SMS cannot reach it."),
    21617: _("The text is longer than the 1,600 letters a carrier takes: shorten it."),
    30001: _("It waited too long at the carrier: send fewer a second."),
    30002: _("The carrier has suspended our account: write to it."),
    30003: _("The telephone was off or out of reach: another time may do better."),
    30004: _("The telephone or its operator blocks our messages."),
    30005: _("Nobody has this number: correct it in the list."),
    30006: _("It is a fixed line, or its operator cannot be reached."),
    30007: _("An operator took it for unwanted advertising: look at the text and the sender."),
    30008: _("It did not arrive, and the operator does not say why."),
    30034: _("The sender is not registered for this kind of message."),
    30410: _("The operator did not answer in time: another time may do better."),
}
REASONS: dict[str, Any] = {
    "suppressed": _("This person does not want to be written to."),
    "number-kind-not-allowed": _("It is not a number that takes SMS."),
    "country-not-allowed": _("Nobody in this country is written to."),
    "fiction-number": _("It is a number of fiction, and the carrier is a real one."),
    "no-consent-basis": _("There is no basis on which this person may be written to."),
    "zone-unknown": _("Nobody knows what time it is there."),
    "outside-window": _("It waits for the hours in which this person may be written to."),
    "too-late": _("It could not be sent in time, and says nothing useful any more."),
    "stopped": _("It was stopped before it was sent."),
    "not-found": _("The carrier does not know it: it was never sent."),
    "throttled": _("The carrier asked to wait: it is sent a little later."),
    "unsent": _("The carrier could not be reached: it is sent a little later."),
    "paced": _("It waits for its turn: the sender writes so many a second."),
    "twin-under-way": _("The same words are on their way to this number: it waits until that is settled."),
    "end-never-told": _("The carrier never told whether it arrived."),
}
_NEVER = frozenset({30005, 30006, 21211, 21614})  # no later SMS to this number would arrive either


def failure_sentence(row: Row[Any]) -> Any:
    """What went wrong with a message; an empty text when nothing did.

    Example: ``undelivered`` with 30003 is "The telephone was off or out of reach...".
    """
    if row.error_code:
        return CODES.get(row.error_code) or _("The carrier's error %(code)s.", code=row.error_code)
    for reason in row.reasons.split():
        if reason.startswith("carrier-"):
            code = int(reason.removeprefix("carrier-"))
            return CODES.get(code) or _("The carrier refused it with the error %(code)s.", code=code)
        if reason in REASONS:
            return REASONS[reason]
    return ""


def is_lasting(error_code: int | None) -> bool:
    """True when the number itself is what is wrong: another try of it would end the same."""
    return error_code in _NEVER
