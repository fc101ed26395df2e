"""A campaign is started, paused, resumed, closed, stopped."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigns.queries import campaign_seen, require_all_regions
from callsvc.campaigns.service import ACTIONS, change_state
from callsvc.core.errors import NotFound
from callsvc.dialing.stopping import emergency_stop
from callsvc.web import current_rt
from callsvc.web.forms import require_typed
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


@blueprint.post("/<campaign_id>/<action>")
@page("campaigns")
def act(campaign_id: str, action: str) -> ResponseReturnValue:
    if action not in ACTIONS:
        raise NotFound("action-unknown", f"A campaign can {', '.join(ACTIONS)}.")
    principal, rt = current_principal(), current_rt()
    with rt.db.read() as tx:
        campaign_seen(tx, principal, campaign_id)
        require_all_regions(tx, principal, campaign_id)
    if action == "stop":
        require_typed(request.form, campaign_id)
        report = emergency_stop(rt, campaign_id, principal.account_id, principal=principal)
        return redirect(url_for("campaigns.stop_shown", stop_id=report.id))
    change_state(rt, campaign_id, action, principal.account_id, principal=principal)
    toast(_told(action), undo=_undo(action, campaign_id))
    return redirect(url_for("campaigns.show", campaign_id=campaign_id))


def _told(action: str) -> str:
    said = {
        "start": gettext("The campaign has started."),
        "pause": gettext("The campaign is paused."),
        "resume": gettext("The campaign goes on."),
        "close": gettext("The campaign is over."),
    }
    return said[action]


def _undo(action: str, campaign_id: str) -> tuple[str, dict[str, str | int]] | None:
    """What takes it back; an end is for ever."""
    back = {"start": "pause", "pause": "resume", "resume": "pause"}.get(action)
    return ("campaigns.act", {"campaign_id": campaign_id, "action": back}) if back else None
