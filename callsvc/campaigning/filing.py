"""A campaign as its file: shown, changed as text, taken home, and put back to what it was."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.framing import framed, tell_change, why_not_kept
from callsvc.campaigning.history import changes_kept, to_undo, told
from callsvc.campaigning.settings import Opened, opened, require_unchanged
from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.editing import undo_last_edit
from callsvc.campaigns.exporting import file_of
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.history import last_edit
from callsvc.campaigns.saving import save
from callsvc.core.errors import CallsvcError, Conflict
from callsvc.web import current_rt
from callsvc.web.texts import gettext

LONGEST = 100_000  # characters of a file; a long one has three thousand


@blueprint.get("/<campaign_id>/file")
@page("campaigns")
def file(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found, text = opened(tx, campaign_id), file_of(campaign_row(tx, campaign_id))
    return _page(found, text)


@blueprint.get("/<campaign_id>/file.yaml")
@page("campaigns")
def export(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        opened(tx, campaign_id, to_change=False)
        answer = Response(file_of(campaign_row(tx, campaign_id)), mimetype="application/yaml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{campaign_id}.yaml"'
    return answer


@blueprint.post("/<campaign_id>/file")
@page("campaigns")
def apply(campaign_id: str) -> ResponseReturnValue:
    """The text is the state, as the command line has it: with ``flow_version`` left out, the newest one."""
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    text = request.form.get("text", "")[:LONGEST]
    try:
        wanted = read_campaign(text)
        if wanted.id != campaign_id:
            return _page(found, text, gettext("The id is the campaign’s own and does not change.")), 422
        with current_rt().db.begin() as tx:
            require_unchanged(tx, campaign_id, request.form.get("mark", ""))
            changed = save(tx, wanted, current_principal().account_id, "applied")
    except CallsvcError as refused:
        return _page(found, text, why_not_kept(refused)), 409 if refused.kind == "conflict" else 422
    if changed:
        tell_change(campaign_id, gettext("The settings are changed. They hold from the next call on."))
    return redirect(url_for("campaigns.file", campaign_id=campaign_id))


def _page(found: Opened, text: str, wrong: str = "") -> str:
    return framed("campaigns/file.html", found, "file", text=text, wrong=wrong)


@blueprint.get("/<campaign_id>/changes")
@page("report")
def changes(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id, to_change=False)
        rows = changes_kept(tx, campaign_id)
    return framed("campaigns/changes.html", found, "changes", changes=told(rows), last=to_undo(rows))


@blueprint.post("/<campaign_id>/changes/<change_id>/undo")
@page("campaigns")
def undo(campaign_id: str, change_id: str) -> ResponseReturnValue:
    """Back to the settings before a change, while it is the last one."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        opened(tx, campaign_id)
        edited = last_edit(tx, campaign_id)
        if edited is None or edited.id != change_id:
            raise Conflict("change-not-last", "The settings were changed again since: change them by hand.")
        undo_last_edit(tx, campaign_id, principal.account_id)
    tell_change(campaign_id, gettext("The settings are what they were before."))
    return redirect(url_for("campaigns.changes", campaign_id=campaign_id))
