"""Aid on purpose for programs: lend, ask, answer, give back, and what it would do to both regions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.platforms.queries import region_by_code
from callsvc.routing.aid.foreseeing import foresee
from callsvc.routing.aid.lending_now import order_of, orders_seen_by
from callsvc.routing.aid.lending_orders import accept_aid, ask_aid, give_back, lend, refuse_aid, withdraw_aid
from callsvc.routing.rules.orders import MOST_AGENTS
from callsvc.routing.tables import aid_order
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, narrowed, page_of
from callsvc.web.models import WHOLE, Asked, Listed, Moment, RegionCode, Told, Whole

aid_api = api_blueprint("aid_api")

ORDERS = Tag(name="aid on purpose", description="Agents lent until an hour, by a decision of people.")
UNKNOWN = Refusal("aid-order-unknown", 404, "No order of your regions has this id.")
NOT_YOURS = Refusal("not-your-region", 403, "An account acts only for its own regions.")
OVER = Refusal("aid-order-over", 409, "It was answered or has ended.")
INVALID = Refusal("aid-order-invalid", 422, "Two different regions, and a number of agents that can be lent.")
OPTED_OUT = Refusal("aid-opted-out", 409, "The lending region gives no aid.")
BOTH_WAYS = Refusal("aid-both-ways", 409, "The other region is lending to this one.")
REGION_UNKNOWN = Refusal("region-unknown", 404, "No region has this code.")

State = Literal["asked", "open", "refused", "withdrawn", "ended", "over"]


class AidOrder(Told):
    """Instants are lived time."""

    id: str
    aided_region: str
    aiding_region: str
    state: State = Field(description="`open` is lent now, `ended` given back, `over` ended at its hour.")
    wanted: int | None = Field(description="Agents asked for; null: lent unasked.")
    agents: int = Field(description="Agents lent.")
    until_at: datetime
    made_at: datetime
    made_by: str
    answered_at: datetime | None
    answered_by: str | None
    ended_at: datetime | None
    ended_by: str | None
    reason: str = Field(description="Of a refusal, or of an end before the hour.")
    predicted: dict[str, Any] | None = Field(description="The effect shown when it was lent.")


class AidOrderList(Listed):
    items: list[AidOrder]


class AidOrderFilter(Paging):
    state: Literal["", "asked", "open", "refused", "withdrawn", "ended", "over"] = ""


class AidOrderWish(Asked):
    act: Literal["lend", "ask"] = Field(
        description="`lend`: by the aiding region. `ask`: by the aided; the aiding region answers."
    )
    aided_region: RegionCode = Field(min_length=2, examples=["44"])
    aiding_region: RegionCode = Field(min_length=2, examples=["11"])
    agents: Whole = Field(ge=1, le=MOST_AGENTS)
    until_at: Moment = Field(description="Within the next 24 hours.")


class AidAnswer(Asked):
    agents: Annotated[int, Field(ge=1, le=MOST_AGENTS), WHOLE] | None = Field(
        None, description="As many as were asked for, or fewer; null: all of them."
    )


class AidRefusal(Asked):
    reason: str = Field(min_length=1, max_length=200, description="The region that asked reads it.")


class EffectAsked(Asked):
    aided: RegionCode = Field(min_length=2, examples=["44"])
    aiding: RegionCode = Field(min_length=2, examples=["11"])
    agents: Whole = Field(ge=1, le=MOST_AGENTS)


class RegionOutlook(Told):
    """By Erlang A: shares of all calls; the mean wait of everybody, answered or not, in lived seconds."""

    agents: int
    in_time: float = Field(description="Answered within 20 s.")
    wait_s: float
    abandoned: float


class RegionLoad(Told):
    agents: int = Field(description="On duty for its own calls, orders in force counted in.")
    calls: int = Field(description="Of the last half hour.")
    handle_s: float


class BothOutlooks(Told):
    aided_without: RegionOutlook
    aided_with: RegionOutlook
    aiding_without: RegionOutlook
    aiding_with: RegionOutlook


class AidEffect(Told):
    """The agents are reckoned as if they worked for the other region all the time: the most it can bring
    there and the most it can cost here.
    """

    agents: int
    aided: RegionLoad
    aiding: RegionLoad
    slowness: float = Field(description="How many times as long a call takes whoever helps, as measured.")
    patience_s: float
    target_s: float
    floor: float = Field(description="Of the aiding region.")
    effect: BothOutlooks


@aid_api.get("/aid/orders")
@api("routing")
@operation(ORDERS)
def list_aid_orders(query: AidOrderFilter) -> AidOrderList:
    """What your regions lent, were lent, asked for or were asked for; newest first."""
    wanted = narrowed(orders_seen_by(current_principal()), (aid_order.c.state, query.state))
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, aid_order.c.id, newest_first=True)
    return AidOrderList(items=[AidOrder.model_validate(row) for row in rows], next=more)


@aid_api.post("/aid/effect")
@api("routing")
@operation(ORDERS, again="nature", refusals=(REGION_UNKNOWN,))
def foresee_aid_effect(json: EffectAsked) -> AidEffect:
    """What lending would do to both regions, on the load of now. One of the two is yours."""
    principal = current_principal()
    with current_rt().db.read() as tx:
        for code in (json.aided, json.aiding):
            region_by_code(tx, code)
        if not (principal.may_see(json.aided) or principal.may_see(json.aiding)):
            raise NotFound("region-unknown", "No region of yours has this code.")
        found = foresee(tx, aided=json.aided, aiding=json.aiding, agents=json.agents)
    return AidEffect.model_validate(found)


@aid_api.post("/aid/orders")
@api("routing")
@operation(
    ORDERS,
    status=201,
    refusals=(
        INVALID,
        Refusal("aid-order-time", 422, "The hour is within the next 24."),
        REGION_UNKNOWN,
        NOT_YOURS,
        OPTED_OUT,
        BOTH_WAYS,
    ),
)
def make_aid_order(json: AidOrderWish) -> AidOrder:
    """Lend agents of your region, from the next decision on; or ask another region for some."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        sides = {"aided": json.aided_region, "aiding": json.aiding_region}
        if json.act == "lend":
            order_id = lend(
                tx, **sides, agents=json.agents, until=json.until_at, by=principal,
                predicted=_foreseen(tx, **sides, agents=json.agents),
            )  # fmt: skip
        else:
            order_id = ask_aid(tx, **sides, agents=json.agents, until=json.until_at, by=principal)
        return _told(tx, order_id)


