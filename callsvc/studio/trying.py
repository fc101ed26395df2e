"""The phone in the page: it runs the draft, or a version, on this server and calls nobody."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Row

from callsvc.accounts.guard import current_principal, page
from callsvc.core.errors import CallsvcError
from callsvc.flows.drafts import text_to_edit
from callsvc.flows.examining import examine
from callsvc.flows.trying import Trial, begin_trial, go_on, sample_facts, seal, unseal
from callsvc.studio.blueprint import blueprint
from callsvc.studio.queries import title_of, version_of
from callsvc.web import current_rt

_FACT = "fact:"


@blueprint.get("/<flow_id>/try")
@page("flows")
def phone(flow_id: str) -> ResponseReturnValue:
    return _page(flow_id, _source(flow_id), None)


@blueprint.post("/<flow_id>/try")
@page("flows")
def turn(flow_id: str) -> ResponseReturnValue:
    """Begin, or go on with the conversation that the page carries."""
    rt, account_id, form = current_rt(), current_principal().account_id, request.form
    source, trial, refused = "", None, ""
    try:
        if form.get("sealed") and form.get("action") != "begin":
            carried = unseal(rt.db.keyring, form["sealed"], account_id, rt.machine.now())
            source = carried.source
            with rt.db.read() as tx:
                trial = go_on(tx, carried, form.get("action", ""), form.get("text", ""))
        else:
            source = _source(flow_id)
            trial = _begun(source)
    except CallsvcError as error:
        refused = error.message
    return _page(flow_id, source or _source(flow_id), trial, refused), 422 if refused else 200


def _begun(source: str) -> Trial:
    form = request.form
    facts = {name.removeprefix(_FACT): text for name, text in form.items() if name.startswith(_FACT)}
    with current_rt().db.read() as tx:
        return begin_trial(
            tx,
            source,
            facts,
            channel=form.get("channel", "voice"),
            language=form.get("language", ""),
            answered_by="human" if form.get("answered_by") != "machine" else "machine_end_beep",
        )


def _source(flow_id: str) -> str:
    """The version the address names, else the draft, else the newest version."""
    wanted = request.values.get("version", "")
    with current_rt().db.read() as tx:
        row: Row[Any] | None = version_of(tx, flow_id, wanted) if wanted else None
        return str(row.source) if row is not None else text_to_edit(tx, flow_id)[0]


def _page(flow_id: str, source: str, trial: Trial | None, refused: str = "") -> str:
    """The whole page, or the phone alone for the script that asked for it."""
    rt = current_rt()
    definition = examine(source).definition
    sealed = ""
    if trial is not None:
        sealed = seal(rt.db.keyring, trial, current_principal().account_id, rt.machine.now())
    with rt.db.read() as tx:
        facts = sample_facts(tx, source)
    facts |= {name: request.form[_FACT + name] for name in facts if _FACT + name in request.form}
    return render_template(
        "flows/_phone.html" if request.headers.get("HX-Request") else "flows/try.html",
        flow_id=flow_id,
        title=title_of(definition, flow_id),
        definition=definition,
        version=request.values.get("version", ""),
        facts=facts,
        trial=trial,
        sealed=sealed,
        refused=refused,
        given=request.form,
    )
