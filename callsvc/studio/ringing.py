"""``Call me now``: the form that has a text called to a number, and what became of such calls."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy.engine import Row

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.calls.tables import call, leg
from callsvc.campaigns.queries import titles_seen
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.campaigns.trials import MARK
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden, Invalid, NotFound
from callsvc.flows.drafts import text_to_edit
from callsvc.flows.tables import flow_version
from callsvc.platforms.tables import platform
from callsvc.studio.blueprint import blueprint
from callsvc.studio.calling import Callee, MayNotBeCalled, call_now
from callsvc.studio.picking import ANY, Wanted
from callsvc.studio.queries import examined_here, title_of, version_of
from callsvc.studio.words import reason_of
from callsvc.web import current_rt
from callsvc.web.forms import WHOLE, Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.times import when
from callsvc.web.toasts import toast


class CallWish(BaseModel):
    """Whom to call, and who the flow shall believe they are: somebody of a campaign, or the names given."""

    number: str = Field(min_length=4, max_length=40)
    platform: str
    first_name: str = Field("", max_length=80)
    last_name: str = Field("", max_length=80)
    birth_year: int | None = Field(None, ge=1900, le=2100)
    language: str = Field("", max_length=8)
    campaign: str = Field("", max_length=60)
    who: str = Field("", max_length=80)


@blueprint.get("/<flow_id>/call")
@page("flows")
def ask_call(flow_id: str) -> ResponseReturnValue:
    return _form(flow_id, blank_form({"first_name": "Ana", "last_name": "Martin", "birth_year": "1980"}))


@blueprint.post("/<flow_id>/call")
@page("flows")
def call_me(flow_id: str) -> ResponseReturnValue:
    """Place the call; a number that may not be called now is told with the reason."""
    form = read_form(CallWish, request.form)
    if form.data is None:
        return _form(flow_id, form), 422
    version, refused = request.form.get("version", ""), _place_call(flow_id, form.data)
    if refused:
        form.refuse(*refused)
        return _form(flow_id, form), 422
    toast(gettext("The call is being placed."))
    return redirect(url_for("flows.ask_call", flow_id=flow_id, version=version or None))


def _place_call(flow_id: str, given: CallWish) -> tuple[str, str] | None:
    """The field that is wrong and why; None when the call is on its way."""
    version = request.form.get("version", "")
    with current_rt().db.read() as tx:
        source = _text(tx, flow_id, version)
    callee = Callee(**given.model_dump(exclude={"campaign", "who"}))
    speaks_of = Wanted(campaign_id=given.campaign, who=given.who or ANY) if given.campaign else None
    try:
        call_now(
            current_rt(),
            current_principal(),
            callee,
            flow_id=flow_id,
            source=source,
            version=version,
            speaks_of=speaks_of,
        )
    except MayNotBeCalled as refused:
        return "number", _why_not(refused)
    except NotFound as refused:
        if refused.id != "place-unknown":
            raise
        return "who", gettext("Nobody of this campaign in your regions has this id or case.")
    except (Invalid, Forbidden) as refused:
        return "number" if refused.id == "number-unreadable" else WHOLE, refused.message
    return None


def _why_not(refused: MayNotBeCalled) -> str:
    said = ", ".join(reason_of(reason) for reason in refused.reasons)
    if refused.earliest is None:
        return gettext("This number may not be called: %(why)s.", why=said)
    at = when(refused.earliest).striptags()
    return gettext("This number may not be called now: %(why)s. Allowed from %(at)s.", why=said, at=at)


def _form(flow_id: str, form: Form[Any]) -> str:
    principal, version = current_principal(), request.values.get("version", "")
    with current_rt().db.read() as tx:
        examined = examined_here(tx, flow_id, _text(tx, flow_id, version))
        places = tx.all(
            sa.select(platform.c.code, platform.c.name)
            .where(scope_condition(principal, platform.c.region_code, platform.c.code))
            .order_by(platform.c.code)
        )
        calls = _recent(tx, principal, flow_id)
        campaigns = titles_seen(tx, principal) if principal.may("contacts") else ()
    return render_template(
        "flows/call.html",
        flow_id=flow_id,
        title=title_of(examined.definition, flow_id),
        version=version,
        examined=examined,
        form=form,
        languages=[(one, one) for one in (examined.definition.languages if examined.definition else ())],
        places=[(row.code, f"{row.code} {row.name}") for row in places],
        calls=calls,
        campaigns=campaigns,
    )


def _text(tx: Tx, flow_id: str, version: str) -> str:
    return str(version_of(tx, flow_id, version).source) if version else text_to_edit(tx, flow_id)[0]


def _recent(tx: Tx, principal: Principal, flow_id: str) -> Sequence[Row[Any]]:
    """The last such calls of this flow in the principal's places; nobody's number."""
    state = sa.func.coalesce(leg.c.status, leg.c.placement).label("state")
    return tx.all(
        sa.select(leg.c.planned_at, state, leg.c.disposition, leg.c.reasons, leg.c.duration_s)
        .join(call, call.c.id == leg.c.call_id)
        .join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .join(flow_version, flow_version.c.version == campaign.c.flow_version)
        .where(
            campaign.c.id.like(f"{MARK}%"),
            flow_version.c.flow_id.in_((flow_id, f"{MARK}{flow_id}"[:60])),
            leg.c.role == "contact",
            scope_condition(principal, call.c.region_code, call.c.platform_code),
        )
        .order_by(leg.c.planned_at.desc(), leg.c.id.desc())
        .limit(10)
    )
