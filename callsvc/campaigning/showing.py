"""One campaign: its figures as they change, and who changed what."""

from flask import render_template
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigns.queries import campaign_seen, changes_of
from callsvc.campaigns.service import ACTIONS
from callsvc.web import current_rt


@blueprint.get("/<campaign_id>")
@page("report")
def show(campaign_id: str) -> ResponseReturnValue:
    return render_template("campaigns/page.html", **_context(campaign_id))


@blueprint.get("/<campaign_id>/live")
@page("report", live=True)
def live(campaign_id: str) -> ResponseReturnValue:
    """The part of the page that changes."""
    return render_template("campaigns/_live.html", **_context(campaign_id))


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
