"""``may_contact``: the one question that decides every contact.

Import preview, scheduler, the claim itself, the answer webhook and the preview page all ask it. It fails
closed: what is not known to be allowed is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from callsvc.campaigns.calendar import PRESETS, Hours, LocalWindow, zone

Channel = Literal["voice", "sms"]

DAY = timedelta(hours=24)
# A call claimed now rings a little later: the window must still be open then.
CARRIER_DELAY = timedelta(seconds=60)

# Reasons that time will not heal: the contact's place in the campaign ends with them.
FINAL_REASONS = frozenset(
    {
        "suppressed",
        "country-not-allowed",
        "number-kind-not-allowed",
        "fiction-number",
        "no-consent-basis",
        "zone-unknown",
        "no-number",
    }
)
DIALLABLE_KINDS = frozenset({"mobile", "fixed", "voip", "other"})


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that ``may_contact`` looks at.

    suppressions: (scope, purpose) pairs in force for the number.
    claims: lived instants of every claim of this number in the last 24 h not proven unplaced.
    """

    campaign_state: str
    purpose: str
    suppressions: Sequence[tuple[str, str]]
    zone: str
    department: str
    windows: Sequence[LocalWindow]
    preset: str
    on_holidays: bool
    consent_basis: str
    consent_bases: frozenset[str]
    number_kind: str
    country: str
    countries: frozenset[str]
    synthetic: bool
    carrier_is_loopback: bool
    claims: Sequence[datetime] = ()
    cap_24h: int = 3
    number_is_live: bool = False
    calls_today: int = 0
    most_calls_a_day: int = 0


@dataclass(frozen=True)
class Verdict:
    """``reasons`` empty = yes. ``earliest`` is when to ask again; None = never, or nobody knows."""

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
    reasons = [*_lasting(facts, channel)]
    earliest = now
    if facts.campaign_state != "running":
        reasons.append("campaign-not-running")
    if channel == "voice":
        capped = _cap_heals(facts, now)
        if capped is not None:
            reasons.append("cap-reached")
            earliest = max(earliest, capped)
        if facts.number_is_live:
            reasons.append("number-busy")
            earliest = max(earliest, now + timedelta(minutes=2))
        if facts.most_calls_a_day and facts.calls_today >= facts.most_calls_a_day:
            reasons.append("budget-spent")
            earliest = max(earliest, now + timedelta(hours=1))
    hours = hours_of(facts)
    if hours is not None and not (hours.open_at(now) and hours.open_at(now + CARRIER_DELAY)):
        reasons.append("outside-window")
        opening = hours.next_opening(max(earliest, now + CARRIER_DELAY))
        return Verdict(tuple(reasons), opening)
    if not reasons:
        return Verdict((), now)
    opening = hours.next_opening(earliest) if hours is not None else None
    return Verdict(tuple(reasons), None if opening == now else opening)


def hours_of(facts: Facts) -> Hours | None:
    """The hours of this person in this campaign; None when their zone is unknown (then: do not call)."""
    zone_info = zone(facts.zone)
    if zone_info is None or facts.preset not in PRESETS:
        return None
    return Hours(zone_info, facts.department, facts.windows, PRESETS[facts.preset], facts.on_holidays)


def is_suppressed(suppressions: Sequence[tuple[str, str]], purpose: str, channel: Channel) -> bool:
    """True if a do-not-contact entry covers this purpose on this channel."""
    return any(
        scope == "all"
        or (scope == "sms" and channel == "sms")
        or (scope == "purpose" and suppressed_purpose == purpose)
        for scope, suppressed_purpose in suppressions
    )


def _lasting(facts: Facts, channel: Channel) -> list[str]:
    reasons = []
    if is_suppressed(facts.suppressions, facts.purpose, channel):
        reasons.append("suppressed")
    if facts.country not in facts.countries:
        reasons.append("country-not-allowed")
    if facts.number_kind not in DIALLABLE_KINDS or (channel == "sms" and facts.number_kind == "fixed"):
        reasons.append("number-kind-not-allowed")
    if facts.synthetic and not facts.carrier_is_loopback:
        reasons.append("fiction-number")
    if facts.consent_basis not in facts.consent_bases:
        reasons.append("no-consent-basis")
    if hours_of(facts) is None:
        reasons.append("zone-unknown")
    return reasons


def _cap_heals(facts: Facts, now: datetime) -> datetime | None:
    """When the cap lets another call through; None if it does now."""
    recent = sorted(claim for claim in facts.claims if claim > now - DAY)
    if len(recent) < facts.cap_24h:
        return None
    return recent[len(recent) - facts.cap_24h] + DAY
