"""The list of campaigns, with how far each has come; its rows follow every change by themselves."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.stops import TYPED
from callsvc.campaigns.halting import stop_in_force
from callsvc.campaigns.queries import campaigns_in_scope, with_progress
from callsvc.campaigns.tables import STATES, campaign
from callsvc.core.db import Tx
from callsvc.labels import STATES as LABELS
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, TextFilter, contains, equals
from callsvc.web.listing import Column, Listing

_STATES = [(state, label_of) for state, label_of in LABELS.items() if state in STATES]
CAMPAIGNS = Listing(
    columns=(
        Column("title", _("Campaign"), campaign.c.title),
        Column("state", _("State"), campaign.c.state),
        Column("progress", _("Progress")),
        Column("people", _("People"), number=True),
        Column("done", _("Done"), number=True),
        Column("changed", _("Changed"), campaign.c.changed_at, down_first=True),
    ),
    unique=campaign.c.id,
    default="-changed",
    filters=(
        TextFilter("title", _("Campaign"), contains(campaign.c.title)),
        ChoiceFilter("state", _("State"), _STATES, equals(campaign.c.state), kind="tabs"),
    ),
)


@blueprint.get("/")
@page("report")
def index() -> ResponseReturnValue:
    return render_template("campaigns/list.html", **_context())


@blueprint.get("/live")
@page("report", live=True)
def live_list() -> ResponseReturnValue:
    """The rows of the same list, whatever changed in them."""
    return render_template("campaigns/_list.html", **_context())


def _context() -> dict[str, Any]:
    principal = current_principal()
    with current_rt().db.read() as tx:
        table = CAMPAIGNS.show(tx, campaigns_in_scope(principal), request.args, url_for("campaigns.index"))
        table = replace(table, rows=with_progress(tx, principal, table.rows))
        states, stopped = _states(tx), stop_in_force(tx)
    return {
        "table": table,
        "states": states,
        "all": sum(count for _, _, count in states),
        "stopped": stopped,
        "typed": TYPED,
    }


def _states(tx: Tx) -> list[tuple[str, Any, int]]:
    """(state, its word, campaigns in it), for those states that some campaign is in."""
    mine = campaigns_in_scope(current_principal()).subquery()
    rows = tx.all(sa.select(mine.c.state, sa.func.count().label("campaigns")).group_by(mine.c.state))
    counts = {row.state: row.campaigns for row in rows}
    return [(state, said, counts[state]) for state, said in _STATES if state in counts]
