"""``may_contact``: the one question that decides every contact.

Import preview, scheduler, the claim itself, the answer webhook and the preview page all ask it. It fails
closed: what is not known to be allowed is not. ``reasons.py`` lists all that it can answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from callsvc.campaigns.calendar import PRESETS, Hours, LocalWindow, zone
from callsvc.campaigns.definitions.caps import Caps
from callsvc.campaigns.definitions.spread import Spread
from callsvc.campaigns.healing import DayBudget, DayParts, NotBefore, RollingCap, Rule, heal
from callsvc.campaigns.lasting import Consent, Freshness, is_suppressed, lasting_reasons
from callsvc.campaigns.presets import LAWS
from callsvc.campaigns.reasons import FINAL_REASONS
from callsvc.campaigns.spending import Spending
from callsvc.campaigns.whereabouts import Place

__all__ = [
    "CARRIER_DELAY",
    "DAY",
    "DIALLABLE_KINDS",
    "FINAL_REASONS",
    "Channel",
    "Facts",
    "PastCall",
    "Verdict",
    "hours_at",
    "hours_of",
    "is_suppressed",
    "may_contact",
]

Channel = Literal["voice", "sms"]

DAY = timedelta(hours=24)
# A call claimed now rings a little later: the window must still be open then.
CARRIER_DELAY = timedelta(seconds=60)
_BUSY = timedelta(minutes=2)  # nobody knows when a call ends: asked again then
DIALLABLE_KINDS = frozenset({"mobile", "fixed", "voip", "other"})


@dataclass(frozen=True)
class PastCall:
    """One claim of a number, by any campaign, not proven unplaced.

    ended_at, refused, let_down: what is known of how it ended, see ``dispositions.Flags``.
    """

    claimed_at: datetime
    ended_at: datetime | None = None
    refused: bool = False
    rests: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that ``may_contact`` looks at.

    suppressions: (scope, purpose) pairs in force for the number.
    places: where the person may be, see ``whereabouts.places_of``; empty: nobody knows.
    calls: what the number has been through, by every campaign, as far back as any rule looks.
    promised: the person chose this moment themselves, so that what spares them calls does not break it.
    wished: the hours in which they want to be called; overlooked where they leave no hour at all.
    unannounced, slot_from: calls of this campaign are announced; this one not yet, or for that instant on.
    """

    campaign_state: str
    purpose: str
    suppressions: Sequence[tuple[str, str]]
    places: tuple[Place, ...]
    windows: tuple[LocalWindow, ...]
    preset: str
    on_holidays: bool
    consent: Consent
    number_kind: str
    country: str
    countries: frozenset[str]
    synthetic: bool
    carrier_is_loopback: bool
    kinds: frozenset[str] = DIALLABLE_KINDS
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    freshness: Freshness = field(default_factory=Freshness)
    calls: Sequence[PastCall] = ()
    caps: Caps = field(default_factory=Caps)
    spread: Spread = field(default_factory=Spread)
    redial_lock: timedelta = timedelta()
    number_is_live: bool = False
    spending: Spending = field(default_factory=Spending)
    promised: bool = False
    wished: tuple[LocalWindow, ...] = ()
    unannounced: bool = False
    slot_from: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """``reasons`` empty = yes.

    earliest: the first instant at which all that time can heal is healed; the person may be contacted then
    if time heals every reason. None: never, or nobody knows.
    """

    reasons: tuple[str, ...]
    earliest: datetime | None

    @property
    def yes(self) -> bool:
        return not self.reasons

    @property
    def final(self) -> bool:
        return any(reason in FINAL_REASONS for reason in self.reasons)


def may_contact(facts: Facts, channel: Channel, now: datetime) -> Verdict:
    """May this number be contacted for this campaign on this channel now?

    Example: a person in La Reunion at 20:30 local time, window to 20:00, gives
    ``Verdict(("outside-window",), <tomorrow 09:00 in Indian/Reunion>)``.
    """
    hours = hours_of(facts)
    lasting = _lasting(facts, channel, now)
    busy = channel == "voice" and facts.number_is_live
    since = now + _BUSY if busy else now
    healing, healed = heal(_rules(facts, channel, hours, now), now, since)
    if hours is not None and "outside-window" in healing and _never_together(hours, now):
        lasting.append("zones-disagree")
    events = ["campaign-not-running"] * (facts.campaign_state != "running") + ["number-busy"] * busy
    events += ["unannounced"] * (channel == "voice" and facts.unannounced)
    reasons = (*lasting, *events, *healing)
    if not reasons:
        return Verdict((), now)
    if lasting or not (healing or busy) or healed is None or _lasting(facts, channel, healed):
        return Verdict(
            reasons, None
        )  # what time heals may come after the consent, or the campaign, has ended
    return Verdict(reasons, healed)


