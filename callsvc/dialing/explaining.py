"""Why has this person not been called yet? The same question that decides every call, asked aloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.retrying import turn_of
from callsvc.campaigns.rules import may_contact
from callsvc.campaigns.sentences import sentence_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.dialing.facts import Candidate, candidates
from callsvc.dialing.finishing import tries_of
from callsvc.dialing.planning import choose_number
from callsvc.dialing.turns import PROMISED, Waiting, why_of


@dataclass(frozen=True)
class NumberVerdict:
    """One number of the person: ``reasons`` empty means that it may be called now."""

    number_id: str
    reasons: tuple[str, ...]
    earliest: datetime | None


@dataclass(frozen=True)
class WhyNot:
    """Where a person stands in a campaign, and what each of their numbers answers now.

    sentence: all of it in one, in the reader's language. before: what puts them before others, ``turns.Why``.
    chosen_for: the same of their last try.
    """

    status: str
    tries: int
    next_try_at: datetime
    noted: str  # what the planner noted when it last passed over them
    numbers: tuple[NumberVerdict, ...]
    sentence: str
    before: str
    chosen_for: str


def why_not_called(tx: Tx, principal: Principal, campaign_id: str, place_id: str) -> WhyNot:
    """Raises ``NotFound`` (campaign-unknown, campaign-contact-unknown)."""
    campaign = campaign_row(tx, campaign_id)
    place = tx.first(
        sa.select(campaign_contact).where(
            campaign_contact.c.id == place_id,
            campaign_contact.c.campaign_id == campaign_id,
            scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code),
        )
    )
    if place is None:
        raise NotFound("campaign-contact-unknown", "This campaign has nobody under this id in your regions.")
    config = config_of(campaign)
    promised = {place.contact_id} if place.priority >= PROMISED else set()
    found = candidates(
        tx, config, campaign.state, [place.contact_id], campaign_id=campaign_id, promised=promised
    ).get(place.contact_id, [])
    verdicts = [(one.number_id, may_contact(one.facts, "voice", tx.now)) for one in found]
    return WhyNot(
        status=place.status,
        tries=place.tries,
        next_try_at=place.next_try_at,
        noted=place.skip_reasons,
        numbers=tuple(NumberVerdict(id, verdict.reasons, verdict.earliest) for id, verdict in verdicts),
        sentence=_sentence(config, place, found, tx.now),
        before=why_of(_waiting(place), tx.now),
        chosen_for=place.chosen_for,
    )


def _waiting(place: Row[Any]) -> Waiting:
    return Waiting(
        place.id,
        place.region_code,
        place.priority,
        place.elicited_on,
        place.next_try_at,
        place.call_by,
    )


def _sentence(config: CampaignFile, place: Row[Any], numbers: Sequence[Candidate], now: datetime) -> str:
    """Empty for who is being called or has an outcome: there is nothing to explain."""
    zone = numbers[0].facts.places[0].zone if numbers and numbers[0].facts.places else ""
    if place.status == "held":
        return sentence_of(("on-the-line",), None, zone)
    if place.status != "waiting":
        return ""
    turn = turn_of(config.retries, tries_of(place))
    at = max(now, place.next_try_at)
    choice, verdict = choose_number(list(numbers), turn, set(), at)
    if at > now and not verdict.final:  # the delay after the last try, and whatever holds when it is over
        return sentence_of(("retry-later", *verdict.reasons), at if choice else verdict.earliest, zone)
    if choice is not None:
        return sentence_of(("waiting-their-turn",), None, zone)
    return sentence_of(verdict.reasons, verdict.earliest, zone)
