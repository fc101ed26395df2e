"""Emergency stops for programs: of one campaign or of everything, what they did, and the lift."""

from datetime import datetime

import sqlalchemy as sa
from pydantic import Field

from callsvc.accounts.guard import api, current_principal
from callsvc.campaigns.api import BEYOND, STATE, UNKNOWN
from callsvc.campaigns.changing_api import CONTROL, NAME
from callsvc.campaigns.control_api import NATIONAL, require_whole_country
from callsvc.campaigns.halting import lift_stop
from callsvc.campaigns.queries import campaign_seen, require_all_regions
from callsvc.campaigns.tables import stop_order
from callsvc.core.db import Tx
from callsvc.dialing.stop_reports import stop_report
from callsvc.dialing.stopping import emergency_stop
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Asked, Listed, Told

stops_api = api_blueprint("stops_api")


class StopTold(Told):
    """`unsettled` calls are asked to end and the carrier has not confirmed it: they are followed."""

    id: str
    campaign_id: str | None = Field(description="Null: everything.")
    asked_by: str
    asked_at: datetime
    campaigns: int = Field(description="That ran, and do not any more.")
    ringing_hung_up: int
    queued_canceled: int = Field(description="In the carrier's queue, or their request under way.")
    planned_dropped: int
    sms_canceled: int
    in_progress_left: int = Field(description="Answered already: they go on.")
    unsettled: int
    done: bool
    seconds: float | None = Field(description="Real, until the last call was told; null while some are not.")
    lifted_at: datetime | None
    lifted_by: str | None


class StopList(Listed):
    items: list[StopTold]


class StopWish(Asked):
    campaign_id: str | None = Field(pattern=NAME, description="Null: everything.")


class Lifted(Told):
    lifted: bool = Field(description="False when nothing was stopped.")


def _require_seen(tx: Tx, campaign_id: str | None) -> None:
    if campaign_id is None:
        require_whole_country()
        return
    campaign_seen(tx, current_principal(), campaign_id)
    require_all_regions(tx, current_principal(), campaign_id)


@stops_api.post("/emergency-stops")
@api("campaigns")
@operation(CONTROL, status=201, refusals=(NATIONAL, UNKNOWN, BEYOND, STATE))
def stop_now(json: StopWish) -> StopTold:
    """Cancel what rings, waits at the carrier or was not sent yet, and say what that did.

    One campaign ends for good. Everything: campaigns are paused, and none starts until the stop is lifted.
    """
    principal = current_principal()
    with current_rt().db.read() as tx:
        _require_seen(tx, json.campaign_id)
    report = emergency_stop(current_rt(), json.campaign_id, principal.account_id, principal=principal)
    return StopTold.model_validate(report)


@stops_api.get("/emergency-stops")
@api("campaigns")
@operation(CONTROL, refusals=(NATIONAL,))
def list_stops(query: Paging) -> StopList:
    """Every stop, newest first."""
    require_whole_country()
    wanted = sa.select(stop_order)
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, stop_order.c.asked_at, stop_order.c.id, newest_first=True)
        return StopList(items=[StopTold.model_validate(stop_report(tx, row.id)) for row in rows], next=more)


@stops_api.get("/emergency-stops/<stop_id>")
@api("campaigns")
@operation(
    CONTROL, refusals=(NATIONAL, UNKNOWN, BEYOND, Refusal("stop-unknown", 404, "There was no such stop."))
)
def show_stop(stop_id: str) -> StopTold:
    """What a stop did, as far as it has come."""
    with current_rt().db.read() as tx:
        report = stop_report(tx, stop_id)
        _require_seen(tx, report.campaign_id)
    return StopTold.model_validate(report)


@stops_api.post("/lift-stop")
@api("campaigns")
@operation(CONTROL, refusals=(NATIONAL,))
def lift_stop_of_everything() -> Lifted:
    """Let campaigns start and resume again, each by hand."""
    by = require_whole_country()
    with current_rt().db.begin() as tx:
        return Lifted(lifted=lift_stop(tx, by))