@aid_api.get("/aid/orders/<order_id>")
@api("routing")
@operation(ORDERS, refusals=(UNKNOWN,))
def show_aid_order(order_id: str) -> AidOrder:
    """One order; both its sides see it."""
    with current_rt().db.read() as tx:
        return _told(tx, order_id)


@aid_api.post("/aid/orders/<order_id>/accept")
@api("routing")
@operation(ORDERS, refusals=(UNKNOWN, NOT_YOURS, OVER, INVALID, OPTED_OUT, BOTH_WAYS))
def accept_aid_order(order_id: str, json: AidAnswer) -> AidOrder:
    """Yes, by the region that was asked: all of them, or fewer."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        row = order_of(tx, order_id, principal)
        shown = _foreseen(
            tx, aided=row.aided_region, aiding=row.aiding_region, agents=json.agents or row.wanted or 1
        )
        accept_aid(tx, order_id, by=principal, agents=json.agents, predicted=shown)
        return _told(tx, order_id)


@aid_api.post("/aid/orders/<order_id>/refuse")
@api("routing")
@operation(
    ORDERS, refusals=(UNKNOWN, NOT_YOURS, OVER, Refusal("aid-reason-needed", 422, "Say why, in words."))
)
def refuse_aid_order(order_id: str, json: AidRefusal) -> AidOrder:
    """No, by the region that was asked, and why."""
    with current_rt().db.begin() as tx:
        refuse_aid(tx, order_id, by=current_principal(), reason=json.reason)
        return _told(tx, order_id)


@aid_api.post("/aid/orders/<order_id>/withdraw")
@api("routing")
@operation(ORDERS, refusals=(UNKNOWN, NOT_YOURS, OVER))
def withdraw_aid_order(order_id: str) -> AidOrder:
    """Whoever asked needs it no more."""
    with current_rt().db.begin() as tx:
        withdraw_aid(tx, order_id, by=current_principal())
        return _told(tx, order_id)


@aid_api.post("/aid/orders/<order_id>/give-back")
@api("routing")
@operation(ORDERS, refusals=(UNKNOWN, NOT_YOURS, OVER))
def give_back_aid_order(order_id: str) -> AidOrder:
    """Before the hour, by either side; calls under way go on to their end."""
    with current_rt().db.begin() as tx:
        give_back(tx, order_id, by=current_principal())
        return _told(tx, order_id)


def _foreseen(tx: Tx, *, aided: str, aiding: str, agents: int) -> dict[str, Any]:
    return dict(foresee(tx, aided=aided, aiding=aiding, agents=agents).kept())


def _told(tx: Tx, order_id: str) -> AidOrder:
    return AidOrder.model_validate(order_of(tx, order_id, current_principal()))
