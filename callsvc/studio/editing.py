"""The editor: a draft in a form that works without a script, and the answers its script asks for."""

from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.core.errors import Conflict, Invalid
from callsvc.flows.completing import keys_by_place, names_in
from callsvc.flows.drafts import discard_draft, keep_draft, start_draft, text_to_edit
from callsvc.flows.examining import LONGEST, bounded
from callsvc.studio.blueprint import blueprint, language
from callsvc.studio.queries import examined_here, title_of
from callsvc.web import current_rt
from callsvc.web.forms import Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast
from ivr_flows.library import names as templates


class NewFlow(BaseModel):
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,58}$")
    template: str


@blueprint.get("/new")
@page("flows")
def new() -> ResponseReturnValue:
    return _new(blank_form({"template": templates()[0]}))


@blueprint.post("/new")
@page("flows")
def create() -> ResponseReturnValue:
    form = read_form(NewFlow, request.form)
    if form.data is None:
        if form.values.get("name"):
            form.refuse(
                "name", gettext("Small letters, digits and hyphens, a letter first: second-reminder.")
            )
        return _new(form), 422
    try:
        start_draft(current_rt(), current_principal(), form.data.name, form.data.template)
    except Conflict:
        form.refuse("name", gettext("Another flow has this name."))
        return _new(form), 409
    toast(gettext("The draft was made. Nothing is published yet."))
    return redirect(url_for("flows.edit", flow_id=form.data.name))


def _new(form: Form[Any]) -> str:
    return render_template("flows/new.html", form=form, templates=[(name, name) for name in templates()])


@blueprint.get("/<flow_id>/draft")
@page("flows")
def edit(flow_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        source, revision = text_to_edit(tx, flow_id)
    return _edit(flow_id, source, revision)


@blueprint.post("/<flow_id>/draft")
@page("flows")
def keep(flow_id: str) -> ResponseReturnValue:
    """Save; a script that saves by itself asks for JSON."""
    by_script = request.accept_mimetypes.best == "application/json"
    source, revision = request.form.get("source", ""), _revision()
    try:
        revision = keep_draft(current_rt(), current_principal(), flow_id, source, revision)
    except Conflict as conflict:
        said = _whose(conflict)
        if by_script:
            return jsonify(id=conflict.id, message=said), 409
        return _edit(flow_id, source, revision, conflict=said), 409
    if by_script:
        return jsonify(revision=revision)
    toast(gettext("The draft is saved."))
    return redirect(url_for("flows.edit", flow_id=flow_id))


@blueprint.post("/<flow_id>/draft/lint")
@page("flows")
def lint(flow_id: str) -> ResponseReturnValue:
    """What is wrong with a text that nobody has saved, and the names that can be completed in it."""
    source = bounded(request.form.get("source", ""))
    with current_rt().db.read() as tx:
        examined = examined_here(tx, flow_id, source)
    return jsonify(
        findings=[finding.spoken(language()).as_dict() for finding in examined.findings],
        html=render_template("flows/_findings.html", examined=examined),
        names=names_in(source),
        keys=keys_by_place(),
    )


@blueprint.get("/<flow_id>/draft/file")
@page("flows")
def download(flow_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        source, _ = text_to_edit(tx, flow_id)
    response = make_response(source)
    response.headers["Content-Type"] = "application/yaml; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{flow_id}.yaml"'
    return response


@blueprint.post("/<flow_id>/draft/file")
@page("flows")
def upload(flow_id: str) -> ResponseReturnValue:
    """The draft becomes the text of a file."""
    sent = request.files.get("file")
    try:
        source = sent.stream.read(4 * LONGEST).decode("utf-8-sig") if sent else ""
    except UnicodeDecodeError:
        raise Invalid("file-unreadable", "Save the file as UTF-8 and send it again.") from None
    if not source.strip():
        raise Invalid("file-empty", "Choose a file with a flow in it.")
    try:
        keep_draft(current_rt(), current_principal(), flow_id, source, _revision())
    except Conflict as conflict:
        return _edit(flow_id, bounded(source), _revision(), conflict=_whose(conflict)), 409
    toast(gettext("The draft is the text of the file now."))
    return redirect(url_for("flows.edit", flow_id=flow_id))


@blueprint.post("/<flow_id>/draft/discard")
@page("flows")
def discard(flow_id: str) -> ResponseReturnValue:
    discard_draft(current_rt(), current_principal(), flow_id)
    toast(gettext("The draft was thrown away."))
    return redirect(url_for("flows.index"))


def _edit(flow_id: str, source: str, revision: int, *, conflict: str = "") -> str:
    with current_rt().db.read() as tx:
        examined = examined_here(tx, flow_id, source)
    return render_template(
        "flows/edit.html",
        flow_id=flow_id,
        title=title_of(examined.definition, flow_id),
        source=source,
        revision=revision,
        examined=examined,
        conflict=conflict,
        longest=LONGEST,
    )


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _whose(conflict: Conflict) -> str:
    """Whose change came first, as the reader says it."""
    by = str(conflict.details.get("by", ""))
    if not by:
        return gettext("This draft was published or thrown away meanwhile. Copy your text, then reload.")
    with current_rt().db.read() as tx:
        who = account_names(tx, [by]).get(by, by)
    return gettext(
        "%(who)s changed this draft meanwhile. Nothing was overwritten: copy your text, then reload.",
        who=who or by,
    )
