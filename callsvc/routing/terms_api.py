"""What the administrator chooses about routing, for programs."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.routing.terms import change_terms, chosen_of, history_of, terms_of
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import WHOLE, Asked, Told

terms_api = api_blueprint("terms_api")

TERMS = Tag(
    name="routing terms", description="The order of service and how far aid goes, for the whole country."
)
NATIONAL = Refusal("whole-country-only", 403, "An administrator of the whole country decides this.")
CHANGING = Refusal("terms-changing", 409, "Somebody else is changing the terms right now.")

Order = Literal["first-come", "deadline-in-overload", "deadline-first"]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]


class RoutingTerms(Told):
    """Shares are parts of one; docs/routing.md says what each choice does."""

    order: Order = Field(description="By arrival; by arrival unless overloaded; who can be in time first.")
    second_share: float = Field(description="Part of the late calls for who can be answered in a minute.")
    floor: float = Field(description="Share of its own calls in time that a region never gives away.")
    cap: float = Field(description="Share of a region's agents that may be lent at once.")
    callback_after_s: float | None = Field(description="Wait after which a callback is offered; null: never.")
    callback_idle: float = Field(description="Share of agents that stay idle when a callback is made.")
    computed_reserve: bool = Field(description="Keep the Erlang A reserve, not one agent, below the floor.")


class RoutingTermsWish(Asked):
    """What is left out stays as it is; something must change."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"minProperties": 1})

    order: Order | None = None
    second_share: Share | None = None
    floor: Annotated[float, Field(ge=0.01, le=0.99, strict=True)] | None = None
    cap: Share | None = None
    callback_after_s: Annotated[int, Field(ge=0, le=600), WHOLE] | None = Field(
        None, description="Null: never offered."
    )
    callback_idle: Share | None = None
    computed_reserve: Annotated[bool, Field(strict=True)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name what is to change")
        return self


class RoutingTermsChange(Told):
    number: int
    at: datetime
    by: str = Field(description="An account's id, or system.")
    changed: dict[str, list[Any]] = Field(description="By name: before, after.")


class RoutingTermsHistory(Told):
    """The newest first, fifty at most."""

    items: list[RoutingTermsChange]


@terms_api.get("/routing/terms")
@api("routing")
@operation(TERMS)
def show_routing_terms() -> RoutingTerms:
    """The terms in force now."""
    with current_rt().db.read() as tx:
        return RoutingTerms(**chosen_of(terms_of(tx)))


@terms_api.patch("/routing/terms")
@api("routing")
@operation(TERMS, again="nature", refusals=(NATIONAL, CHANGING))
def change_routing_terms(json: RoutingTermsWish) -> RoutingTerms:
    """Change some of them, from the next decision on."""
    wanted = json.model_dump(exclude_unset=True)
    never = {"callback_after_s"} & json.model_fields_set
    changes = {name: value for name, value in wanted.items() if value is not None or name in never}
    with current_rt().db.begin() as tx:
        return RoutingTerms(**chosen_of(change_terms(tx, current_principal(), **changes)))


@terms_api.get("/routing/terms/changes")
@api("routing")
@operation(TERMS)
def list_routing_terms_changes() -> RoutingTermsHistory:
    """Who changed what."""
    with current_rt().db.read() as tx:
        return RoutingTermsHistory(items=[RoutingTermsChange(**one) for one in history_of(tx)])
