"""Calls and call attempts for programs: states and times, never a number or a name."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.calls.tables import PLACEMENTS, call, leg, leg_transition
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Listed, Moment, Name, RegionCode, Told

calls_api = api_blueprint("calls_api")

CALLS = Tag(name="calls", description="Conversations, and every single try to reach a number.")


class CallBrief(Told):
    id: str
    direction: Literal["inbound", "outbound"]
    region_code: str
    platform_code: str
    campaign_contact_id: str | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None


class CallList(Listed):
    items: list[CallBrief]


class Leg(Told):
    """One carrier call. `placement` is ours, `status` is the carrier's word, null before any news."""

    id: str
    call_id: str
    role: Literal["contact", "agent", "consult", "transfer", "supervisor", "code"]
    number_id: str | None
    agent_id: str | None
    sid: str | None = Field(description="The carrier's name for it.")
    placement: str = Field(examples=["placed"], json_schema_extra={"enum": list(PLACEMENTS)})
    status: str | None = Field(examples=["completed"])
    answered_by: str | None = Field(examples=["human"])
    reasons: str = Field(description="Why it was refused or not placed.")
    disposition: str | None = Field(examples=["reached"])
    planned_at: datetime
    claimed_at: datetime | None
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    duration_s: int | None = Field(description="As the carrier bills.")
    lost_at: datetime | None


class LegList(Listed):
    items: list[Leg]


class Transition(Told):
    status: str
    at: datetime
    source: str = Field(description="callback, voice, fetch or list: how we learned of it.")


class Attempt(Leg):
    transitions: list[Transition] = Field(description="Each rise of its status, once, in order of time.")


class CallShown(CallBrief):
    legs: list[Leg]


class CallFilter(Paging):
    direction: Literal["", "inbound", "outbound"] = ""
    region: RegionCode = ""


class AttemptFilter(Paging):
    campaign: Name = ""
    region: RegionCode = ""
    status: Literal[
        "",
        "queued",
        "initiated",
        "ringing",
        "in-progress",
        "completed",
        "busy",
        "failed",
        "no-answer",
        "canceled",
    ] = ""
    since: Moment | None = Field(None, description="Planned at this instant or later.")
    until: Moment | None = Field(None, description="Planned before this instant.")


@calls_api.get("/calls")
@api("report")
@operation(CALLS)
def list_calls(query: CallFilter) -> CallList:
    """Conversations, newest first."""
    wanted = sa.select(call).where(_mine())
    wanted = wanted.where(call.c.direction == query.direction) if query.direction else wanted
    wanted = wanted.where(call.c.region_code == query.region) if query.region else wanted
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, call.c.id, newest_first=True)
    return CallList(items=[CallBrief.model_validate(row) for row in rows], next=more)


@calls_api.get("/calls/<call_id>")
@api("report")
@operation(CALLS, refusals=(Refusal("call-unknown", 404, "No call in your regions has this id."),))
def show_call(call_id: str) -> CallShown:
    """One conversation with its legs."""
    with current_rt().db.read() as tx:
        row = tx.first(sa.select(call).where(call.c.id == call_id, _mine()))
        if row is None:
            raise NotFound("call-unknown", "No call in your regions has this id.")
        legs = tx.all(sa.select(leg).where(leg.c.call_id == call_id).order_by(leg.c.planned_at, leg.c.id))
    brief = CallBrief.model_validate(row)
    return CallShown(**brief.model_dump(), legs=[Leg.model_validate(one) for one in legs])


@calls_api.get("/attempts")
@api("report")
@operation(CALLS)
def list_attempts(query: AttemptFilter) -> LegList:
    """Outbound tries to reach a contact, newest first."""
    with current_rt().db.read() as tx:
        keys = (leg.c.planned_at, leg.c.id)
        rows, more = page_of(tx, _attempts(query), query, *keys, newest_first=True)
    return LegList(items=[Leg.model_validate(row) for row in rows], next=more)


@calls_api.get("/attempts/<attempt_id>")
@api("report")
@operation(CALLS, refusals=(Refusal("attempt-unknown", 404, "No attempt in your regions has this id."),))
def show_attempt(attempt_id: str) -> Attempt:
    """One try, with each rise of its status."""
    with current_rt().db.read() as tx:
        row = tx.first(_attempts(AttemptFilter()).where(leg.c.id == attempt_id))
        if row is None:
            raise NotFound("attempt-unknown", "No attempt in your regions has this id.")
        return Attempt(**Leg.model_validate(row).model_dump(), transitions=_transitions(tx, attempt_id))


def _mine() -> sa.ColumnElement[bool]:
    return scope_condition(current_principal(), call.c.region_code, call.c.platform_code)


def _attempts(query: AttemptFilter) -> sa.Select[Any]:
    wanted = (
        sa.select(leg)
        .join(call, call.c.id == leg.c.call_id)
        .where(_mine(), call.c.direction == "outbound", leg.c.role == "contact")
    )
    if query.campaign:
        wanted = wanted.join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id).where(
            campaign_contact.c.campaign_id == query.campaign
        )
    wanted = wanted.where(call.c.region_code == query.region) if query.region else wanted
    wanted = wanted.where(leg.c.status == query.status) if query.status else wanted
    wanted = wanted.where(leg.c.planned_at >= query.since) if query.since else wanted
    return wanted.where(leg.c.planned_at < query.until) if query.until else wanted


def _transitions(tx: Tx, leg_id: str) -> list[Transition]:
    rows = tx.all(
        sa.select(leg_transition)
        .where(leg_transition.c.leg_id == leg_id)
        .order_by(leg_transition.c.at, leg_transition.c.recorded_machine_at)
    )
    return [Transition.model_validate(row) for row in rows]
