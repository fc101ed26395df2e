"""Campaigns in the console: the list, one campaign, and its start, pause, resume and stop."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigns.queries import (
    campaign_seen,
    campaigns_in_scope,
    changes_of,
    require_all_regions,
    with_progress,
)
from callsvc.campaigns.service import ACTIONS, change_state
from callsvc.campaigns.tables import STATES, campaign
from callsvc.core.errors import NotFound
from callsvc.labels import STATES as LABELS
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, TextFilter, contains, equals
from callsvc.web.forms import require_typed
from callsvc.web.listing import Column, Listing
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

blueprint = Blueprint("campaigns", __name__, url_prefix="/console/campaigns")

_STATES = [(state, label_of) for state, label_of in LABELS.items() if state in STATES]
CAMPAIGNS = Listing(
    columns=(
        Column("title", _("Campaign"), campaign.c.title),
        Column("state", _("State"), campaign.c.state),
        Column("changed", _("Changed"), campaign.c.changed_at, down_first=True),
        Column("people", _("People"), number=True),
        Column("done", _("Done"), number=True),
        Column("progress", _("Progress")),
    ),
    unique=campaign.c.id,
    default="-changed",
    filters=(
        TextFilter("title", _("Campaign"), contains(campaign.c.title)),
        ChoiceFilter("state", _("State"), _STATES, equals(campaign.c.state)),
    ),
)


@blueprint.get("/")
@page("report")
def index() -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.read() as tx:
        table = CAMPAIGNS.show(tx, campaigns_in_scope(principal), request.args, request.path)
        table = replace(table, rows=with_progress(tx, principal, table.rows))
    return render_template("campaigns/list.html", table=table)


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
    if action == "stop":
        require_typed(request.form, campaign_id)
    change_state(current_rt(), campaign_id, action, principal.account_id)
    toast(_told(action), undo=_undo(action, campaign_id))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id))


def _told(action: str) -> str:
    said = {
        "start": gettext("The campaign has started."),
        "pause": gettext("The campaign is paused."),
        "resume": gettext("The campaign goes on."),
        "close": gettext("The campaign is over."),
        "stop": gettext("The campaign is stopped."),
    }
    return said[action]


def _undo(action: str, campaign_id: str) -> tuple[str, dict[str, str | int]] | None:
    """What takes it back; an end is for ever."""
    back = {"start": "pause", "pause": "resume", "resume": "pause"}.get(action)
    return ("campaigns.act", {"campaign_id": campaign_id, "action": back}) if back else None


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
