"""The last step: what will happen in words, a second person's yes, and the start: now, or at a moment."""

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy.engine import Row

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.flows import flow_of_version, unspoken
from callsvc.campaigning.framing import framed
from callsvc.campaigning.places import languages_of
from callsvc.campaigning.settings import Opened, opened
from callsvc.campaigning.steps import lacking
from callsvc.campaigning.summary import sentences
from callsvc.campaigns.approving import (
    approval_of,
    approve,
    ask_approval,
    refuse_approval,
    who_cannot_approve,
)
from callsvc.campaigns.definitions.schedule import instant_of
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.halting import stop_in_force
from callsvc.campaigns.needing import approval_terms, needs_approval, people_in
from callsvc.campaigns.scheduling import schedule
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError
from callsvc.web import current_rt
from callsvc.web.forms import WHOLE, Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


class Moments(BaseModel):
    """Local times of the installation, as a browser's own field sends them: 2020-11-16T09:00."""

    starts_at: str = ""
    ends_at: str = ""


class Yes(BaseModel):
    """How many people the page showed to whoever says yes."""

    people: int = Field(ge=0)


class Refusal(BaseModel):
    why: str = Field(min_length=5, max_length=500)


@blueprint.get("/<campaign_id>/launch")
@page("campaigns")
def launch(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    return _page(found)


@blueprint.get("/<campaign_id>/launch/live")
@page("campaigns", live=True)
def decision(campaign_id: str) -> ResponseReturnValue:
    """The second person's yes and the start, as they stand now."""
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
        values = _approval(tx, campaign_row(tx, campaign_id)) | {"stopped": stop_in_force(tx)}
    return render_template(
        "campaigns/_decision.html",
        campaign=found.progress,
        found=found,
        lacking=lacking(found.progress),
        refusal=blank_form(),
        **values,
    )


def _page(found: Opened, *, moments: Form[Any] | None = None, refusal: Form[Any] | None = None) -> str:
    kept = found.file.schedule
    before = {"starts_at": kept.starts_at.replace(" ", "T"), "ends_at": kept.ends_at.replace(" ", "T")}
    with current_rt().db.read() as tx:
        row, flow = campaign_row(tx, found.id), flow_of_version(tx, found.version)
        spoken = languages_of(tx, current_principal(), found.id)
        told = _approval(tx, row)
        stopped = stop_in_force(tx)
    return framed(
        "campaigns/launch.html",
        found,
        "launch",
        sentences=sentences(found, flow.title),
        unspoken=unspoken(flow, spoken),
        moments=moments or blank_form(before),
        refusal=refusal or blank_form(),
        note=row.schedule_note,
        stopped=stopped,
        **told,
    )


def _approval(tx: Tx, row: Row[Any]) -> dict[str, Any]:
    """Whether a second person is needed, what was asked and answered, whether the reader may answer."""
    approval = approval_of(tx, row.id)
    me = current_principal().account_id
    return {
        "needed": needs_approval(tx, row),
        "size": approval_terms(tx).size,
        "seen": people_in(tx, row.id),
        "approval": approval,
        "names": account_names(tx, [approval.asked_by, approval.decided_by]) if approval is not None else {},
        "may_decide": approval is not None
        and approval.state == "asked"
        and me not in who_cannot_approve(tx, row.id),
    }


@blueprint.post("/<campaign_id>/approval/ask")
@page("campaigns")
def ask(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.begin() as tx:
        opened(tx, campaign_id)
        ask_approval(tx, campaign_id, current_principal().account_id)
    toast(gettext("A second person is asked. Whoever may approve sees it in their menu."))
    return redirect(url_for("campaigns.launch", campaign_id=campaign_id))


@blueprint.post("/<campaign_id>/approval/approve")
@page("campaigns")
def say_yes(campaign_id: str) -> ResponseReturnValue:
    seen = read_form(Yes, request.form).data
    with current_rt().db.begin() as tx:
        opened(tx, campaign_id)
        approve(tx, campaign_id, current_principal().account_id, seen=seen.people if seen else 0)
    toast(gettext("Approved. Whoever asked can start it now."))
    return redirect(url_for("campaigns.launch", campaign_id=campaign_id))


@blueprint.post("/<campaign_id>/approval/refuse")
@page("campaigns")
def say_no(campaign_id: str) -> ResponseReturnValue:
    form = read_form(Refusal, request.form)
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    if form.data is None:
        return _page(found, refusal=form), 422
    with current_rt().db.begin() as tx:
        refuse_approval(tx, campaign_id, current_principal().account_id, form.data.why)
    toast(gettext("Refused, with your reason."))
    return redirect(url_for("campaigns.launch", campaign_id=campaign_id))


@blueprint.post("/<campaign_id>/schedule")
@page("campaigns")
def set_schedule(campaign_id: str) -> ResponseReturnValue:
    form, rt = read_form(Moments, request.form), current_rt()
    with rt.db.read() as tx:
        found = opened(tx, campaign_id)
    given = form.data or Moments()
    starts_at, ends_at = (_moment(form, name, getattr(given, name)) for name in ("starts_at", "ends_at"))
    if form.data is not None:
        try:
            with rt.db.begin() as tx:
                opened(tx, campaign_id)
                schedule(tx, campaign_id, starts_at, ends_at, current_principal().account_id)
        except CallsvcError as refused:
            form.refuse("ends_at" if refused.id == "schedule-past" else WHOLE, _why(refused))
    if form.data is None:
        return _page(found, moments=form), 422
    kept = gettext("The schedule is kept.")
    toast(kept if starts_at or ends_at else gettext("Nothing is scheduled any more."))
    return redirect(url_for("campaigns.launch", campaign_id=campaign_id))


def _moment(form: Form[Any], name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return instant_of(text.replace("T", " ")[:16], current_rt().settings.zone)
    except (ValueError, CallsvcError):
        form.refuse(name, gettext("A day and a time are needed, like 2020-11-16 09:00."))
        return None


def _why(refused: CallsvcError) -> str:
    said = {
        "schedule-past": gettext("This end is over already: choose one to come."),
        "campaign-file-invalid": gettext("A campaign ends after it starts."),
    }
    return said.get(refused.id, refused.message)
