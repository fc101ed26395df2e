"""For programs: who a campaign would call and when, why somebody was not called yet, promised callbacks."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.campaigns.queries import campaign_seen, require_all_regions
from callsvc.dialing.explaining import why_not_called
from callsvc.dialing.preview import preview
from callsvc.dialing.tables import callback
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Listed, RegionCode, Told

dialing_api = api_blueprint("dialing_api")

DIALING = Tag(name="dialing", description="Who will be called, who will not and why, and promised callbacks.")
UNKNOWN = Refusal("campaign-unknown", 404, "No campaign has this id, or nobody in it is in your regions.")


class PreviewCounts(Told):
    """The same counts for one region."""

    now: int
    later: dict[str, int]
    never: dict[str, int]
    done: dict[str, int]


class Projected(Told):
    """What is to be expected if the campaign starts now, at the present pace, agents and answer rate."""

    begins_at: datetime | None
    first_tries_end_at: datetime | None = Field(description="Null: not within 14 days.")
    ends_at: datetime | None = Field(description="The end of the last retry; null: not within 14 days.")
    calls: int
    reached: int = Field(description="People expected to be spoken with.")
    missed_today: float = Field(description="Share of the people whose first call falls on a later day.")
    held_back_by: Literal["pace", "lines", "agents", "retries", "hours", "nothing"]


class CampaignPreview(Told):
    """People counted by what would happen if the campaign ran now; examples are ids of places in it."""

    campaign_id: str
    people: int
    now: int
    later: dict[str, int] = Field(examples=[{"outside-window": 40}])
    never: dict[str, int] = Field(examples=[{"suppressed": 3}])
    done: dict[str, int]
    examples: dict[str, list[str]]
    first_opening: datetime | None
    ends_at: datetime | None = Field(description="When everybody has had a first try.")
    regions: dict[str, PreviewCounts] = Field(description="By region code.")
    sampled: int = Field(description="People looked at; 0: everybody. Then counts are estimates.")
    margin: float = Field(description="Of each estimate, as a share of the people, in 19 cases of 20.")
    projection: Projected | None = Field(description="Null when nobody can be called.")


class NumberWhy(Told):
    number_id: str
    reasons: list[str] = Field(description="Empty: it may be called now.", examples=[["outside-window"]])
    earliest: datetime | None = Field(description="When to ask again; null when never, or nobody knows.")


class WhyNotCalled(Told):
    status: Literal["waiting", "trying", "held", "done"]
    tries: int
    next_try_at: datetime
    noted: str = Field(description="What the planner noted when it last passed over them.")
    numbers: list[NumberWhy] = Field(description="In the order in which they are tried.")
    sentence: str = Field(description="Why not yet, in one sentence; empty when there is nothing to explain.")
    before: str = Field(
        description="What puts them before others: promise, fragility, newest-case, window-closes or "
        "longest-wait."
    )
    chosen_for: str = Field(description="The same of their last try; empty when there was none.")


class Callback(Told):
    id: str
    number_id: str
    campaign_contact_id: str | None
    call_id: str | None = Field(description="The call in which it was promised; null: by SMS.")
    region_code: str
    due_at: datetime
    status: Literal["booked", "due", "done", "canceled"]
    created_at: datetime


class CallbackList(Listed):
    items: list[Callback]


class CallbackFilter(Paging):
    status: Literal["", "booked", "due", "done", "canceled"] = ""
    region: RegionCode = ""


@dialing_api.get("/campaigns/<campaign_id>/preview")
@api("campaigns")
@operation(
    DIALING,
    refusals=(UNKNOWN, Refusal("campaign-beyond-regions", 403, "It also calls people outside your regions.")),
)
def preview_campaign(campaign_id: str) -> CampaignPreview:
    """Ask about everybody in it as if it were running; of more than 5,000 people, about a fair sample."""
    with current_rt().db.read() as tx:
        campaign_seen(tx, current_principal(), campaign_id)
        require_all_regions(tx, current_principal(), campaign_id)
        return CampaignPreview.model_validate(preview(tx, campaign_id))


@dialing_api.get("/campaigns/<campaign_id>/contacts/<place_id>/why")
@api("report")
@operation(
    DIALING,
    refusals=(
        UNKNOWN,
        Refusal("campaign-contact-unknown", 404, "The campaign has nobody under this id in your regions."),
    ),
)
def explain_campaign_contact(campaign_id: str, place_id: str) -> WhyNotCalled:
    """Why somebody has not been called yet: the question that decides every call, asked now."""
    with current_rt().db.read() as tx:
        return WhyNotCalled.model_validate(why_not_called(tx, current_principal(), campaign_id, place_id))


@dialing_api.get("/callbacks")
@api("report")
@operation(DIALING)
def list_callbacks(query: CallbackFilter) -> CallbackList:
    """Callbacks promised to people, the earliest first."""
    wanted = sa.select(callback).where(scope_condition(current_principal(), callback.c.region_code))
    wanted = wanted.where(callback.c.status == query.status) if query.status else wanted
    wanted = wanted.where(callback.c.region_code == query.region) if query.region else wanted
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, callback.c.due_at, callback.c.id)
    return CallbackList(items=[Callback.model_validate(row) for row in rows], next=more)
