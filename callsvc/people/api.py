"""The same for programs: ``POST /api/v1/contacts/search``, ``GET /api/v1/contacts/<id>/timeline``."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_read
from callsvc.accounts.guard import api, current_principal
from callsvc.contacts.choosing import Choices
from callsvc.contacts.searching.finding import Wanted
from callsvc.core.errors import Invalid
from callsvc.people.acting import note_choices
from callsvc.people.card import card_of
from callsvc.people.searching import PAGE, look, why_not_yet
from callsvc.people.timeline import timeline_of
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, Told, Whole

people_api = api_blueprint("people_api")

CONTACTS = Tag(name="contacts", description="People: searched for, and what happened with them. On record.")
UNKNOWN = Refusal("person-unknown", 404, "Nobody of your regions has this id.")


class PeopleSearch(Asked):
    """At least one of them; together they narrow. In a body, so that no name stands in an address."""

    name: str = Field(
        "", max_length=120, description="As it sounds, in any order.", examples=["dupond camille"]
    )
    number: str = Field(
        "", max_length=40, description="Whole, as people write it.", examples=["06 39 98 12 78"]
    )
    last_digits: str = Field("", pattern=r"^([0-9]{4})?$", description="The last four.", examples=["1278"])
    case: str = Field("", max_length=80, description="The reference of a case.", examples=["ZQ 2020-118"])
    page: Whole = Field(1, ge=1, le=1000)


class PersonFound(Told):
    id: str
    first_name: str
    last_name: str
    birth_year: int | None
    numbers: list[str] = Field(description="Masked.", examples=[["+33 6 •• •• •• 78"]])
    platform_code: str
    region_code: str
    case: str
    exact: bool = Field(description="Spelled as it was asked.")
    why: list[str] = Field(
        description="Why they have not been called yet, one sentence for each campaign in which they wait."
    )


class PeopleFound(Told):
    """One page of 25. With `too_many` nobody is told of: say more about the person."""

    items: list[PersonFound]
    total: int
    too_many: bool
    page: int
    pages: int


class TimelineStep(Told):
    at: datetime
    text: str


class TimelineEntry(Told):
    at: datetime
    kind: Literal[
        "call", "message", "callback", "appointment", "suppression", "preference", "queue", "decision",
        "outcome", "origin", "slot",
    ]  # fmt: skip
    subject: str = Field(description="The id of the thing.")
    title: str
    state: str
    notes: list[str]
    steps: list[TimelineStep]
    campaign_id: str


class CampaignStanding(Told):
    place_id: str
    campaign_id: str
    state: str = Field(description="Of the campaign.")
    status: str = Field(description="Of the person in it: waiting, trying, held, done.")
    outcome: str
    tries: int
    next_try_at: datetime
    why: str = Field(description="Why they have not been called yet, in a sentence.")


class ChoicesWish(Asked):
    """All of it at once; what is left out is no wish (any more)."""

    hours: list[Literal["morning", "afternoon", "evening"]] = Field(
        default_factory=list, max_length=3, description="By the clock where they live; empty: any hour."
    )
    channel: Literal["", "voice", "sms"] = Field("", description="What they would rather have.")
    language: str = Field("", pattern=r"^([a-z]{2})?$", examples=["en"])


class ChoicesNoted(Told):
    changed: list[str] = Field(description="hours, channel, language: what is another choice than before.")


class Timeline(Told):
    """The newest first, without names, numbers or what messages say."""

    contact_id: str
    standings: list[CampaignStanding]
    entries: list[TimelineEntry]


@people_api.post("/contacts/search")
@api("contacts")
@operation(
    CONTACTS,
    again="nature",
    refusals=(Refusal("search-empty", 422, "Say at least one thing about the person."),),
)
def search_contacts(json: PeopleSearch) -> PeopleFound:
    """People of your regions, 25 a page, best spelled first; the search and whom it shows are recorded."""
    wanted = Wanted(name=json.name, number=json.number, last_digits=json.last_digits, case=json.case)
    if wanted.empty:
        raise Invalid("search-empty", "Say at least one thing about the person.")
    with current_rt().db.begin() as tx:
        shown = look(tx, current_principal(), wanted, search_id=tx.new_id("sea"), page=json.page)
        waiting = why_not_yet(tx, current_principal(), shown)
    return PeopleFound(
        items=[
            PersonFound.model_validate(asdict(hit) | {"why": [why for _, why in waiting[hit.id]]})
            for hit in shown.hits
        ],
        total=shown.total,
        too_many=shown.too_many,
        page=shown.page,
        pages=-(-shown.total // PAGE) or 1,
    )


@people_api.put("/contacts/<contact_id>/choices")
@api("contacts")
@operation(CONTACTS, refusals=(UNKNOWN,))
def put_choices(contact_id: str, json: ChoicesWish) -> ChoicesNoted:
    """When, how and in which language they want to be contacted; for all their numbers, on record."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        card = card_of(tx, principal, contact_id)
        choices = Choices(hours=tuple(json.hours), channel=json.channel, language=json.language)
        return ChoicesNoted(changed=note_choices(tx, principal, card.subject, choices))


@people_api.get("/contacts/<contact_id>/timeline")
@api("contacts")
@operation(CONTACTS, refusals=(UNKNOWN,))
def show_timeline(contact_id: str) -> Timeline:
    """Everything that happened with one person, and what they wait for; the reading is recorded."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        card = card_of(tx, principal, contact_id)
        record_read(tx, principal, "contact", contact_id)
        entries = timeline_of(tx, card.subject)
    return Timeline(
        contact_id=contact_id,
        standings=[CampaignStanding.model_validate(one) for one in card.standings],
        entries=[TimelineEntry.model_validate(one) for one in entries],
    )
