"""The list of campaigns, with how far each has come."""

from dataclasses import replace

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigns.queries import campaigns_in_scope, with_progress
from callsvc.campaigns.tables import STATES, campaign
from callsvc.labels import STATES as LABELS
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, TextFilter, contains, equals
from callsvc.web.listing import Column, Listing

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
