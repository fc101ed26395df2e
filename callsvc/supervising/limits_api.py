"""Limits of activities for programs."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.agents.limits import LONGEST_MIN, MOST_AT_ONCE, limit_of, limits, put_limit
from callsvc.supervising.blueprint import regions_of
from callsvc.supervising.limits import require_place
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import WHOLE, Asked, Told

limits_api = api_blueprint("limits_api")

LIMITS = Tag(name="limits", description="How many agents may do something else at once, and for how long.")


class ActivityLimit(Told):
    """`region_code` `*`: in each region without terms of its own. Minutes are lived."""

    region_code: str
    activity: str
    most: int | None
    longest_min: int | None
    beyond: str
    changed_at: datetime


class ActivityLimitList(Told):
    items: list[ActivityLimit]


class ActivityLimitWish(Asked):
    region_code: str = Field(min_length=1, max_length=3, description="A region of yours; * for each.")
    activity: Literal["break", "training", "other-channel"]
    most: Annotated[int, Field(ge=0, le=MOST_AT_ONCE), WHOLE] | None = Field(
        None, description="Agents at once; null: any number."
    )
    longest_min: Annotated[int, Field(ge=1, le=LONGEST_MIN), WHOLE] | None = Field(
        None, description="Minutes; null: as long as they like."
    )
    beyond: Literal["refuse", "ask"] = Field("refuse", description="ask: a supervisor may grant more.")


@limits_api.get("/activity-limits")
@api("routing")
@operation(LIMITS)
def list_activity_limits() -> ActivityLimitList:
    """The terms of your regions, and those for each region."""
    with current_rt().db.read() as tx:
        rows = limits(tx, list(regions_of(tx, current_principal())))
    return ActivityLimitList(items=[ActivityLimit.model_validate(row) for row in rows])


@limits_api.put("/activity-limits")
@api("accounts")
@operation(
    LIMITS,
    again="nature",
    refusals=(
        Refusal("region-not-yours", 403, "Declare limits for your own regions."),
        Refusal("whole-country-needed", 403, "Terms for each region are for accounts of the whole country."),
    ),
)
def put_activity_limit(json: ActivityLimitWish) -> ActivityLimit:
    """Declare or change the terms of one activity."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        require_place(tx, principal, json.region_code)
        put_limit(
            tx,
            json.region_code,
            json.activity,
            most=json.most,
            longest_min=json.longest_min,
            beyond=json.beyond,
            by=principal.account_id,
        )
        record_access(tx, principal, "activity-limit", json.region_code, {"activity": json.activity})
        row = limit_of(tx, json.region_code, json.activity)
    return ActivityLimit.model_validate(row)
