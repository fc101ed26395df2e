"""For programs: a second person's approval, the size that needs one, pools of callers."""

from datetime import datetime
from typing import Annotated, Literal

from flask import request
from pydantic import Field

from callsvc.accounts.guard import api, current_principal
from callsvc.campaigns.api import BEYOND, UNKNOWN
from callsvc.campaigns.approving import (
    approval_of,
    approve,
    ask_approval,
    refuse_approval,
)
from callsvc.campaigns.caller_files import CallersFile, apply_callers, declared, read_callers
from callsvc.campaigns.changing_api import CONTROL
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.needing import approval_terms, needs_approval, set_approval_size
from callsvc.campaigns.queries import campaign_seen, require_all_regions
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import WHOLE, Asked, Told, Whole

control_api = api_blueprint("control_api")

_MOST_CALLERS = 2 * 1024 * 1024  # bytes of a callers file
NATIONAL = Refusal("whole-country-needed", 403, "Only an account of the whole country decides this.")
_ASKED = Refusal("approval-not-asked", 409, "Nobody asks for its approval as it is now.")


class Approval(Told):
    """``state`` is none before anybody asked."""

    campaign_id: str
    needed: bool = Field(description="It may not start or resume without a (further) second person.")
    state: Literal["none", "asked", "approved", "refused", "withdrawn"]
    asked_by: str | None = None
    asked_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    why: str = ""
    people: int = Field(0, description="In the campaign when it was asked or approved.")


class ApprovalRefusal(Asked):
    why: str = Field(min_length=1, max_length=500, pattern=r"\S")


class ApprovalYes(Asked):
    people: Annotated[int, Field(ge=0, le=100_000_000), WHOLE] | None = Field(
        None, description="How many you saw in it; with many more by now the yes is refused."
    )


class ApprovalSize(Told):
    people: int = Field(description="One person may call up to so many alone; 0: as many as they like.")
    margin_percent: int = Field(description="By which a campaign may outgrow what was approved.")


class ApprovalSizeWish(Asked):
    people: Whole = Field(ge=0, le=100_000_000)
    margin_percent: Annotated[int, Field(ge=0, le=100), WHOLE] | None = Field(
        None, description="Null: as it is."
    )


class CallersApplied(Told):
    changed: bool


def require_whole_country() -> str:
    """Who asks, if they see the whole country."""
    if not current_principal().sees_everything:
        raise Forbidden("whole-country-needed", "Only an account of the whole country decides this.")
    return current_principal().account_id


def _responsible(tx: Tx, campaign_id: str) -> str:
    campaign_seen(tx, current_principal(), campaign_id)
    require_all_regions(tx, current_principal(), campaign_id)
    return current_principal().account_id


def _told(tx: Tx, campaign_id: str) -> Approval:
    row, needed = approval_of(tx, campaign_id), needs_approval(tx, campaign_row(tx, campaign_id))
    if row is None:
        return Approval(campaign_id=campaign_id, needed=needed, state="none")
    names = ("state", "asked_by", "asked_at", "decided_by", "decided_at", "why", "people")
    return Approval(campaign_id=campaign_id, needed=needed, **{name: getattr(row, name) for name in names})


@control_api.get("/campaigns/<campaign_id>/approval")
@api("report")
@operation(CONTROL, refusals=(UNKNOWN,))
def show_approval(campaign_id: str) -> Approval:
    """Whether it needs a second person, and the newest question or answer."""
    with current_rt().db.read() as tx:
        campaign_seen(tx, current_principal(), campaign_id)
        return _told(tx, campaign_id)


@control_api.post("/campaigns/<campaign_id>/approval/ask")
@api("campaigns")
@operation(
    CONTROL, refusals=(UNKNOWN, BEYOND, Refusal("campaign-over", 409, "It was stopped or has completed."))
)
def ask_for_approval(campaign_id: str) -> Approval:
    """Ask for a second person."""
    with current_rt().db.begin() as tx:
        ask_approval(tx, campaign_id, _responsible(tx, campaign_id))
        return _told(tx, campaign_id)


@control_api.post("/campaigns/<campaign_id>/approval/approve")
@api("campaigns")
@operation(
    CONTROL,
    refusals=(
        UNKNOWN,
        BEYOND,
        _ASKED,
        Refusal("approval-own", 403, "Whoever asked, or edited last, is not a second person."),
        Refusal("approval-anonymous", 403, "It was asked at a shell, by nobody: ask again."),
        Refusal("approval-grown", 409, "Many people have joined since you looked."),
    ),
)
def approve_campaign(campaign_id: str, json: ApprovalYes) -> Approval:
    """Say yes to the campaign as you saw it."""
    with current_rt().db.begin() as tx:
        approve(tx, campaign_id, _responsible(tx, campaign_id), seen=json.people)
        return _told(tx, campaign_id)


@control_api.post("/campaigns/<campaign_id>/approval/refuse")
@api("campaigns")
@operation(
    CONTROL,
    refusals=(UNKNOWN, BEYOND, _ASKED, Refusal("approval-why-missing", 422, "A no says why.")),
)
def refuse_campaign(campaign_id: str, json: ApprovalRefusal) -> Approval:
    """Say no, and why."""
    with current_rt().db.begin() as tx:
        refuse_approval(tx, campaign_id, _responsible(tx, campaign_id), json.why)
        return _told(tx, campaign_id)


@control_api.get("/approval-size")
@api("campaigns")
@operation(CONTROL)
def show_approval_size() -> ApprovalSize:
    """How many people one person may call alone."""
    with current_rt().db.read() as tx:
        return _terms_told(tx)


@control_api.put("/approval-size")
@api("campaigns")
@operation(CONTROL, again="nature", refusals=(NATIONAL,))
def put_approval_size(json: ApprovalSizeWish) -> ApprovalSize:
    """From now on, for this installation."""
    by = require_whole_country()
    with current_rt().db.begin() as tx:
        set_approval_size(tx, json.people, by, margin=json.margin_percent)
        return _terms_told(tx)


def _terms_told(tx: Tx) -> ApprovalSize:
    terms = approval_terms(tx)
    return ApprovalSize(people=terms.size, margin_percent=terms.margin)


@control_api.get("/callers")
@api("campaigns")
@operation(CONTROL)
def show_callers() -> CallersFile:
    """The pools of numbers, short codes and names that people are shown, as the file that makes them."""
    with current_rt().db.read() as tx:
        return declared(tx)


@control_api.put("/callers")
@api("campaigns")
@operation(
    CONTROL,
    again="nature",
    takes={"application/json": CallersFile, "application/yaml": CallersFile},
    body_limit=_MOST_CALLERS,
    refusals=(
        NATIONAL,
        Refusal("callers-file-invalid", 422, "The file breaks a rule; details say where."),
        Refusal("caller-pool-used", 409, "A pool it leaves out is named by a campaign that is not over."),
        Refusal("fiction-number", 422, "A number is reserved for fiction, and the carrier is real."),
    ),
)
def put_callers() -> CallersApplied:
    """Make the pools what the file says; applied twice it changes nothing. See docs/campaigns.md."""
    by = require_whole_country()
    file = read_callers(request.get_data().decode("utf-8", "replace"))
    with current_rt().db.begin() as tx:
        return CallersApplied(changed=apply_callers(tx, file, by))
