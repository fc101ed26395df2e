"""Campaigns for programs to change: apply, edit, undo, clone, schedule, start, pause, resume, close, stop."""

from typing import Any, Literal

from flask import request
from pydantic import ConfigDict, Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.campaigns.api import BEYOND, CAMPAIGNS, FILE, STATE, UNKNOWN, FieldChange, campaigns_api
from callsvc.campaigns.cloning import clone
from callsvc.campaigns.definition import CampaignFile, read_campaign
from callsvc.campaigns.editing import edit, undo_last_edit
from callsvc.campaigns.queries import campaign_seen, require_may_apply
from callsvc.campaigns.scheduling import schedule
from callsvc.campaigns.service import apply_campaign, change_state
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.web import current_rt
from callsvc.web.api import Refusal, operation
from callsvc.web.models import Asked, Moment, Told

__all__ = ["campaigns_api"]

NAME = r"^[a-z0-9][a-z0-9-]{0,58}$"
CONTROL = Tag(name="control", description="A second person's approval, schedules, emergency stops.")
CALLERS = (
    Refusal("caller-not-allowed", 422, "None of its callers or senders may be used for this."),
    Refusal("caller-twice", 422, "It names a number and a pool, where one of both is meant."),
    Refusal("caller-pool-unknown", 404, "No pool of callers has this name."),
    Refusal("sender-unreadable", 422, "A sender is neither a number, nor a short code, nor a name."),
)
SAVED = (
    FILE,
    BEYOND,
    *CALLERS,
    Refusal("flow-unknown", 404, "No published flow has the name, or the version, of the definition."),
    Refusal("flow-not-by-sms", 422, "The flow does not speak SMS."),
    Refusal("fiction-number", 422, "The caller ID is reserved for fiction, and the carrier is real."),
    Refusal("campaign-over", 409, "It was stopped or has completed: give the definition a new id."),
    Refusal("campaign-purpose-fixed", 409, "People have opted out of the purpose as it was."),
    Refusal("schedule-time-unknown", 422, "The clocks are put forward over a time of the schedule."),
    Refusal("sms-tells-purpose", 422, "An SMS of the definition says why people are called."),
    Refusal("sender-missing", 422, "Something is to be sent, and no sender is named."),
    Refusal("sender-one-way", 422, "An answer is asked for, and the sender is a name of letters."),
    Refusal("part-of-other-channel", 422, "A part of the definition is for the other channel."),
)


class CampaignState(Told):
    id: str
    state: str = Field(examples=["running"])


class Applied(Told):
    id: str
    changed: bool = Field(description="False when the campaign was so already.")


class Undone(Told):
    id: str
    fields: list[FieldChange] = Field(description="What the undo changed.")


class CloneWish(Asked):
    id: str = Field(pattern=NAME, examples=["tracing-2020-12"])
    title: str = Field("", max_length=200, description="Empty: the same title.")


class ScheduleWish(Asked):
    """To the minute; null: by hand."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None


class Definition(Asked):
    """Settings of a campaign's file with their whole new value; see the definition."""

    model_config = ConfigDict(extra="allow", frozen=True)


@campaigns_api.put("/campaigns/<campaign_id>")
@api("campaigns")
@operation(
    CAMPAIGNS,
    again="nature",
    takes={"application/json": CampaignFile, "application/yaml": CampaignFile},
    refusals=(
        *SAVED,
        Refusal("campaign-id-differs", 422, "The definition's id is not the one of the address."),
    ),
)
def apply_definition(campaign_id: str) -> Applied:
    """Make the campaign what the definition says; applied twice it changes nothing.

    The body is the file that `callsvc campaign apply` reads, as YAML or as JSON. See docs/campaigns.md.
    """
    file = read_campaign(request.get_data().decode("utf-8", "replace"))
    if file.id != campaign_id:
        raise Invalid("campaign-id-differs", f"The definition is of {file.id!r}: send it to that address.")
    principal = current_principal()
    changed = apply_campaign(current_rt(), file, principal.account_id, principal=principal)
    return Applied(id=campaign_id, changed=changed)


def _mine(tx: Tx, campaign_id: str) -> str:
    """Refuse unless the campaign is the caller's to change; returns who that is."""
    principal = current_principal()
    campaign_seen(tx, principal, campaign_id)
    require_may_apply(tx, principal, campaign_id)
    return principal.account_id


