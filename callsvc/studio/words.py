"""Why a number may not be called, in the reader's language."""

from flask_babel import lazy_gettext as _

_REASONS = {
    "suppressed": _("the person asked not to be called"),
    "country-not-allowed": _("its country may not be called"),
    "number-kind-not-allowed": _("numbers of this kind are not called"),
    "fiction-number": _("it is reserved for fiction, and the carrier is real"),
    "no-consent-basis": _("nothing allows this call"),
    "zone-unknown": _("the time there is not known"),
    "cap-reached": _("it was called often enough today"),
    "number-busy": _("another call to it is under way"),
    "outside-window": _("it is outside the hours in which people may be called"),
}


def reason_of(reason: str) -> str:
    """One of ``may_contact``'s reasons as a part of a sentence; an unknown one as it is."""
    return str(_REASONS.get(reason, reason))
