"""The words of a timeline as people read them, beside those of ``callsvc.labels``."""

from typing import Any

from flask_babel import lazy_gettext as _

from callsvc.labels import label
from callsvc.web.texts import gettext

MESSAGES = {  # the carrier's word, else how far our own intent has come
    "planned": _("planned"),
    "claimed": _("about to be sent"),
    "placed": _("given to the carrier"),
    "in-doubt": _("in doubt"),
    "not-placed": _("not sent"),
    "refused": _("not allowed"),
    "withdrawn": _("withdrawn"),
    "queued": _("queued at the carrier"),
    "accepted": _("queued at the carrier"),
    "sending": _("being sent"),
    "sent": _("sent"),
    "delivered": _("delivered"),
    "undelivered": _("not delivered"),
    "failed": _("failed"),
    "canceled": _("canceled"),
    "read": _("read"),
}
PROMISES = {
    "booked": _("booked"),
    "due": _("due"),
    "done": _("done"),
    "sent": _("sent"),
    "canceled": _("canceled"),
    "confirmed": _("confirmed"),
    "moved": _("moved"),
    "move-requested": _("another time is wanted"),
}
SLOTS = {  # what became of an announced call
    "planned": _("to be told"),
    "told": _("told by SMS"),
    "kept": _("called in it"),
    "moved": _("moved by the person"),
    "missed": _("passed without a call"),
    "failed": _("the SMS did not arrive"),
    "canceled": _("withdrawn"),
}
LEFT = {
    "connected": _("spoke with an agent"),
    "hung-up": _("hung up"),
    "callback": _("callback agreed"),
    "closed": _("platform closed"),
    "reassigned": _("moved to another queue by a supervisor"),
    "unavailable": _("no agent available"),
}
APPOINTMENTS = {"physical": _("on the spot"), "phone": _("by phone"), "video": _("by video")}
FORCE = {"in-force": _("in force"), "lifted": _("lifted"), "replaced": _("replaced")}
SOURCES = {
    "key": _("a key during a call"),
    "sms": _("an SMS"),
    "import": _("a list"),
    "agent": _("an agent"),
    "api": _("another program"),
    "console": _("this console"),
    "list": _("a do-not-contact list"),
    "carrier": _("the carrier"),
}
KINDS = {
    "call": _("Call"),
    "message": _("SMS"),
    "callback": _("Callback"),
    "slot": _("Announced call"),
    "appointment": _("Appointment"),
    "suppression": _("Do not contact"),
    "preference": _("Preference"),
    "queue": _("Waiting"),
    "decision": _("Decision"),
    "outcome": _("Result"),
    "origin": _("Origin"),
}
NUMBER_KINDS = {"mobile": _("mobile"), "fixed": _("landline"), "voip": _("internet"), "other": _("other")}
_WORDS = {
    "number-kind": NUMBER_KINDS,
    "message": MESSAGES,
    "promise": PROMISES,
    "slot": SLOTS,
    "left": LEFT,
    "appointment": APPOINTMENTS,
    "force": FORCE,
    "source": SOURCES,
    "kind": KINDS,
}


def said(word: str, kind: str) -> str:
    """``said("delivered", "message")``; kinds of the whole console (leg, outcome) as ``label`` does."""
    return str(_WORDS[kind].get(word, word)) if kind in _WORDS else label(word, kind)


def webhook_text(key: str, facts: dict[str, Any]) -> str:
    """What a webhook said, as stored: statuses and counts, never a number or digits."""
    said = ", ".join(
        f"{name} {value}" for name, value in sorted(facts.items()) if not isinstance(value, dict)
    )
    return gettext("Webhook %(kind)s", kind=key.partition(":")[0]) + (f": {said}" if said else "")
