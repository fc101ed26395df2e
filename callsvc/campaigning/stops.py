"""Emergency stops: of everything, what each stop did, and the lift that lets campaigns start again."""

from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigns.halting import lift_stop
from callsvc.campaigns.queries import campaign_seen, require_all_regions
from callsvc.campaigns.tables import stop_order
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden
from callsvc.dialing.stop_reports import StopReport, stop_report
from callsvc.dialing.stopping import emergency_stop
from callsvc.web import current_rt
from callsvc.web.forms import require_typed
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

TYPED = "STOP"  # what a dialog asks to type before everything is stopped
_MOST = 50


def require_everything() -> None:
    """Whoever stops everything, or lifts that, is responsible for the whole country."""
    if not current_principal().sees_everything:
        raise Forbidden("stop-beyond-regions", "Only an account of the whole country stops everything.")


@blueprint.get("/stops")
@page("campaigns")
def stops() -> ResponseReturnValue:
    """Every stop, newest first, for whoever sees the whole country."""
    require_everything()
    with current_rt().db.read() as tx:
        newest = sa.select(stop_order.c.id).order_by(stop_order.c.asked_at.desc(), stop_order.c.id.desc())
        reports = [stop_report(tx, row.id) for row in tx.all(newest.limit(_MOST))]
        names = account_names(tx, [report.asked_by for report in reports])
    return render_template("campaigns/stops.html", reports=reports, names=names)


@blueprint.post("/stops")
@page("campaigns")
def stop_everything() -> ResponseReturnValue:
    require_everything()
    require_typed(request.form, TYPED)
    report = emergency_stop(current_rt(), None, current_principal().account_id)
    return redirect(url_for("campaigns.stop_shown", stop_id=report.id))


@blueprint.get("/stops/<stop_id>")
@page("campaigns")
def stop_shown(stop_id: str) -> ResponseReturnValue:
    return render_template("campaigns/stop.html", **_context(stop_id))


@blueprint.get("/stops/<stop_id>/live")
@page("campaigns", live=True)
def stop_live(stop_id: str) -> ResponseReturnValue:
    return render_template("campaigns/_stop.html", **_context(stop_id))


@blueprint.post("/stops/lift")
@page("campaigns")
def lift() -> ResponseReturnValue:
    """Campaigns may start and resume again, each by hand."""
    require_everything()
    with current_rt().db.begin() as tx:
        lifted = lift_stop(tx, current_principal().account_id)
    if lifted:
        toast(gettext("The stop is lifted. Each campaign goes on when somebody resumes it."))
    return redirect(url_for("campaigns.index"))


def _context(stop_id: str) -> dict[str, Any]:
    with current_rt().db.read() as tx:
        report = stop_report(tx, stop_id)
        title = _title(tx, report)
        names = account_names(tx, [report.asked_by, report.lifted_by])
    return {"report": report, "title_of": title, "names": names}


def _title(tx: Tx, report: StopReport) -> str:
    """The campaign's title, after a look at whether it is the reader's; '' for a stop of everything."""
    if report.campaign_id is None:
        require_everything()
        return ""
    principal = current_principal()
    require_all_regions(tx, principal, report.campaign_id)
    return campaign_seen(tx, principal, report.campaign_id).title
