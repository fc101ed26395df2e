"""From a draft to a version, and back to an earlier one: always with a reason, never past an error."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from callsvc.accounts.guard import current_principal, page
from callsvc.core.errors import CallsvcError, NotFound
from callsvc.flows.drafts import draft_of, publish_again, publish_draft
from callsvc.flows.examining import ticket
from callsvc.studio.blueprint import blueprint, lines_changed
from callsvc.studio.queries import campaigns_of, examined_here, senders_of, version_of, versions_of
from callsvc.studio.reading import told_changes
from callsvc.web import current_rt
from callsvc.web.forms import WHOLE, Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


class Publication(BaseModel):
    why: str = Field(min_length=5, max_length=500)
    revision: int = 0
    ticked: list[str] = []


@blueprint.get("/<flow_id>/publish")
@page("flows")
def ask_publish(flow_id: str) -> ResponseReturnValue:
    return _form(flow_id, "", blank_form())


@blueprint.post("/<flow_id>/publish")
@page("flows")
def publish(flow_id: str) -> ResponseReturnValue:
    form = read_form(Publication, request.form)
    return _published(flow_id, "", form)


@blueprint.get("/<flow_id>/versions/<version>/publish")
@page("flows")
def ask_again(flow_id: str, version: str) -> ResponseReturnValue:
    return _form(flow_id, version, blank_form())


@blueprint.post("/<flow_id>/versions/<version>/publish")
@page("flows")
def again(flow_id: str, version: str) -> ResponseReturnValue:
    """Back to an earlier version: it becomes the newest."""
    form = read_form(Publication, request.form)
    return _published(flow_id, version, form)


def _published(flow_id: str, version: str, form: Form[Publication]) -> ResponseReturnValue:
    if form.data is None:
        return _form(flow_id, version, form), 422
    rt, principal, given = current_rt(), current_principal(), form.data
    try:
        with rt.db.read() as tx:
            senders = senders_of(tx, flow_id)
        wish: dict[str, Any] = {"why": given.why, "ticked": given.ticked, "senders": senders}
        if version:
            publish_again(rt, principal, flow_id, version, **wish)
        else:
            publish_draft(rt, principal, flow_id, revision=given.revision, **wish)
    except NotFound:
        raise
    except CallsvcError as refused:
        form.refuse("ticked" if refused.id == "warnings-unseen" else WHOLE, _why_not(refused))
        return _form(flow_id, version, form), 409 if refused.kind == "conflict" else 422
    toast(gettext("Published. Campaigns go on with the version they have."))
    return redirect(url_for("flows.show", flow_id=flow_id))


def _why_not(refused: CallsvcError) -> str:
    said = {
        "flow-invalid": gettext("Correct the errors first: a flow with errors is not published."),
        "warnings-unseen": gettext("Tick each warning to say that you have seen it, or correct it."),
        "draft-changed": gettext("Somebody changed this draft since you opened this page. Read it again."),
        "draft-gone": gettext("This draft was published or thrown away meanwhile."),
    }
    return said.get(refused.id, refused.message)


def _form(flow_id: str, version: str, form: Form[Any]) -> str:
    with current_rt().db.read() as tx:
        versions, draft = versions_of(tx, flow_id), draft_of(tx, flow_id)
        if not version and draft is None:
            raise NotFound("draft-unknown", "This flow has no draft: there is nothing to publish.")
        source = version_of(tx, flow_id, version).source if version else draft.source if draft else ""
        campaigns = campaigns_of(tx, current_principal(), flow_id)
        examined = examined_here(tx, flow_id, source)
    newest = versions[0] if versions else None
    old = newest.source if newest is not None else ""
    return render_template(
        "flows/publish.html",
        flow_id=flow_id,
        version=version,
        revision=draft.revision if draft is not None else 0,
        newest=newest,
        examined=examined,
        ticket=ticket,
        form=form,
        lines=lines_changed(old, source),
        told=told_changes(old, source),
        campaigns=campaigns,
    )
