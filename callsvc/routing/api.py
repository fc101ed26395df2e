"""Queues and mutual aid for programs: who waits, why it was decided so, who aids whom."""

from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.core.errors import NotFound
from callsvc.platforms.tables import region
from callsvc.routing.aid.declaring import declare_aid
from callsvc.routing.queries import explain
from callsvc.routing.tables import aid_activation, aid_agreement, aid_region, queue_entry
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, narrowed, page_of
from callsvc.web.models import WHOLE, Asked, Listed, Name, RegionCode, Told

routing_api = api_blueprint("routing_api")

QUEUES = Tag(name="queues", description="Who waits for an agent, and why each decision was taken.")
AID = Tag(name="mutual aid", description="Which region helps which, and what each declares.")
ENTRY_UNKNOWN = Refusal("entry-unknown", 404, "No queue entry of your regions has this id.")
REGION_UNKNOWN = Refusal("region-unknown", 404, "No region of yours has this code.")


class QueueEntry(Told):
    id: str
    kind: Literal["call", "sms", "task", "callback"]
    call_id: str | None = Field(description="None while nobody was called: of work that is no call.")
    region_code: str = Field(description="Home region.")
    platform_code: str
    skill: str
    language: str
    priority: int
    state: Literal["pending", "reserved", "assigned", "wrapping", "completed", "canceled"]
    entered_at: datetime
    deadline_at: datetime
    promised_at: datetime | None = Field(description="When a call was promised to them.")
    owner_agent_id: str | None = Field(description="The agent who is to have it...")
    owner_until: datetime | None = Field(description="...until then; from then on anybody.")
    offers: int = Field(description="How often it was offered to an agent.")
    assigned_at: datetime | None
    left_at: datetime | None
    left_how: str | None = Field(examples=["connected"])


class QueueEntryList(Listed):
    items: list[QueueEntry]


class Decision(Told):
    at: datetime
    kind: str = Field(description="platform, pool, region, aid or wait.", examples=["aid"])
    agent_id: str | None
    from_region: str
    to_region: str | None
    sentence: str = Field(description="In English, for a supervisor.")
    sentence_fr: str
    inputs: dict[str, Any] = Field(description="Counts and thresholds at that instant.")


class Why(Told):
    """Every decision taken about one entry, the oldest first."""

    items: list[Decision]


class QueueFilter(Paging):
    state: Literal["", "pending", "reserved", "assigned", "wrapping", "completed", "canceled"] = ""
    kind: Literal["", "call", "sms", "task", "callback"] = ""
    region: RegionCode = ""
    skill: Name = ""


class Agreement(Told):
    """Waits are lived seconds: predicted wait at home that opens aid, and the lower one that closes it."""

    aided_region: str
    aiding_region: str
    rank: int
    activate_wait_s: int
    release_wait_s: int
    cap: int = Field(description="Most calls of this pair at once.")
    starts_at: datetime | None
    ends_at: datetime | None
    hours: dict[str, list[list[str]]] | None = Field(
        description="Windows by weekday on the clock of the region that helps; null: at any time."
    )


class AgreementList(Listed):
    items: list[Agreement]


class Activation(Told):
    region_code: str
    active: bool
    since: datetime


class ActivationList(Listed):
    items: list[Activation]


class Declaration(Told):
    region_code: str
    opted_out: bool
    reserve: int | None = Field(description="Idle agents it always keeps; null: computed from its floor.")
    floor: float | None = Field(description="Share of own calls in time it never gives away; null: 0.7.")


class DeclarationWish(Asked):
    opted_out: bool = Field(strict=True, description="True: this region gives no aid from now on.")
    reserve: Annotated[int, Field(ge=0, le=10_000), WHOLE] | None = Field(
        None, description="Idle agents it always keeps; null: computed from its floor."
    )
    floor: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None, description="Share of own calls in time it never gives away; null: 0.7."
    )


