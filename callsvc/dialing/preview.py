"""Before launch: who will be called, who will not and why, and when it ends as things are now."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Final

import sqlalchemy as sa

from callsvc.campaigns.calendar import Hours
from callsvc.campaigns.definitions.retries import Retries
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.rules import Channel, Verdict, hours_of, may_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.public_holidays import same_holidays
from callsvc.dialing.expecting import Expected, expected
from callsvc.dialing.facts import Candidate, candidates
from callsvc.dialing.projecting import Cohort, Projection, RetryDelay, project
from callsvc.dialing.sampling import batches, sample_of
from callsvc.messages.allowing import for_sms

MOST_LOOKED_AT: Final = 5_000
"""People of a larger campaign that a page looks at; each count is then right to 1.4 % of the people."""

_EXAMPLES: Final = 3  # of each reason
_ROUNDED: Final = timedelta(minutes=5)  # to which the moments of a cohort are brought together


@dataclass
class Counts:
    """People by what may be done with them: now, later or never (by reason), done (by outcome)."""

    now: int = 0
    later: Counter[str] = field(default_factory=Counter)
    never: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        return self.now + self.later.total() + self.never.total() + self.done.total()


@dataclass
class Preview(Counts):
    """Counts by reason; examples are ids of places in the campaign, never names or numbers.

    regions: the same counts by region code. ends_at: when everybody has had a first try (``projection`` knows
    when the last retry is over, and ``expected`` what it rests on). sampled: how many were looked at; 0 means
    everybody. Then all counts but ``done`` are estimates, each within ``margin`` (a share of the people) in
    19 cases of 20.
    """

    campaign_id: str = ""
    channel: Channel = "voice"  # an SMS is asked about as an SMS
    examples: dict[str, list[str]] = field(default_factory=dict)
    regions: dict[str, Counts] = field(default_factory=dict)
    first_opening: datetime | None = None
    ends_at: datetime | None = None
    sampled: int = 0
    margin: float = 0.0
    projection: Projection | None = None
    expected: Expected | None = None

    def note(self, reasons: tuple[str, ...], place_id: str) -> None:
        """Keep the first few places of each reason."""
        for reason in reasons:
            seen = self.examples.setdefault(reason, [])
            if len(seen) < _EXAMPLES:
                seen.append(place_id)


def preview(tx: Tx, campaign_id: str, *, most: int = MOST_LOOKED_AT) -> Preview:
    """Ask ``may_contact`` about everybody as if the campaign were running, or about ``most`` of them.

    ``most=0`` looks at everybody, however many they are.
    """
    row = campaign_row(tx, campaign_id)
    config = config_of(row)
    asked = for_sms(config) if config.channel == "sms" else config
    look = _Look(Preview(campaign_id=campaign_id, channel=config.channel), tx.now)
    _count_done(tx, look.told)
    sample = sample_of(tx, campaign_id, most)
    for batch in batches(tx, campaign_id, sample):
        found = candidates(tx, asked, "running", [place.contact_id for place in batch])
        for place in batch:
            look.at(place, found.get(place.contact_id, []))
    told = look.told
    if sample.step > 1:
        told.sampled, told.margin = sample.size, sample.margin
        look.scale(sample.people / max(1, look.seen))
    told.expected = expected(tx, row, config)
    _tell_end(look, told.expected, retry_delay(config.retries))
    return told


def retry_delay(retries: Retries) -> RetryDelay:
    """The policy as the projection asks it: a try of each kind counts as the first of that kind.

    Waiting for another part of the day, and further tries for whoever hung up half-way, are not in it.
    """

    @cache
    def delay(kind: str, tries: int) -> timedelta | None:
        policy = retries.policy(kind)
        most = min(retries.most_tries, policy.most_tries or retries.most_tries)
        return None if tries >= most else policy.delay(1)

    return delay


class _Look:
    """One pass over the people: what is told, and the cohorts the end is reckoned with."""

    def __init__(self, told: Preview, now: datetime) -> None:
        self.told, self.now, self.seen = told, now, 0
        self.due: Counter[tuple[Hours, datetime]] = Counter()

    def at(self, place: Any, numbers: list[Candidate]) -> None:
        """Now, later or never: by the best of the person's numbers."""
        self.seen += 1
        region = self.told.regions.setdefault(place.region_code, Counts())
        facts = [candidate.facts for candidate in numbers]  # as if the campaign were running
        verdicts = [may_contact(one, self.told.channel, self.now) for one in facts]
        if any(verdict.yes for verdict in verdicts):
            self.told.now += 1
            region.now += 1
            self._joins(hours_of(facts[0]), self.now)
            return
        healing = [verdict for verdict in verdicts if not verdict.final]
        chosen = ([*healing, *verdicts] or [Verdict(("no-number",), None)])[0]
        for counts in (self.told, region):
            (counts.later if healing else counts.never)[chosen.reasons[0]] += 1
        self.told.note(chosen.reasons, place.id)
        if healing:
            self._heals(chosen, hours_of(facts[0]))

    def scale(self, factor: float) -> None:
        """From the sample to the people."""
        for counts in (self.told, *self.told.regions.values()):
            counts.now = round(counts.now * factor)
            for counter in (counts.later, counts.never):
                for reason in counter:
                    counter[reason] = round(counter[reason] * factor)
        self.factor = factor

    factor = 1.0

    def cohorts(self) -> list[Cohort]:
        by_hours: dict[Hours, list[tuple[datetime, float]]] = {}
        for (hours, at), people in self.due.items():
            by_hours.setdefault(hours, []).append((at, people * self.factor))
        return [Cohort(hours, due) for hours, due in by_hours.items()]

    def _heals(self, verdict: Verdict, hours: Hours | None) -> None:
        if verdict.earliest is not None:
            opening = self.told.first_opening
            self.told.first_opening = min(opening or verdict.earliest, verdict.earliest)
        self._joins(hours, verdict.earliest or self.now)

    def _joins(self, hours: Hours | None, at: datetime) -> None:
        if hours is not None:
            late = (at - self.now) % _ROUNDED
            self.due[_alike(hours), at - late if at > self.now else self.now] += 1


@lru_cache(maxsize=4096)
def _alike(hours: Hours) -> Hours:
    """France in few cohorts: departments with the same holidays are one."""
    return replace(hours, department=same_holidays(hours.department))


def _count_done(tx: Tx, told: Preview) -> None:
    """Who has an outcome is counted, never sampled."""
    place = campaign_contact.c
    for row in tx.all(
        sa.select(place.region_code, place.outcome, sa.func.count().label("people"))
        .where(place.campaign_id == told.campaign_id, place.status == "done")
        .group_by(place.region_code, place.outcome)
    ):
        told.done[row.outcome] += row.people
        told.regions.setdefault(row.region_code, Counts()).done[row.outcome] += row.people


def _tell_end(look: _Look, means: Expected, delay: RetryDelay) -> None:
    told = look.told
    cohorts = look.cohorts()
    if not cohorts:
        return
    told.projection = project(look.now, cohorts, means.means, delay)
    told.ends_at = told.projection.first_tries_end_at
