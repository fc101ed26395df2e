"""The dashboard, ``/console/``: live figures by region, and who helps whom."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.metrics.live import Dashboard, dashboard
from callsvc.metrics.rules import DEFAULT_VARIANT, THRESHOLD_S
from callsvc.web import current_rt

blueprint = Blueprint("metrics", __name__, url_prefix="/console")


@blueprint.get("/", endpoint="dashboard")
@page("report")
def show_dashboard() -> ResponseReturnValue:
    return render_template("metrics/dashboard.html", **_context())


@blueprint.get("/live", endpoint="live")
@page("report", live=True)
def show_live() -> ResponseReturnValue:
    """The part of the dashboard that changes."""
    return render_template("metrics/_live.html", **_context())


def _context() -> dict[str, object]:
    with current_rt().db.read() as tx:
        board = dashboard(tx, current_principal())
    return {
        "board": board,
        "helpers": _helpers(board),
        "variant": DEFAULT_VARIANT,
        "threshold": THRESHOLD_S,
    }


def _helpers(board: Dashboard) -> list[str]:
    """Regions whose agents took calls of others, for the columns of the matrix."""
    return sorted({helper for home, helper in board.aid if helper != home})
