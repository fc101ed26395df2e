"""The step people."""

from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.framing import framed
from callsvc.campaigning.settings import opened
from callsvc.web import current_rt


@blueprint.get("/<campaign_id>/people")
@page("campaigns")
def people(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    return framed("campaigns/people.html", found, "people")
