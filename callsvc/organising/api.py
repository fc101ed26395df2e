"""Delegations for programs: a platform's phone given to the national platforms, or taken back."""

from datetime import date, datetime
from typing import Any

from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.core.errors import Invalid
from callsvc.platforms.tables import delegation
from callsvc.routing.giving_phones import delegations_of, foretell, give_phone, take_phone_back
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


class DelegationQuestion(Asked):
    platform: PlatformCode = Field(min_length=2, examples=["67"])
    share: int = Field(100, ge=0, le=100, description="Percent of its calls.")
    starts_at: Moment | None = Field(None, description="Now when left out.")
    ends_at: Moment | None = None


class DelegatedDay(Told):
    day: date
    calls: float = Field(description="Expected of the platform, those that ask for a person.")
    given: float = Field(description="Of these, to the national platforms.")


class DelegationForecast(Told):
    days: list[DelegatedDay] = Field(
        description="The first seven it lasts; a weekday nothing is known of is left out."
    )
    agents: int = Field(description="Taken by the busiest hour of what is given: 80 % within 20 s.")
    on_duty: int = Field(description="Agents on duty now where the national platforms are.")


@organising_api.get("/delegations")
@api("routing")
@operation(DELEGATIONS)
def list_delegations(query: DelegationFilter) -> DelegationList:
    """What platforms of your regions declared, newest first."""
    wanted = narrowed(delegations_of(current_principal()), (delegation.c.platform_code, query.platform))
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, delegation.c.id, newest_first=True)
    return DelegationList(items=[_told(row) for row in rows], next=more)


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
        delegation_id = give_phone(
            tx, principal, json.platform, share=json.share, starts_at=json.starts_at, ends_at=json.ends_at
        )
        row = tx.first(delegations_of(principal).where(delegation.c.id == delegation_id))
    return _told(row)


@organising_api.get("/delegations/forecast")
@api("routing")
@operation(
    DELEGATIONS,
    refusals=(
        Refusal("platform-unknown", 422, "No platform of yours has this code."),
        Refusal("delegation-invalid", 422, "The end is after the start."),
    ),
)
def forecast_delegation(query: DelegationQuestion) -> DelegationForecast:
    """What a delegation would bring the national platforms in its first week, by the last four weeks."""
    with current_rt().db.read() as tx:
        starts_at = query.starts_at or tx.now
        if query.ends_at is not None and query.ends_at <= starts_at:
            raise Invalid("delegation-invalid", "The end is after the start.")
        found = foretell(
            tx, current_principal(), query.platform, share=query.share, starts_at=starts_at,
            ends_at=query.ends_at,
        )  # fmt: skip
    return DelegationForecast(
        days=[
            DelegatedDay(day=one.day, calls=round(one.calls, 1), given=round(found.given(one.calls), 1))
            for one in found.days
        ],
        agents=found.agents,
        on_duty=found.on_duty,
    )


@organising_api.post("/delegations/<delegation_id>/withdraw")
@api("routing")
@operation(
    DELEGATIONS, refusals=(UNKNOWN, Refusal("delegation-over", 409, "It is over or was withdrawn already."))
)
def end_delegation(delegation_id: str) -> Delegation:
    """It is not in force any more, from the next call on."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        take_phone_back(tx, principal, delegation_id)
        row = tx.first(delegations_of(principal).where(delegation.c.id == delegation_id))
    return _told(row)


def _told(row: Any) -> Delegation:
    return Delegation.model_validate({name: getattr(row, name) for name in Delegation.model_fields})
