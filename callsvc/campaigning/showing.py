"""One campaign: its figures as they change, and what can be done to it."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.figures import pulse_of
from callsvc.campaigning.settings import opened
from callsvc.campaigning.steps import STEPS, lacking
from callsvc.campaigns.approving import needs_approval
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.halting import stop_in_force
from callsvc.campaigns.queries import changes_of
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


def _context(campaign_id: str) -> dict[str, Any]:
    principal = current_principal()
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id, to_change=False)
        row = campaign_row(tx, campaign_id)
        changes = changes_of(tx, campaign_id, 8)
        pulse = pulse_of(tx, principal, campaign_id)
        held = needs_approval(tx, row)
        stopped = stop_in_force(tx)
    progress = found.progress
    actions = [name for name, (states, _) in ACTIONS.items() if progress.state in states]
    return {
        "campaign": progress,
        "found": found,
        "steps": STEPS,
        "lacking": lacking(progress),
        "changes": changes,
        "pulse": pulse,
        "held": held and not found.over,
        "stopped": stopped,
        "starts_at": row.starts_at if progress.state == "draft" else None,
        "ends_at": row.ends_at if not found.over else None,
        "actions": actions if principal.may("campaigns") else [],
    }
