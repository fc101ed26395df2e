"""A campaign as its file: shown, changed as text, taken home, and put back to what it was."""

import io

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from ruamel.yaml import YAML

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.framing import framed, tell_change, why_not_kept
from callsvc.campaigning.history import change_kept, changes_kept, differences
from callsvc.campaigning.settings import Opened, opened, pinned
from callsvc.campaigns.definition import CampaignFile, read_campaign
from callsvc.campaigns.service import apply_campaign
from callsvc.core.errors import CallsvcError, Conflict
from callsvc.web import current_rt
from callsvc.web.texts import gettext

LONGEST = 100_000  # characters of a file; a long one has three thousand


def yaml_of(file: CampaignFile) -> str:
    """The file that ``callsvc campaign apply`` reads; what has its default value is left out."""
    written = io.StringIO()
    writer = YAML(pure=True)
    writer.default_flow_style = False
    writer.width = 100
    writer.allow_unicode = True
    writer.dump(file.model_dump(by_alias=True, mode="json", exclude_defaults=True), written)
    return written.getvalue()


@blueprint.get("/<campaign_id>/file")
@page("campaigns")
def file(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    return _page(found, yaml_of(found.file))


@blueprint.get("/<campaign_id>/file.yaml")
@page("campaigns")
def export(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id, to_change=False)
    answer = Response(yaml_of(found.file), mimetype="application/yaml")
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
        if request.form.get("mark") != found.mark:
            raise Conflict("campaign-changed", "Somebody changed this campaign meanwhile: look at it again.")
        by = current_principal().account_id
        changed = apply_campaign(current_rt(), wanted, by, seen=found.progress.config)
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
    told = [(row, differences(row.before, row.after)) for row in rows]
    return framed("campaigns/changes.html", found, "changes", changes=told)


@blueprint.post("/<campaign_id>/changes/<change_id>/undo")
@page("campaigns")
def undo(campaign_id: str, change_id: str) -> ResponseReturnValue:
    """Back to the settings before a change, while nothing else was changed since."""
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
        change = change_kept(tx, campaign_id, change_id)
    if change.what != "applied" or not change.before or change.after != found.progress.config:
        raise Conflict("change-not-last", "The settings were changed again since: change them back by hand.")
    wanted = CampaignFile.model_validate(pinned(found, change.before))
    apply_campaign(current_rt(), wanted, current_principal().account_id, seen=change.after)
    tell_change(campaign_id, gettext("The settings are what they were before."))
    return redirect(url_for("campaigns.changes", campaign_id=campaign_id))
