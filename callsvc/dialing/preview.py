"""Before launch: who will be called, who will not and why, and when it ends at the configured rate."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.rules import may_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.facts import Candidate, candidates
from callsvc.dialing.projecting import Projection

_AT_ONCE = 500
_EXAMPLES = 3  # of each reason


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

    regions: the same counts by region code. ends_at: lived instant at which the last first try is placed at
    the configured set-ups a second, if the windows stay open; retries come after it (``projection`` knows
    windows and retries). sampled: how many were looked at; 0 means everybody. Then all counts are estimates,
    each within ``margin`` (a share of the people) in 19 cases of 20.
    """

    campaign_id: str = ""
    examples: dict[str, list[str]] = field(default_factory=dict)
    regions: dict[str, Counts] = field(default_factory=dict)
    first_opening: datetime | None = None
    ends_at: datetime | None = None
    sampled: int = 0
    margin: float = 0.0
    projection: Projection | None = None
    sentences: tuple[str, ...] = ()  # in the reader's language: the end, what holds it back, what is assumed

    def _note(self, reasons: tuple[str, ...], place_id: str) -> None:
        for reason in reasons:
            seen = self.examples.setdefault(reason, [])
            if len(seen) < _EXAMPLES:
                seen.append(place_id)


def preview(tx: Tx, campaign_id: str) -> Preview:
    """Ask ``may_contact`` about everybody as if the campaign were running."""
    row = campaign_row(tx, campaign_id)
    config = config_of(row)
    told = Preview(campaign_id=campaign_id)
    places = tx.all(
        sa.select(campaign_contact)
        .where(campaign_contact.c.campaign_id == campaign_id)
        .order_by(campaign_contact.c.id)
    )
    for start in range(0, len(places), _AT_ONCE):
        batch = places[start : start + _AT_ONCE]
        found = candidates(tx, config, "running", [place.contact_id for place in batch])
        for place in batch:
            if place.status == "done":
                told.done[place.outcome] += 1
            else:
                _sort(told, place.id, found.get(place.contact_id, []), tx.now)
    callable_ones = told.now + sum(told.later.values())
    if callable_ones:
        seconds = callable_ones / min(config.pacing.calls_per_second, tx.settings.callsvc_calls_per_second)
        begins = tx.now if told.now else (told.first_opening or tx.now)
        told.ends_at = begins + timedelta(seconds=seconds)
    return told


def _sort(told: Preview, place_id: str, numbers: list[Candidate], now: datetime) -> None:
    """Now, later or never: by the best of the person's numbers."""
    if not numbers:
        told.never["no-number"] += 1
        told._note(("no-number",), place_id)
        return
    facts = [replace(candidate.facts, campaign_state="running") for candidate in numbers]
    verdicts = [may_contact(one, "voice", now) for one in facts]
    if any(verdict.yes for verdict in verdicts):
        told.now += 1
        return
    healing = [verdict for verdict in verdicts if not verdict.final]
    chosen = (healing or verdicts)[0]
    counter = told.later if healing else told.never
    counter[chosen.reasons[0]] += 1
    told._note(chosen.reasons, place_id)
    if chosen.earliest is not None and not chosen.final:
        told.first_opening = min(told.first_opening or chosen.earliest, chosen.earliest)
