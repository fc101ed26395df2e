"""One campaign: its figures as they change, and what can be done to it."""

from datetime import datetime, timedelta
from typing import Any, cast

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Row

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.ending import expected_end
from callsvc.campaigning.figures import pulse_of
from callsvc.campaigning.settings import Opened, opened
from callsvc.campaigning.steps import STEPS, lacking
from callsvc.campaigning.summary import besides
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.halting import stop_in_force
from callsvc.campaigns.needing import needs_approval
from callsvc.campaigns.queries import changes_of
from callsvc.campaigns.service import ACTIONS
from callsvc.core.db import Tx
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


_KEPT = timedelta(seconds=30)  # machine time for which an expected end is shown again: it is reckoned slowly
_ENDS = "callsvc-expected-ends"


def _end(tx: Tx, found: Opened, row: Row[Any]) -> datetime | None:
    """The expected end, reckoned at most twice a minute by each process, however many people look."""
    known = current_app.extensions.setdefault(_ENDS, {})
    key = (found.id, found.mark, current_principal().rights)
    at, end = known.get(key, (None, None))
    if at is None or tx.machine_now - at > _KEPT:
        end = expected_end(tx, current_principal(), row, found.file)
        if len(known) > 500:
            known.clear()
        known[key] = (tx.machine_now, end)
    return cast("datetime | None", end)


def _context(campaign_id: str) -> dict[str, Any]:
    principal = current_principal()
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id, to_change=False)
        row = campaign_row(tx, campaign_id)
        changes = changes_of(tx, campaign_id, 8)
        pulse = pulse_of(tx, principal, campaign_id)
        held = needs_approval(tx, row)
        end = _end(tx, found, row) if found.progress.state == "running" else None
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
        "end": end,
        "held": held and not found.over,
        "stopped": stopped,
        "besides": besides(found.file),
        "note": row.schedule_note if progress.state == "draft" else "",
        "starts_at": row.starts_at if progress.state == "draft" else None,
        "ends_at": row.ends_at if not found.over else None,
        "actions": actions if principal.may("campaigns") else [],
    }
