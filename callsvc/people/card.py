"""One person as a page shows them: who, by which numbers, shared with whom, where each campaign stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.numbers import reveal
from callsvc.contacts.people import read_person
from callsvc.contacts.preferences import NONE, Preferences, parts_of, preferences_of
from callsvc.contacts.tables import contact, contact_number, phone_number, suppression, tracing_case
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.core.phone_numbers import mask
from callsvc.dialing.explaining import why_not_called
from callsvc.people.entries import Subject
from callsvc.people.sources.wishes import scope_sentence


@dataclass(frozen=True)
class Silence:
    """A do-not-contact entry in force."""

    id: str
    scope: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class OwnNumber:
    """A number of the person, masked. ``shared_with``: how many others have it, seen by the reader or not."""

    id: str
    masked: str
    kind: str
    works: bool
    suppressed: tuple[Silence, ...]
    chosen: Preferences
    shared_with: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where they stand in one campaign; ``why`` is the sentence that says what they wait for, or empty."""

    place_id: str
    campaign_id: str
    title: str
    state: str
    status: str
    outcome: str
    tries: int
    next_try_at: datetime
    why: str
    purpose: str

    @property
    def may_be_first(self) -> bool:
        """Not just being called, in a campaign that was not stopped."""
        return self.status in ("waiting", "done") and self.state != "stopped"


@dataclass(frozen=True, kw_only=True)
class Card:
    id: str
    first_name: str
    last_name: str
    birth_year: int | None
    language: str
    zone: str
    platform_code: str
    region_code: str
    fragility: int
    case: str
    consent_basis: str
    numbers: tuple[OwnNumber, ...]
    standings: tuple[Standing, ...]
    household: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def purposes(self) -> list[tuple[str, str]]:
        """Choices of a field: what their campaigns are for."""
        return [(purpose, purpose) for purpose in sorted({one.purpose for one in self.standings})]

    @property
    def number_choices(self) -> list[tuple[str, str]]:
        """Choices of a field: the numbers that work."""
        return [(number.id, number.masked) for number in self.numbers if number.works]

    @property
    def silences(self) -> list[tuple[str, str]]:
        """Choices of a field: what holds, and for which number."""
        return [
            (one.id, f"{scope_sentence(one.scope, one.purpose)}, {number.masked}")
            for number in self.numbers
            for one in number.suppressed
        ]

    @property
    def chosen(self) -> dict[str, object]:
        """What a form of their choices begins with: those of the first number that has some."""
        held = next((one.chosen for one in self.numbers if one.chosen != NONE), NONE)
        return {"hours": parts_of(held.hours), "channel": held.channel, "speech": held.language}

    @property
    def subject(self) -> Subject:
        return Subject(
            contact_id=self.id,
            number_ids=tuple(number.id for number in self.numbers),
            place_ids=tuple(one.place_id for one in self.standings),
        )


def card_of(tx: Tx, principal: Principal, contact_id: str) -> Card:
    """Raises ``person-unknown`` for whoever is not of the principal's places. The caller records the reading.

    household: ids of others who share a number and whom the principal may see too.
    """
    row = tx.first(
        sa.select(contact, tracing_case.c.reference)
        .outerjoin(tracing_case, tracing_case.c.id == contact.c.case_id)
        .where(contact.c.id == contact_id, _mine(principal))
    )
    if row is None:
        raise NotFound("person-unknown", "Nobody of your regions has this id.")
    person = read_person(tx, row)
    numbers = _numbers(tx, contact_id)
    return Card(
        id=contact_id,
        first_name=person["first_name"],
        last_name=person["last_name"],
        birth_year=person.get("birth_year"),
        language=row.language,
        zone=row.zone,
        platform_code=row.platform_code,
        region_code=row.region_code,
        fragility=row.fragility,
        case=row.reference or "",
        consent_basis=row.consent_basis,
        numbers=numbers,
        standings=tuple(standings_of(tx, principal, contact_id)),
        household=_household(tx, principal, contact_id, [number.id for number in numbers]),
    )


def _mine(principal: Principal) -> sa.ColumnElement[bool]:
    return scope_condition(principal, contact.c.region_code, contact.c.platform_code)


def _numbers(tx: Tx, contact_id: str) -> tuple[OwnNumber, ...]:
    rows = tx.all(
        sa.select(phone_number, contact_number.c.unworkable_since)
        .join(contact_number, contact_number.c.number_id == phone_number.c.id)
        .where(contact_number.c.contact_id == contact_id)
        .order_by(contact_number.c.rank, phone_number.c.id)
    )
    ids = [row.id for row in rows]
    others = contact_number.c.contact_id != contact_id
    shared = _counted(
        tx, sa.select(contact_number.c.number_id).where(contact_number.c.number_id.in_(ids), others)
    )
    live = tx.all(
        sa.select(suppression).where(suppression.c.number_id.in_(ids), suppression.c.lifted_at.is_(None))
    )
    chosen = preferences_of(tx, ids)
    return tuple(
        OwnNumber(
            id=row.id,
            masked=mask(reveal(tx, row)),
            kind=row.kind,
            works=row.unworkable_since is None,
            suppressed=tuple(
                Silence(one.id, one.scope, one.purpose) for one in live if one.number_id == row.id
            ),
            chosen=chosen.get(row.id, NONE),
            shared_with=shared.get(row.id, 0),
        )
        for row in rows
    )


def _counted(tx: Tx, ids: sa.Select[Any]) -> dict[str, int]:
    named = ids.subquery()
    query = sa.select(named.c.number_id, sa.func.count().label("people")).group_by(named.c.number_id)
    return {row.number_id: row.people for row in tx.all(query)}


def _household(tx: Tx, principal: Principal, contact_id: str, ids: Sequence[str]) -> tuple[str, ...]:
    rows = tx.all(
        sa.select(contact.c.id)
        .join(contact_number, contact_number.c.contact_id == contact.c.id)
        .where(contact_number.c.number_id.in_(ids), contact.c.id != contact_id, _mine(principal))
        .distinct()
        .order_by(contact.c.id)
        .limit(20)
    )
    return tuple(row.id for row in rows)


def standings_of(tx: Tx, principal: Principal, contact_id: str) -> list[Standing]:
    """Where a person stands in each campaign, with the sentence that says why they wait."""
    rows = tx.all(
        sa.select(campaign_contact, campaign.c.title, campaign.c.state, campaign.c.purpose)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(campaign_contact.c.contact_id == contact_id)
        .order_by(campaign_contact.c.id)
    )
    return [
        Standing(
            place_id=row.id,
            campaign_id=row.campaign_id,
            title=row.title,
            state=row.state,
            status=row.status,
            outcome=row.outcome or "",
            tries=row.tries,
            next_try_at=row.next_try_at,
            purpose=row.purpose,
            why="" if row.status == "done" else _why(tx, principal, row),
        )
        for row in rows
    ]


def _why(tx: Tx, principal: Principal, row: Any) -> str:
    """What they wait for, as ``explaining`` says it everywhere."""
    if not principal.may_see(row.region_code, row.platform_code):
        return ""  # a place that another region keeps (they called there, or moved) is explained there
    return why_not_called(tx, principal, row.campaign_id, row.id).sentence
