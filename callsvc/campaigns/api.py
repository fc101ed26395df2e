"""Campaigns for programs to read; ``changing_api`` changes them."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from flask import Response
from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.campaigns.authors import AuthorKind, kind_of
from callsvc.campaigns.callers import verify_line
from callsvc.campaigns.exporting import file_of
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.history import differences
from callsvc.campaigns.queries import campaign_seen
from callsvc.campaigns.tables import campaign, campaign_change, campaign_contact
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, narrowed, page_of
from callsvc.web.models import Listed, Name, RegionCode, Told

campaigns_api = api_blueprint("campaigns_api")

CAMPAIGNS = Tag(name="campaigns", description="What is called, by which flow, when, and how far it has come.")
UNKNOWN = Refusal("campaign-unknown", 404, "No campaign has this id, or nobody in it is in your regions.")
BEYOND = Refusal(
    "campaign-beyond-regions", 403, "It also calls people outside your regions, or somebody else made it."
)
STATE = Refusal("campaign-state", 409, "Its state does not allow this; details say which state it is in.")
FILE = Refusal("campaign-file-invalid", 422, "The definition breaks a rule; details say where.")


class CampaignBrief(Told):
    id: str = Field(examples=["tracing-2020-11"])
    title: str = Field(examples=["Suivi des contacts, novembre 2020"])
    purpose: str = Field(examples=["contact-tracing"])
    state: Literal["draft", "running", "paused", "stopped", "completed"]
    flow_version: str
    created_at: datetime
    changed_at: datetime


class CampaignList(Listed):
    items: list[CampaignBrief]


class CampaignProgress(Told):
    """``by_status`` and ``by_outcome`` count people in your regions."""

    id: str
    title: str
    purpose: str
    state: str
    changed_at: datetime
    people: int
    done: int
    by_status: dict[str, int] = Field(examples=[{"waiting": 120, "trying": 8, "done": 872}])
    by_outcome: dict[str, int] = Field(examples=[{"reached": 640, "not-reached": 232}])
    definition: dict[str, Any] = Field(description="As it was applied.")
    verify: str = Field(description="The published number with which a person checks that a call was ours.")


class FieldChange(Told):
    field: str = Field(examples=["windows.0.to"])
    before: Any
    after: Any


class Change(Told):
    id: str
    at: datetime
    by: str = Field(description="An account's id, or what else did it.", examples=["command line, deploy"])
    by_kind: AuthorKind = Field(description="`command-line`: a shell, with the user the system knows.")
    what: str = Field(examples=["start"])
    before: dict[str, Any]
    after: dict[str, Any]
    fields: list[FieldChange] = Field(description="What differs, one setting after the other.")


class ChangeList(Listed):
    items: list[Change]


class Place(Told):
    """A person's place in a campaign. No name, no number: `contact_id` only."""

    id: str
    contact_id: str
    region_code: str
    platform_code: str
    status: Literal["waiting", "trying", "held", "done"]
    priority: int
    tries: int
    next_try_at: datetime
    last_disposition: str | None
    outcome: str | None
    outcome_at: datetime | None
    skip_reasons: str = Field(
        description="Why not called yet, as the last look said.", examples=["outside-window"]
    )


class PlaceList(Listed):
    items: list[Place]


class PlaceFilter(Paging):
    status: Literal["", "waiting", "trying", "held", "done"] = ""
    outcome: Name = ""
    region: RegionCode = ""


class CampaignFilter(Paging):
    state: Literal["", "draft", "running", "paused", "stopped", "completed"] = ""


@campaigns_api.get("/campaigns")
@api("report")
@operation(CAMPAIGNS)
def list_campaigns(query: CampaignFilter) -> CampaignList:
    """Campaigns with somebody in your regions, newest first."""
    principal, wanted = current_principal(), sa.select(campaign)
    if not principal.sees_everything:
        place = scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code)
        wanted = wanted.where(sa.exists().where(campaign_contact.c.campaign_id == campaign.c.id, place))
    if query.state:
        wanted = wanted.where(campaign.c.state == query.state)
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, campaign.c.created_at, campaign.c.id, newest_first=True)
    return CampaignList(items=[CampaignBrief.model_validate(row) for row in rows], next=more)


@campaigns_api.get("/campaigns/<campaign_id>")
@api("report")
@operation(CAMPAIGNS, refusals=(UNKNOWN,))
def show_campaign(campaign_id: str) -> CampaignProgress:
    """One campaign, its definition, and its people counted."""
    with current_rt().db.read() as tx:
        seen = campaign_seen(tx, current_principal(), campaign_id)
        verify = verify_line(tx, config_of(campaign_row(tx, campaign_id)))
    return CampaignProgress(
        id=seen.id, title=seen.title, purpose=seen.purpose, state=seen.state, changed_at=seen.changed_at,
        people=seen.people, done=seen.done, by_status=dict(seen.by_status), by_outcome=dict(seen.by_outcome),
        definition=dict(seen.config), verify=verify,
    )  # fmt: skip


@campaigns_api.get("/campaigns/<campaign_id>/changes")
@api("report")
@operation(CAMPAIGNS, refusals=(UNKNOWN,))
def list_campaign_changes(campaign_id: str, query: Paging) -> ChangeList:
    """Who changed what, newest first."""
    wanted = sa.select(campaign_change).where(campaign_change.c.campaign_id == campaign_id)
    with current_rt().db.read() as tx:
        campaign_seen(tx, current_principal(), campaign_id)
        keys = (campaign_change.c.at, campaign_change.c.id)
        rows, more = page_of(tx, wanted, query, *keys, newest_first=True)
    return ChangeList(items=[_change(row) for row in rows], next=more)


def _change(row: Any) -> Change:
    told = {name: getattr(row, name) for name in ("id", "at", "by", "what", "before", "after")}
    fields = [FieldChange.model_validate(one) for one in differences(row.before, row.after)]
    return Change(**told, by_kind=kind_of(row.by), fields=fields)


@campaigns_api.get("/campaigns/<campaign_id>/file")
@api("report")
@operation(CAMPAIGNS, refusals=(UNKNOWN,), gives="application/yaml")
def export_campaign(campaign_id: str) -> Response:
    """The file that would make it, as YAML: applied again it changes nothing."""
    with current_rt().db.read() as tx:
        campaign_seen(tx, current_principal(), campaign_id)
        text = file_of(campaign_row(tx, campaign_id))
    return Response(text, mimetype="application/yaml")


@campaigns_api.get("/campaigns/<campaign_id>/contacts")
@api("report")
@operation(CAMPAIGNS, refusals=(UNKNOWN,))
def list_campaign_contacts(campaign_id: str, query: PlaceFilter) -> PlaceList:
    """The people of a campaign by status, without names or numbers."""
    place = campaign_contact.c
    scope = scope_condition(current_principal(), place.region_code, place.platform_code)
    wanted = narrowed(
        sa.select(campaign_contact).where(place.campaign_id == campaign_id, scope),
        (place.status, query.status),
        (place.outcome, query.outcome),
    )
    wanted = wanted.where(place.region_code == query.region) if query.region else wanted
    with current_rt().db.read() as tx:
        campaign_seen(tx, current_principal(), campaign_id)
        rows, more = page_of(tx, wanted, query, place.id)
    return PlaceList(items=[Place.model_validate(row) for row in rows], next=more)
