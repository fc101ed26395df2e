"""Agreements for programs: made, changed, ended, and what they said before."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import Field

from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.core.db import Tx
from callsvc.routing.aid.agreeing import agreement_of, end_agreement, put_agreement
from callsvc.routing.api import AID, Agreement
from callsvc.routing.rules.agreements import LONGEST_WAIT_S, MOST_CAP
from callsvc.routing.tables import aid_agreement_change
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Asked, Listed, Moment, Told, Whole

agreements_api = api_blueprint("agreements_api")

UNKNOWN = Refusal("agreement-unknown", 404, "No agreement of your regions is between these two.")
NOT_YOURS = Refusal("not-your-region", 403, "The region that helps agrees.")
WRONG = (
    Refusal("agreement-self", 422, "A region does not help itself."),
    Refusal("agreement-thresholds", 422, "Aid closes at a wait not above the one it opens at."),
    Refusal("agreement-cap", 422, "The cap is a number of calls."),
    Refusal("agreement-dates", 422, "It ends after it starts."),
    Refusal("agreement-hours", 422, "Windows are in order and apart, by day of the week."),
)


class AgreementTerms(Asked):
    """Waits are lived seconds: predicted wait at home that opens aid, and the lower one that closes it."""

    rank: Whole = Field(1, ge=1, le=99)
    activate_wait_s: Whole = Field(10, ge=0, le=LONGEST_WAIT_S)
    release_wait_s: Whole = Field(5, ge=0, le=LONGEST_WAIT_S)
    cap: Whole = Field(10, ge=0, le=MOST_CAP, description="Most calls of this pair at once.")
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    hours: dict[str, list[list[str]]] | None = Field(
        None,
        description="Windows by weekday (0 = Monday) on the clock of the region that helps; null: always.",
        examples=[{"0": [["08:00", "12:00"], ["13:00", "18:00"]]}],
    )


class AgreementChange(Told):
    aided_region: str
    aiding_region: str
    at: datetime
    by: str = Field(description="An account's id, or system.")
    before: dict[str, Any] | None = Field(description="Null: it is new.")
    after: dict[str, Any] | None = Field(description="Null: it was ended.")


class AgreementChangeList(Listed):
    items: list[AgreementChange]


class AgreementEnded(Told):
    aided_region: str
    aiding_region: str


@agreements_api.put("/aid/agreements/<region_code>/<aiding_code>")
@api("routing")
@operation(
    AID,
    again="nature",
    refusals=(*WRONG, NOT_YOURS, Refusal("region-unknown", 404, "No region has this code.")),
)
def put_aid_agreement(region_code: str, aiding_code: str, json: AgreementTerms) -> Agreement:
    """The second region agrees to help the first, or changes the terms; in force at the next decision."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        put_agreement(tx, aided=region_code, aiding=aiding_code, by=principal, **json.model_dump())
        return _told(tx, region_code, aiding_code)


@agreements_api.get("/aid/agreements/<region_code>/<aiding_code>")
@api("routing")
@operation(AID, refusals=(UNKNOWN,))
def show_aid_agreement(region_code: str, aiding_code: str) -> Agreement:
    """One agreement: the second region helps the first."""
    with current_rt().db.read() as tx:
        return _told(tx, region_code, aiding_code)


@agreements_api.delete("/aid/agreements/<region_code>/<aiding_code>")
@api("routing")
@operation(AID, again="nature", refusals=(UNKNOWN,))
def end_aid_agreement(region_code: str, aiding_code: str) -> AgreementEnded:
    """End it, by either side; calls under way go on to their end."""
    with current_rt().db.begin() as tx:
        end_agreement(tx, region_code, aiding_code, by=current_principal())
    return AgreementEnded(aided_region=region_code, aiding_region=aiding_code)


@agreements_api.get("/aid/agreement-changes")
@api("routing")
@operation(AID)
def list_agreement_changes(query: Paging) -> AgreementChangeList:
    """What was agreed, changed and ended where your regions give or take; newest first."""
    principal = current_principal()
    keys = (aid_agreement_change.c.aided_region, aid_agreement_change.c.aiding_region)
    mine = sa.or_(*(scope_condition(principal, key) for key in keys))
    with current_rt().db.read() as tx:
        rows, more = page_of(
            tx, sa.select(aid_agreement_change).where(mine), query, aid_agreement_change.c.id,
            newest_first=True,
        )  # fmt: skip
    return AgreementChangeList(items=[AgreementChange.model_validate(row) for row in rows], next=more)


def _told(tx: Tx, aided: str, aiding: str) -> Agreement:
    return Agreement.model_validate(agreement_of(tx, aided, aiding, current_principal()))
