"""Why has somebody not been called yet? The reasons of ``may_contact`` as one sentence, French or English."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from callsvc.campaigns.calendar import zone as zone_named
from callsvc.campaigns.reasons import FINAL_REASONS
from callsvc.campaigns.rules import Channel
from callsvc.web.texts import gettext

_PARIS = ZoneInfo("Europe/Paris")

# One part of a sentence for each reason of the table, and for what else a place may be waiting for.
PHRASES = {
    "suppressed": _("the person asked not to be contacted"),
    "no-number": _("no number of theirs works"),
    "country-not-allowed": _("the number's country is not called"),
    "number-kind-not-allowed": _("numbers of this kind are not used"),
    "fiction-number": _("the number is reserved for fiction, and the carrier is real"),
    "no-consent-basis": _("nothing allows this contact"),
    "consent-expired": _("their consent has expired"),
    "too-old": _("too many days have passed since they were reported"),
    "zone-unknown": _("nobody knows what time it is where they live"),
    "zones-disagree": _("their addresses and numbers lie in zones without an hour in common"),
    "campaign-ended": _("the campaign's last day has passed"),
    "campaign-not-running": _("the campaign is not running"),
    "campaign-not-started": _("the campaign has not begun"),
    "budget-spent": _("the campaign's budget of the day is spent"),
    "budget-in-hand": _("what is left of the day's budget is held for calls under way"),
    "outside-wish": _("they chose other hours for our calls"),
    "slot-announced": _("the call was announced for later"),
    "unannounced": _("the call was not announced to them yet"),
    "outside-window": _("it is outside the hours in which they may be called"),
    "cap-reached": _("the number was called often enough within 24 hours"),
    "week-cap-reached": _("the number was called often enough within 7 days"),
    "month-cap-reached": _("the number was called often enough within 30 days"),
    "legal-cap-reached": _("the law allows no more calls to the number for now"),
    "part-of-day-spent": _("the number was tried often enough in this part of the day"),
    "day-spent": _("the number was tried often enough today"),
    "redial-lock": _("the number rests after a call that ended badly"),
    "refused-recently": _("the person refused such a call not long ago"),
    "number-busy": _("another call to the number is under way"),
    "caller-not-allowed": _("no number may be shown to the person: see the campaign's callers"),
    "on-the-line": _("the person is on another call with us"),
    "retry-later": _("the time of the next try has not come"),
    "waiting-their-turn": _("others come first"),
    "undelivered": _("the last SMS did not arrive"),
    "stopped": _("what was planned was withdrawn"),
}


def phrase_of(reason: str) -> str:
    """One reason as a part of a sentence; an unknown one (a carrier's code) as it is."""
    return str(PHRASES.get(reason, reason))


def sentence_of(
    reasons: Sequence[str],
    earliest: datetime | None,
    zone: str | ZoneInfo | None,
    channel: Channel = "voice",
) -> str:
    """One sentence in the reader's language; ``zone`` is the one in which the moment is told.

    Example: ``Not called yet: it is outside the hours in which they may be called; possible from Tuesday
    17 November at 09:00 (UTC+4).`` Without reasons: ``May be called now.`` By SMS people are written to.
    """
    written = channel == "sms"
    if not reasons:
        return gettext("May be written to now.") if written else gettext("May be called now.")
    final = [reason for reason in reasons if reason in FINAL_REASONS]
    if final:  # what will never change is all that matters
        said = _listed(final)
        if written:
            return gettext("Will not be written to: %(reasons)s.", reasons=said)
        return gettext("Will not be called: %(reasons)s.", reasons=said)
    said = _listed(reasons)
    if earliest is None:
        if written:
            return gettext("Not written to yet: %(reasons)s.", reasons=said)
        return gettext("Not called yet: %(reasons)s.", reasons=said)
    told = {"reasons": said, "moment": _moment(earliest, zone)}
    if written:
        return gettext("Not written to yet: %(reasons)s; possible from %(moment)s.", **told)
    return gettext("Not called yet: %(reasons)s; possible from %(moment)s.", **told)


def _listed(reasons: Sequence[str]) -> str:
    *others, last = [phrase_of(reason) for reason in reasons]
    if not others:
        return last
    return gettext("%(others)s and %(last)s", others=", ".join(others), last=last)


def _moment(at: datetime, zone: str | ZoneInfo | None) -> str:
    named = zone if isinstance(zone, ZoneInfo) else zone_named(zone or "")
    local = at.astimezone(named or _PARIS)
    locale = get_locale() or "en"
    text = gettext(
        "%(day)s at %(time)s",
        day=format_date(local, "EEEE d MMMM", locale=locale),
        time=format_time(local, "HH:mm", locale=locale),
    )
    if local.utcoffset() == at.astimezone(_PARIS).utcoffset():
        return text
    return f"{text} (UTC{_distance(local)})"


def _distance(local: datetime) -> str:
    """From UTC: ``+4``, ``-4``, ``+5:30``."""
    said = local.strftime("%z")
    return f"{said[0]}{int(said[1:3])}" + (f":{said[3:5]}" if said[3:5] != "00" else "")
