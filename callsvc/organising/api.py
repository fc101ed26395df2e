"""Delegations for programs: a platform's phone given to the national platforms, or taken back."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.core.errors import Invalid, NotFound
from callsvc.platforms.delegating import declare_delegation, withdraw_delegation
from callsvc.platforms.tables import delegation, platform
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, narrowed, page_of
from callsvc.web.models import Asked, Listed, Moment, PlatformCode, Told, Whole

organising_api = api_blueprint("organising_api")

DELEGATIONS = Tag(name="delegations", description="Phone flows given to the national platforms, with dates.")
UNKNOWN = Refusal("delegation-unknown", 404, "No delegation of your regions has this id.")


class Delegation(Told):
    id: str
    platform_code: str = Field(examples=["67"])
    share: int = Field(description="Percent of its calls; 0 = on its own phone, and gives no aid outside.")
    starts_at: datetime
    ends_at: datetime | None
    declared_at: datetime
    declared_by: str
    withdrawn_at: datetime | None


class DelegationList(Listed):
    items: list[Delegation]


class DelegationFilter(Paging):
    platform: PlatformCode = ""


class DelegationWish(Asked):
    platform: PlatformCode = Field(min_length=2, examples=["67"])
    share: Whole = Field(ge=0, le=100, description="Percent of its calls.")
    starts_at: Moment = Field(description="Now or later.")
    ends_at: Moment | None = None


@organising_api.get("/delegations")
@api("routing")
@operation(DELEGATIONS)
def list_delegations(query: DelegationFilter) -> DelegationList:
    """What platforms of your regions declared, newest first."""
    wanted = narrowed(_mine(), (delegation.c.platform_code, query.platform))
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, delegation.c.id, newest_first=True)
    return DelegationList(items=[Delegation.model_validate(row) for row in rows], next=more)


@organising_api.post("/delegations")
@api("routing")
@operation(
    DELEGATIONS,
    status=201,
    refusals=(
        Refusal("platform-unknown", 422, "No platform of yours has this code."),
        Refusal("platform-national", 422, "A national platform takes what others delegate."),
        Refusal("delegation-invalid", 422, "The end is after the start."),
        Refusal("delegation-past", 422, "It starts now or later."),
    ),
)
def add_delegation(json: DelegationWish) -> Delegation:
    """Declare that a platform's calls go to the national platforms from an instant on, or come back."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        mine = scope_condition(principal, platform.c.region_code, platform.c.code)
        if tx.first(sa.select(platform.c.code).where(platform.c.code == json.platform, mine)) is None:
            raise Invalid("platform-unknown", "No platform of yours has this code.")
        delegation_id = declare_delegation(
            tx, json.platform, share=json.share, starts_at=json.starts_at, ends_at=json.ends_at,
            by=principal.account_id,
        )  # fmt: skip
        record_access(tx, principal, "delegation-declared", delegation_id, {"share": json.share})
        row = tx.first(_mine().where(delegation.c.id == delegation_id))
    return Delegation.model_validate(row)


@organising_api.post("/delegations/<delegation_id>/withdraw")
@api("routing")
@operation(
    DELEGATIONS, refusals=(UNKNOWN, Refusal("delegation-over", 409, "It is over or was withdrawn already."))
)
def end_delegation(delegation_id: str) -> Delegation:
    """It is not in force any more, from the next call on."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        if tx.first(_mine().where(delegation.c.id == delegation_id)) is None:
            raise NotFound("delegation-unknown", "No delegation of your regions has this id.")
        withdraw_delegation(tx, delegation_id)
        record_access(tx, principal, "delegation-withdrawn", delegation_id, {})
        row = tx.first(_mine().where(delegation.c.id == delegation_id))
    return Delegation.model_validate(row)


def _mine() -> sa.Select[Any]:
    scope = scope_condition(current_principal(), platform.c.region_code, platform.c.code)
    return sa.select(delegation).join(platform, platform.c.code == delegation.c.platform_code).where(scope)
