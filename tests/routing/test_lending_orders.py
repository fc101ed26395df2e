"""Agents lent on purpose: who may, until when, and what both sides and the access log know of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.accounts.scope import Principal
from callsvc.accounts.tables import access_log
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError, Conflict, Forbidden, Invalid, NotFound
from callsvc.routing import service as routing
from callsvc.routing.aid.lending_now import order_of, orders_now, orders_shown
from callsvc.routing.tables import aid_order
from tests.routing.world import World


def chief(*regions: str) -> Principal:
    """A supervisor of these regions; of the whole country without any."""
    return Principal(
        account_id=f"acc-{'-'.join(regions) or 'all'}",
        role="supervisor",
        regions=frozenset(regions) or "*",
        scopes=frozenset({"routing"}),
    )


GRAND_EST, ILE_DE_FRANCE, BRETAGNE, NATIONAL = chief("44"), chief("11"), chief("53"), chief()


def until(world: World, hours: float = 3) -> datetime:
    return world.rt.clock.now() + timedelta(hours=hours)


def do(world: World, act: Callable[..., Any], *args: Any, **values: Any) -> Any:
    with world.rt.db.begin() as tx:
        return act(tx, *args, **values)


def asked(world: World, agents: int = 8) -> str:
    """Grand Est asks Île-de-France."""
    order_id: str = do(
        world, routing.ask_aid, aided="44", aiding="11", agents=agents, until=until(world), by=GRAND_EST
    )
    return order_id


def lent(world: World, by: Principal = ILE_DE_FRANCE, agents: int = 5) -> str:
    order_id: str = do(world, routing.lend, aided="44", aiding="11", agents=agents, until=until(world), by=by)
    return order_id


def now(world: World) -> list[tuple[str, str, int]]:
    with world.rt.db.read() as tx:
        return [(one.aiding, one.aided, one.agents) for one in orders_now(tx)]


def state(world: World, order_id: str) -> str:
    return str(world.rows(sa.select(aid_order.c.state).where(aid_order.c.id == order_id))[0].state)


def test_what_is_lent_is_in_force_until_its_hour_and_not_a_second_longer(world: World) -> None:
    order_id = lent(world)
    assert now(world) == [("11", "44", 5)]
    world.later(3 * 3600 - 1)
    assert now(world) == [("11", "44", 5)]
    world.later(1)
    assert now(world) == []
    assert routing.end_orders_due(world.rt) == 1
    assert state(world, order_id) == "over"
    assert routing.end_orders_due(world.rt) == 0


def test_who_is_asked_lends_fewer_and_either_side_gives_back(world: World) -> None:
    order_id = asked(world)
    assert now(world) == []
    do(world, routing.accept_aid, order_id, by=ILE_DE_FRANCE, agents=3, predicted={"shown": 1})
    assert now(world) == [("11", "44", 3)]
    row = world.rows(sa.select(aid_order))[0]
    assert (row.wanted, row.agents, row.predicted) == (8, 3, {"shown": 1})
    do(world, routing.give_back, order_id, by=GRAND_EST, reason="calm again")
    assert (now(world), state(world, order_id)) == ([], "ended")


def test_a_refusal_has_a_reason_and_whoever_asked_may_change_their_mind(world: World) -> None:
    order_id = asked(world)
    with pytest.raises(Invalid, match="aid-reason-needed"):
        do(world, routing.refuse_aid, order_id, by=ILE_DE_FRANCE, reason="  ")
    do(world, routing.refuse_aid, order_id, by=ILE_DE_FRANCE, reason="a spike of our own")
    assert world.rows(sa.select(aid_order))[0].reason == "a spike of our own"
    second = asked(world)
    do(world, routing.withdraw_aid, second, by=GRAND_EST)
    assert [state(world, one) for one in (order_id, second)] == ["refused", "withdrawn"]


def test_nobody_answers_and_it_lapses_at_its_hour(world: World) -> None:
    order_id = asked(world)
    world.later(3 * 3600)
    with pytest.raises(Conflict, match="aid-order-over"):
        do(world, routing.accept_aid, order_id, by=ILE_DE_FRANCE)
    routing.end_orders_due(world.rt)
    assert state(world, order_id) == "over"


ANSWERS: list[tuple[str, Callable[[Tx, str, Principal], None]]] = [
    ("accept", lambda tx, order_id, by: routing.accept_aid(tx, order_id, by=by)),
    ("refuse", lambda tx, order_id, by: routing.refuse_aid(tx, order_id, by=by, reason="no")),
    ("withdraw", lambda tx, order_id, by: routing.withdraw_aid(tx, order_id, by=by)),
    ("give back", lambda tx, order_id, by: routing.give_back(tx, order_id, by=by)),
]


@pytest.mark.parametrize(("name", "act"), ANSWERS, ids=[name for name, _ in ANSWERS])
def test_an_account_acts_only_for_its_own_regions(
    world: World, name: str, act: Callable[[Tx, str, Principal], None]
) -> None:
    order_id = lent(world) if name == "give back" else asked(world)
    with pytest.raises(NotFound, match="aid-order-unknown"):  # another region does not even see it
        do(world, act, order_id, BRETAGNE)
    wrong = {"accept": GRAND_EST, "refuse": GRAND_EST, "withdraw": ILE_DE_FRANCE}.get(name)
    if wrong is not None:
        with pytest.raises(Forbidden, match="not-your-region"):
            do(world, act, order_id, wrong)
    do(world, act, order_id, NATIONAL)
    with pytest.raises(Conflict, match="aid-order-over"):  # a second time
        do(world, act, order_id, NATIONAL)


def test_nobody_lends_for_another_region_nor_asks_for_one(world: World) -> None:
    for by in (GRAND_EST, BRETAGNE):
        with pytest.raises(Forbidden, match="not-your-region"):
            lent(world, by=by)
    with pytest.raises(Forbidden, match="not-your-region"):
        do(world, routing.ask_aid, aided="44", aiding="11", agents=2, until=until(world), by=ILE_DE_FRANCE)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"aided": "11"}, "aid-order-invalid"),
        ({"agents": 0}, "aid-order-invalid"),
        ({"agents": 1001}, "aid-order-invalid"),
        ({"hours": 0}, "aid-order-time"),
        ({"hours": 24.1}, "aid-order-time"),
        ({"aided": "99"}, "region-unknown"),
    ],
)
def test_what_cannot_be_lent_is_refused_with_what_to_do(
    world: World, changed: dict[str, Any], said: str
) -> None:
    values: dict[str, Any] = {"aided": "44", "aiding": "11", "agents": 5, "hours": 3} | changed
    hours = values.pop("hours")
    with pytest.raises(CallsvcError, match=said):
        do(world, routing.lend, **values, until=until(world, hours), by=NATIONAL)


def test_a_region_lends_nothing_after_it_opted_out_and_takes_back_what_it_lent(world: World) -> None:
    order_id = lent(world)
    waiting = asked(world)
    world.declare_aid("11", opted_out=True)
    assert now(world) == []
    assert world.rows(sa.select(aid_order).where(aid_order.c.id == order_id))[0].reason == "opted-out"
    with pytest.raises(Conflict, match="aid-opted-out"):
        do(world, routing.accept_aid, waiting, by=ILE_DE_FRANCE)


def test_two_regions_do_not_lend_to_each_other_at_once(world: World) -> None:
    lent(world)
    back = {"aided": "11", "aiding": "44", "agents": 1, "until": until(world)}
    with pytest.raises(Conflict, match="aid-both-ways"):
        do(world, routing.lend, **back, by=GRAND_EST)


def test_every_step_is_in_the_access_log_and_seen_by_both_sides(world: World) -> None:
    order_id = asked(world)
    do(world, routing.accept_aid, order_id, by=ILE_DE_FRANCE, agents=3)
    world.later(3 * 3600)
    routing.end_orders_due(world.rt)
    mine = sa.select(access_log).where(access_log.c.subject == order_id).order_by(access_log.c.id)
    assert [(row.action, row.account_id) for row in world.rows(mine)] == [
        ("aid-asked", "acc-44"),
        ("aid-accepted", "acc-11"),
        ("aid-over", "system"),
    ]
    with world.rt.db.read() as tx:
        for side in (GRAND_EST, ILE_DE_FRANCE, NATIONAL):
            assert [row.id for row in orders_shown(tx, side)] == [order_id]
            assert order_of(tx, order_id, side).state == "over"
        assert orders_shown(tx, BRETAGNE) == []


def test_those_lent_take_waiting_calls_at_once_and_no_more_than_were_lent(world: World) -> None:
    """No agreement, no threshold, no reserve: people decided."""
    world.declare_aid("11", reserve=5)
    helpers = [world.agent("75") for _ in range(3)]
    world.agent("67", skills=("medical",))
    calls = [world.waits("67") for _ in range(3)]
    assert [world.offered_to(call) for call in calls] == [None, None, None]
    lent(world, agents=2)
    taken = [world.offered_to(call) for call in calls]
    assert len(set(taken) & set(helpers)) == 2 and taken.count(None) == 1
