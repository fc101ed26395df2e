"""The step of the sender and the pace: who calls, how fast, how often one number, how much a day."""

from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.framing import framed
from callsvc.campaigning.settings import opened
from callsvc.web import current_rt


@blueprint.get("/<campaign_id>/pace")
@page("campaigns")
def pace(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    return framed("campaigns/pace.html", found, "pace")
