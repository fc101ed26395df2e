"""The rules of ``may_contact`` that time does not heal: opt-outs, kinds and countries, consent, age."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from callsvc.campaigns.presets import LAWS
from callsvc.campaigns.reasons import SUPPRESSED, TOO_OLD

_PARIS = ZoneInfo("Europe/Paris")  # a date without a place is one of the service's own


@dataclass(frozen=True)
class Consent:
    """On what basis a person is contacted, since when, and what the campaign accepts.

    valid_days: how long a basis of the name ``consent`` holds from its date; 0 = for ever.
    """

    basis: str
    accepted: frozenset[str]
    given_on: date | None = None
    valid_days: int = 0

    def reason(self, law: frozenset[str], now: datetime) -> str:
        """Why it does not hold at this instant; empty when it does. A consent that expires needs a date."""
        if self.basis not in self.accepted or (law and self.basis not in law):
            return "no-consent-basis"
        if self.basis != "consent" or not self.valid_days:
            return ""
        if self.given_on is None:
            return "no-consent-basis"
        last_day = self.given_on + timedelta(days=self.valid_days)
        return "consent-expired" if now.astimezone(_PARIS).date() >= last_day else ""


@dataclass(frozen=True)
class Freshness:
    """A person is worth a call for ``days`` from when they were reported; 0 = always."""

    since: datetime | None = None
    days: int = 0

    def is_over(self, now: datetime) -> bool:
        return bool(self.days and self.since) and now >= (self.since or now) + timedelta(days=self.days)


class _Facts(Protocol):
    @property
    def purpose(self) -> str: ...
    @property
    def suppressions(self) -> Sequence[tuple[str, str]]: ...
    @property
    def preset(self) -> str: ...
    @property
    def consent(self) -> Consent: ...
    @property
    def number_kind(self) -> str: ...
    @property
    def kinds(self) -> frozenset[str]: ...
    @property
    def country(self) -> str: ...
    @property
    def countries(self) -> frozenset[str]: ...
    @property
    def synthetic(self) -> bool: ...
    @property
    def carrier_is_loopback(self) -> bool: ...
    @property
    def freshness(self) -> Freshness: ...
    @property
    def ends_at(self) -> datetime | None: ...


def lasting_reasons(facts: _Facts, channel: str, now: datetime) -> list[str]:
    """What forbids this contact at this instant and for good, in the order of the table."""
    law = LAWS.get(facts.preset, LAWS["none"])
    reasons = []
    if is_suppressed(facts.suppressions, facts.purpose, channel):
        reasons.append(SUPPRESSED)
    if facts.country not in facts.countries:
        reasons.append("country-not-allowed")
    if facts.number_kind not in facts.kinds or (channel == "sms" and facts.number_kind == "fixed"):
        reasons.append("number-kind-not-allowed")
    if facts.synthetic and not facts.carrier_is_loopback:
        reasons.append("fiction-number")
    if consent := facts.consent.reason(law.bases, now):
        reasons.append(consent)
    if facts.freshness.is_over(now):
        reasons.append(TOO_OLD)
    if facts.ends_at is not None and now >= facts.ends_at:
        reasons.append("campaign-ended")
    return reasons


def is_suppressed(suppressions: Sequence[tuple[str, str]], purpose: str, channel: str) -> bool:
    """True if a do-not-contact entry covers this purpose on this channel."""
    return any(
        scope == "all"
        or (scope == "sms" and channel == "sms")
        or (scope == "purpose" and suppressed_purpose == purpose)
        for scope, suppressed_purpose in suppressions
    )
