"""A campaign tried on simulated people before it calls anybody: asked for, followed, read."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.framing import framed
from callsvc.campaigning.settings import opened
from callsvc.core.errors import Conflict
from callsvc.dialing.rehearsing import MOST_PEOPLE, USUAL_PEOPLE, rehearsals_of, rehearse
from callsvc.web import current_rt
from callsvc.web.forms import Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


class Size(BaseModel):
    people: int = Field(USUAL_PEOPLE, ge=1, le=MOST_PEOPLE)


@blueprint.get("/<campaign_id>/rehearsals")
@page("campaigns")
def rehearsals(campaign_id: str) -> ResponseReturnValue:
    return _shown(campaign_id, blank_form({"people": USUAL_PEOPLE}))


@blueprint.get("/<campaign_id>/rehearsals/live")
@page("campaigns", live=True)
def rehearsals_live(campaign_id: str) -> ResponseReturnValue:
    """The part of the page that changes."""
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
        rows = rehearsals_of(tx, campaign_id)
    return render_template("campaigns/_rehearsals.html", found=found, rehearsals=rows)


@blueprint.post("/<campaign_id>/rehearsals")
@page("campaigns")
def rehearse_now(campaign_id: str) -> ResponseReturnValue:
    form = read_form(Size, request.form)
    rt, principal = current_rt(), current_principal()
    with rt.db.read() as tx:
        opened(tx, campaign_id)
    if form.data is None:
        return _shown(campaign_id, form), 422
    try:
        rehearse(rt, campaign_id, form.data.people, by=principal.account_id, principal=principal)
    except Conflict:
        form.refuse("people", gettext("It is being rehearsed already: wait for the end."))
        return _shown(campaign_id, form), 409
    toast(gettext("The rehearsal begins within seconds; its report appears here."))
    return redirect(url_for("campaigns.rehearsals", campaign_id=campaign_id))


def _shown(campaign_id: str, form: "Form[Size] | Form[BaseModel]") -> str:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
        rows = rehearsals_of(tx, campaign_id)
    return framed("campaigns/rehearsals.html", found, "check", form=form, rehearsals=rows, most=MOST_PEOPLE)