def hours_of(facts: Facts) -> Hours | None:
    """The hours of this person in this campaign; None when their zone is unknown (then: do not call)."""
    return hours_at(facts.places, facts.windows, facts.preset, facts.on_holidays)


def hours_at(
    places: Sequence[Place], windows: tuple[LocalWindow, ...], preset: str, on_holidays: bool
) -> Hours | None:
    """The hours in which it is open at all of these places at once; None when one of them is unknown."""
    zones = [zone(place.zone) for place in places]
    if preset not in PRESETS or not zones or None in zones:
        return None
    allowed = on_holidays and not LAWS[preset].holidays_free
    first, *others = [
        Hours(at, place.department, windows, PRESETS[preset], allowed)
        for at, place in zip(zones, places, strict=True)
        if at is not None
    ]
    return replace(first, also=tuple(others))


def _never_together(hours: Hours, now: datetime) -> bool:
    """Every place has hours, and no moment lies in those of all: somebody must correct what is known."""
    if not hours.also or hours.next_opening(now, CARRIER_DELAY) is not None:
        return False
    alone = (replace(hours, also=()), *hours.also)
    return all(one.next_opening(now, CARRIER_DELAY) is not None for one in alone)


def _lasting(facts: Facts, channel: Channel, now: datetime) -> list[str]:
    zone_unknown = hours_of(facts) is None
    return lasting_reasons(facts, channel, now) + ["zone-unknown"] * zone_unknown


def _rules(facts: Facts, channel: Channel, hours: Hours | None, now: datetime) -> dict[str, Rule]:
    """Reason -> the rule that gives it; caps and what spares people calls are about calls alone."""
    rules: dict[str, Rule] = {"campaign-not-started": NotBefore(facts.starts_at)}
    rules |= _budget(facts, now)
    if channel == "voice":
        rules |= _caps(facts)
        rules["slot-announced"] = NotBefore(facts.slot_from)
        if not facts.promised and hours is not None:
            rules |= _sparing(facts, hours.zone) | _wish(facts, hours, now)
        rules |= _refusal(facts)
    if hours is not None:
        rules["outside-window"] = partial(hours.next_opening, lasting=CARRIER_DELAY)
    return rules


def _caps(facts: Facts) -> dict[str, Rule]:
    claims, law = _claims(facts), LAWS.get(facts.preset, LAWS["none"])
    rules: dict[str, Rule] = {"cap-reached": RollingCap(claims, facts.caps.per_number_24h, DAY)}
    if facts.caps.per_number_7d:
        rules["week-cap-reached"] = RollingCap(claims, facts.caps.per_number_7d, 7 * DAY)
    if facts.caps.per_number_30d:
        rules["month-cap-reached"] = RollingCap(claims, facts.caps.per_number_30d, 30 * DAY)
    if law.most_calls:
        rules["legal-cap-reached"] = RollingCap(claims, law.most_calls, law.most_calls_days * DAY)
    return rules


def _sparing(facts: Facts, home: ZoneInfo) -> dict[str, Rule]:
    claims, spread = _claims(facts), facts.spread
    rests = [call.ended_at + facts.redial_lock for call in facts.calls if call.rests and call.ended_at]
    rules: dict[str, Rule] = {"redial-lock": NotBefore(max(rests, default=None))}
    if spread.per_part_of_day:
        rules["part-of-day-spent"] = DayParts(claims, spread.per_part_of_day, spread.bounds(), home)
    if spread.per_day:
        rules["day-spent"] = DayParts(claims, spread.per_day, (0,), home)
    return rules


def _wish(facts: Facts, hours: Hours, now: datetime) -> dict[str, Rule]:
    """The hours the person chose, unless none of them is among those in which they may be called."""
    if not facts.wished:
        return {}
    both = replace(hours, also=(*hours.also, replace(hours, windows=facts.wished, also=())))
    rule = partial(both.next_opening, lasting=CARRIER_DELAY)
    return {} if rule(now) is None else {"outside-wish": rule}


def _refusal(facts: Facts) -> dict[str, Rule]:
    peace = LAWS.get(facts.preset, LAWS["none"]).refusal_days * DAY
    if not peace:
        return {}
    refusals = [(call.ended_at or call.claimed_at) + peace for call in facts.calls if call.refused]
    return {"refused-recently": NotBefore(max(refusals, default=None))}


def _budget(facts: Facts, now: datetime) -> dict[str, Rule]:
    if facts.spending.in_hand:
        return {"budget-in-hand": NotBefore(now + _BUSY)}
    if not facts.spending.exhausted:
        return {}
    return {"budget-spent": DayBudget(frozenset({facts.spending.day}), facts.spending.zone)}


def _claims(facts: Facts) -> list[datetime]:
    return sorted(call.claimed_at.astimezone(UTC) for call in facts.calls)
