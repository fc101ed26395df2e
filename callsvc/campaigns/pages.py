"""Campaigns in the console: the list, one campaign, and its start, pause, resume and stop."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigns.queries import campaign_seen, campaigns_seen, changes_of, require_all_regions
from callsvc.campaigns.service import ACTIONS, change_state
from callsvc.core.errors import NotFound
from callsvc.web import current_rt

blueprint = Blueprint("campaigns", __name__, url_prefix="/console/campaigns")


@blueprint.get("/")
@page("report")
def index() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        return render_template("campaigns/list.html", campaigns=campaigns_seen(tx, current_principal()))


@blueprint.get("/<campaign_id>")
@page("report")
def show(campaign_id: str) -> ResponseReturnValue:
    return render_template("campaigns/page.html", **_context(campaign_id))


@blueprint.get("/<campaign_id>/live")
@page("report", live=True)
def live(campaign_id: str) -> ResponseReturnValue:
    """The part of the page that changes."""
    return render_template("campaigns/_live.html", **_context(campaign_id))


@blueprint.post("/<campaign_id>/<action>")
@page("campaigns")
def act(campaign_id: str, action: str) -> ResponseReturnValue:
    if action not in ACTIONS:
        raise NotFound("action-unknown", f"A campaign can {', '.join(ACTIONS)}.")
    principal = current_principal()
    with current_rt().db.read() as tx:
        campaign_seen(tx, principal, campaign_id)
        require_all_regions(tx, principal, campaign_id)
    change_state(current_rt(), campaign_id, action, principal.account_id)
    return redirect(url_for("campaigns.show", campaign_id=campaign_id))


def _context(campaign_id: str) -> dict[str, object]:
    principal = current_principal()
    with current_rt().db.read() as tx:
        progress = campaign_seen(tx, principal, campaign_id)
        changes = changes_of(tx, campaign_id)
    actions = [name for name, (states, _) in ACTIONS.items() if progress.state in states]
    return {
        "campaign": progress,
        "changes": changes,
        "actions": actions if principal.may("campaigns") else [],
    }