@campaigns_api.patch("/campaigns/<campaign_id>")
@api("campaigns")
@operation(CAMPAIGNS, refusals=(UNKNOWN, *SAVED))
def edit_campaign(campaign_id: str, json: Definition) -> Applied:
    """Change some settings, also while it runs; the flow's version stays unless it is among them.

    What changes whom, when or what is called withdraws an approval, and pauses a campaign that ran on it.
    """
    changes: dict[str, Any] = dict(json.model_extra or {})
    with current_rt().db.begin() as tx:
        changed = edit(tx, campaign_id, changes, _mine(tx, campaign_id))
    return Applied(id=campaign_id, changed=changed)


@campaigns_api.post("/campaigns/<campaign_id>/undo")
@api("campaigns")
@operation(
    CAMPAIGNS,
    refusals=(UNKNOWN, *SAVED, Refusal("nothing-to-undo", 409, "Its definition was never another one.")),
)
def undo_campaign(campaign_id: str) -> Undone:
    """Take the last edit back; an undo can be undone."""
    with current_rt().db.begin() as tx:
        undone = undo_last_edit(tx, campaign_id, _mine(tx, campaign_id))
    return Undone(id=campaign_id, fields=[FieldChange.model_validate(one) for one in undone])


@campaigns_api.post("/campaigns/<campaign_id>/clone")
@api("campaigns")
@operation(
    CAMPAIGNS,
    status=201,
    refusals=(UNKNOWN, *SAVED, Refusal("campaign-id-taken", 409, "There is a campaign of this id.")),
)
def clone_campaign(campaign_id: str, json: CloneWish) -> CampaignState:
    """The same definition under another id: a draft without people, approval or schedule."""
    with current_rt().db.begin() as tx:
        clone(tx, campaign_id, json.id, _mine(tx, campaign_id), title=json.title)
    return CampaignState(id=json.id, state="draft")


@campaigns_api.put("/campaigns/<campaign_id>/schedule")
@api("campaigns")
@operation(
    CONTROL,
    again="nature",
    refusals=(UNKNOWN, *SAVED, Refusal("schedule-past", 422, "The end is over already.")),
)
def schedule_campaign(campaign_id: str, json: ScheduleWish) -> Applied:
    """Start and end it by itself. A start that may not be is refused then, and said in its history."""
    with current_rt().db.begin() as tx:
        by = _mine(tx, campaign_id)
        changed = schedule(tx, campaign_id, json.starts_at, json.ends_at, by)
    return Applied(id=campaign_id, changed=changed)


Action = Literal["start", "pause", "resume", "close", "stop"]


def _change(campaign_id: str, action: Action) -> CampaignState:
    principal = current_principal()
    state = change_state(current_rt(), campaign_id, action, principal.account_id, principal=principal)
    return CampaignState(id=campaign_id, state=state)


_REFUSED = (UNKNOWN, BEYOND, STATE)
_STARTS = (
    *_REFUSED,
    *CALLERS,
    Refusal("campaign-needs-agents", 409, "Its flow waits for agents, and calls are handed to none here."),
    Refusal("campaign-needs-approval", 409, "It calls more people than one person may call alone."),
    Refusal("everything-stopped", 409, "Everything was stopped; an administrator lifts that first."),
)


@campaigns_api.post("/campaigns/<campaign_id>/start")
@api("campaigns")
@operation(CAMPAIGNS, refusals=_STARTS)
def start_campaign(campaign_id: str) -> CampaignState:
    """Start calling."""
    return _change(campaign_id, "start")


@campaigns_api.post("/campaigns/<campaign_id>/pause")
@api("campaigns")
@operation(CAMPAIGNS, refusals=_REFUSED)
def pause_campaign(campaign_id: str) -> CampaignState:
    """Place no further calls from this moment on; those under way go on."""
    return _change(campaign_id, "pause")


@campaigns_api.post("/campaigns/<campaign_id>/resume")
@api("campaigns")
@operation(CAMPAIGNS, refusals=_STARTS)
def resume_campaign(campaign_id: str) -> CampaignState:
    """Go on after a pause."""
    return _change(campaign_id, "resume")


@campaigns_api.post("/campaigns/<campaign_id>/close")
@api("campaigns")
@operation(CAMPAIGNS, refusals=_REFUSED)
def close_campaign(campaign_id: str) -> CampaignState:
    """End in peace: no further tries, everybody gets an outcome, promised callbacks are kept."""
    return _change(campaign_id, "close")


@campaigns_api.post("/campaigns/<campaign_id>/stop")
@api("campaigns")
@operation(CAMPAIGNS, refusals=_REFUSED)
def stop_campaign(campaign_id: str) -> CampaignState:
    """End now: what is queued or rings is cancelled, everybody gets an outcome. `/emergency-stops` tells."""
    return _change(campaign_id, "stop")
