"""The words of the tables as people read them, in their language."""

from flask_babel import lazy_gettext as _

STATES = {
    "draft": _("draft"),
    "running": _("running"),
    "paused": _("paused"),
    "stopped": _("stopped"),
    "completed": _("completed"),
    "waiting": _("to be called"),
    "trying": _("being called"),
    "held": _("on another call with us"),
    "done": _("done"),
}
ACTIONS = {
    "start": _("Start"),
    "pause": _("Pause"),
    "resume": _("Resume"),
    "stop": _("Stop"),
    "applied": _("Settings applied"),
}
OUTCOMES = {
    "reached": _("reached"),
    "connected": _("spoke with an agent"),
    "confirmed": _("visit confirmed"),
    "moved": _("visit moved"),
    "appointment-confirmed": _("visit confirmed by key"),
    "move-requested": _("asked for another time"),
    "canceled-visit": _("visit canceled"),
    "resolved-by-phone": _("resolved by phone"),
    "unresolved": _("not resolved"),
    "callback": _("callback agreed"),
    "callback-booked": _("callback booked"),
    "opted-out": _("opted out"),
    "suppressed": _("on the do-not-contact list"),
    "wrong-person": _("wrong person"),
    "refused": _("refused"),
    "not-reached": _("not reached"),
    "stopped": _("campaign stopped first"),
    "callback-canceled": _("callback canceled"),
    "uncallable": _("may not be called"),
    "fax": _("fax"),
}
# What a person reads when a request is refused; the id stays beside it for whoever they ask.
PROBLEMS = {
    "form-expired": _("This form is no longer valid. Go back, reload the page and try again."),
    "not-found": _("There is nothing at this address."),
    "campaign-unknown": _("This campaign does not exist, or has nobody in your regions."),
    "campaign-state": _("The campaign has changed state in the meantime: reload the page."),
    "campaign-beyond-regions": _("This campaign also calls people outside your regions."),
    "scope-missing": _("Your account does not give access to this page."),
    "unauthorized": _("You are signed out. Sign in and try again."),
    "internal-error": _("The service failed on this request; it has been logged."),
}
_KINDS = {"state": STATES, "action": ACTIONS, "outcome": OUTCOMES, "problem": PROBLEMS}


def label(word: str, kind: str) -> str:
    """``label("reached", "outcome")``; a word nobody translated (a flow's own ending) is shown as it is."""
    return str(_KINDS[kind].get(word, word))