@routing_api.get("/queue-entries")
@api("routing")
@operation(QUEUES)
def list_queue_entries(query: QueueFilter) -> QueueEntryList:
    """Entries of your regions, newest first; `state=pending` are those who wait."""
    wanted = narrowed(
        _entries(),
        (queue_entry.c.state, query.state),
        (queue_entry.c.kind, query.kind),
        (queue_entry.c.region_code, query.region),
        (queue_entry.c.skill, query.skill),
    )
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, queue_entry.c.id, newest_first=True)
    return QueueEntryList(items=[QueueEntry.model_validate(row) for row in rows], next=more)


@routing_api.get("/queue-entries/<entry_id>")
@api("routing")
@operation(QUEUES, refusals=(ENTRY_UNKNOWN,))
def show_queue_entry(entry_id: str) -> QueueEntry:
    """One entry."""
    with current_rt().db.read() as tx:
        row = tx.first(_entries().where(queue_entry.c.id == entry_id))
    if row is None:
        raise NotFound("entry-unknown", "No queue entry of your regions has this id.")
    return QueueEntry.model_validate(row)


@routing_api.get("/queue-entries/<entry_id>/why")
@api("routing")
@operation(QUEUES, refusals=(ENTRY_UNKNOWN,))
def explain_queue_entry(entry_id: str) -> Why:
    """Why it was offered to whom, or why it waits: each decision with its inputs and a sentence."""
    with current_rt().db.read() as tx:
        if tx.first(_entries().where(queue_entry.c.id == entry_id)) is None:
            raise NotFound("entry-unknown", "No queue entry of your regions has this id.")
        return Why(items=[Decision.model_validate(one) for one in explain(tx, entry_id)])


@routing_api.get("/aid/agreements")
@api("routing")
@operation(AID)
def list_agreements(query: Paging) -> AgreementList:
    """Who aids whom on which terms, where your regions give or take."""
    principal = current_principal()
    keys = (aid_agreement.c.aided_region, aid_agreement.c.aiding_region)
    wanted = sa.select(aid_agreement).where(sa.or_(*(scope_condition(principal, key) for key in keys)))
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, *keys)
    return AgreementList(items=[Agreement.model_validate(row) for row in rows], next=more)


@routing_api.get("/aid/activations")
@api("routing")
@operation(AID)
def list_activations(query: Paging) -> ActivationList:
    """Which of your regions are being aided now, and since when."""
    mine = scope_condition(current_principal(), aid_activation.c.region_code)
    with current_rt().db.read() as tx:
        wanted = sa.select(aid_activation).where(mine)
        rows, more = page_of(tx, wanted, query, aid_activation.c.region_code)
    return ActivationList(items=[Activation.model_validate(row) for row in rows], next=more)


@routing_api.get("/aid/regions/<region_code>")
@api("routing")
@operation(AID, refusals=(REGION_UNKNOWN,))
def show_declaration(region_code: str) -> Declaration:
    """What a region declares about giving aid; one that never declared gives it."""
    _require_region(region_code)
    with current_rt().db.read() as tx:
        row = tx.first(sa.select(aid_region).where(aid_region.c.region_code == region_code))
    if row is None:
        return Declaration(region_code=region_code, opted_out=False, reserve=None, floor=None)
    return Declaration.model_validate(row)


@routing_api.put("/aid/regions/<region_code>")
@api("routing")
@operation(AID, again="nature", refusals=(REGION_UNKNOWN,))
def put_declaration(region_code: str, json: DeclarationWish) -> Declaration:
    """Opt a region out of giving aid, or back in; in force at the next decision."""
    _require_region(region_code)
    with current_rt().db.begin() as tx:
        declare_aid(tx, region_code, opted_out=json.opted_out, reserve=json.reserve, floor=json.floor)
        record_access(tx, current_principal(), "aid-declared", region_code, json.model_dump())
    return Declaration(region_code=region_code, **json.model_dump())


def _entries() -> sa.Select[Any]:
    mine = scope_condition(current_principal(), queue_entry.c.region_code, queue_entry.c.platform_code)
    return sa.select(queue_entry).where(mine)


def _require_region(code: str) -> None:
    """The region exists and is the caller's as a whole."""
    with current_rt().db.read() as tx:
        known = tx.first(sa.select(region.c.code).where(region.c.code == code))
    if known is None or not current_principal().may_see(code):
        raise NotFound("region-unknown", "No region of yours has this code.")
