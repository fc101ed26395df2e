"""Waiting calls meet free agents: order, rejections, time-outs, contacts who leave."""

from datetime import datetime

import pytest

from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.routing import service as routing
from callsvc.routing.events import EntryLeft, OfferEnded, OfferMade
from tests.routing.world import Waiting, World


def test_a_call_is_offered_at_once_to_a_free_agent_of_its_platform(world: World) -> None:
    world.agent("57")
    home = world.agent("67")
    call = world.waits("67")
    assert world.offered_to(call) == home
    assert world.entry(call).state == "reserved"
    assert world.agent_row(home).state == "reserved"
    assert [decision["kind"] for decision in world.decisions(call)] == ["platform"]


def test_the_pool_is_asked_before_the_rest_of_the_region(world: World) -> None:
    region, pool = world.agent("57"), world.agent("68")
    first, second = world.waits("67"), world.waits("67")
    assert [world.offered_to(call) for call in (first, second)] == [pool, region]
    assert [world.decisions(call)[0]["kind"] for call in (first, second)] == ["pool", "region"]


def test_the_longest_idle_agent_is_asked_first(world: World) -> None:
    first = world.agent()
    world.later(10)
    world.agent()
    assert world.offered_to(world.waits()) == first


def test_an_agent_without_the_skill_or_the_language_is_not_asked(world: World) -> None:
    world.agent(skills=["appointment"])
    world.agent(languages=["en", "frr"])
    call = world.waits(skill="tracing", language="fr")
    assert world.offered_to(call) is None
    match = world.agent(languages=["en", "fr"])
    assert world.offered_to(call) == match


def test_a_freed_agent_takes_the_oldest_call_and_priority_goes_before_age(world: World) -> None:
    calls = []
    for priority in (0, 0, 5):
        calls.append(world.waits(priority=priority))
        world.later(1)
    agents = [world.agent() for _ in range(3)]
    assert [world.offered_to(call) for call in (calls[2], calls[0], calls[1])] == agents


def test_a_call_behind_a_group_nobody_can_take_is_still_offered(world: World) -> None:
    stuck = world.waits(language="ar")
    world.later(1)
    call = world.waits(language="fr")
    match = world.agent(languages=["fr"])
    assert world.offered_to(call) == match
    assert world.offered_to(stuck) is None


def test_the_queue_is_read_in_the_order_the_rules_give(world: World) -> None:
    calls = []
    for priority in (0, 2, 0, 1, 2):
        calls.append(world.waits(priority=priority))
        world.later(priority)
    expected = sorted(calls, key=lambda call: _place(world, call))
    for taken in range(1, len(calls) + 1):
        world.agent()
        assert [world.offered_to(call) is not None for call in expected] == [
            place < taken for place in range(len(calls))
        ]


def _place(world: World, call: Waiting) -> tuple[int, datetime, str]:
    row = world.entry(call)
    return (-row.priority, row.entered_at, row.id)


def test_a_rejected_call_keeps_its_place_and_goes_to_somebody_else(world: World) -> None:
    first, second = world.agent(), world.agent()
    call = world.waits()
    entered_at = world.entry(call).entered_at
    world.later(3)
    assert world.offered_to(call) == first
    world.reject(first)
    assert world.offered_to(call) == second
    assert world.entry(call).entered_at == entered_at
    assert world.agent_row(first).state == "idle"


def test_a_rejected_call_goes_before_younger_ones(world: World) -> None:
    agent = world.agent()
    old = world.waits()
    world.later(5)
    young = world.waits()
    world.reject(agent)
    other = world.agent()
    assert {world.offered_to(old), world.offered_to(young)} == {agent, other}
    assert world.offered_to(old) is not None


def test_the_only_agent_is_asked_again_after_a_rejection(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    world.reject(agent)
    assert world.offered_to(call) == agent


def test_an_offer_nobody_answers_is_taken_back_in_time_and_the_place_is_kept(world: World) -> None:
    first, second = world.agent(), world.agent()
    call = world.waits()
    entered_at = world.entry(call).entered_at
    assert routing.time_out_offers(world.rt) == 0
    world.later(20)
    assert routing.time_out_offers(world.rt) == 1
    assert world.offered_to(call) == second
    assert world.entry(call).entered_at == entered_at
    assert world.agent_row(first).missed_offers == 1
    assert [event.how for event in world.told if isinstance(event, OfferEnded)] == ["timeout"]


def test_three_missed_offers_in_a_row_are_a_break(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    for missed in (1, 2):
        world.later(20)
        routing.time_out_offers(world.rt)
        assert world.agent_row(agent).missed_offers == missed
        assert world.offered_to(call) == agent
    world.later(20)
    routing.time_out_offers(world.rt)
    assert world.agent_row(agent).activity == "break"
    assert world.offered_to(call) is None
    routing.set_activity(world.rt, agent, "available")
    assert world.agent_row(agent).missed_offers == 0
    assert world.offered_to(call) == agent


def test_accepting_forgives_missed_offers(world: World) -> None:
    agent = world.agent()
    world.waits()
    world.later(20)
    routing.time_out_offers(world.rt)
    world.accept(agent)
    assert world.agent_row(agent).missed_offers == 0


def test_a_contact_who_hangs_up_during_the_offer_frees_the_agent(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    waiting = world.waits()
    world.later(4)
    world.news(call.leg_id, "completed")
    assert world.entry(call).state == "canceled"
    assert world.entry(call).left_how == "hung-up"
    assert world.offered_to(waiting) == agent
    left = [event for event in world.told if isinstance(event, EntryLeft)]
    assert [(event.how, event.waited_s) for event in left] == [("hung-up", 4.0)]
    assert [event.how for event in world.told if isinstance(event, OfferEnded)] == ["canceled"]


def test_leaving_for_a_callback_cancels_the_offer(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    with world.rt.db.begin() as tx:
        assert routing.leave_queue(tx, call.leg_id, "callback")
        assert not routing.leave_queue(tx, call.leg_id, "callback")
    assert world.agent_row(agent).state == "idle"
    assert world.entry(call).left_how == "callback"
    with pytest.raises(Conflict, match="offer-over"):
        routing.accept(world.rt, agent, world.told[-3].reservation_id)  # type: ignore[attr-defined]


def test_a_callback_is_refused_once_an_agent_is_on_the_way(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    world.accept(agent)
    with world.rt.db.begin() as tx:
        assert not routing.leave_queue(tx, call.leg_id, "callback")
    assert world.entry(call).state == "assigned"


def test_a_call_that_waits_too_long_leaves_as_unavailable(world: World) -> None:
    call = world.waits(max_wait_s=120)
    world.later(119)
    assert routing.expire_entries(world.rt) == 0
    world.later(1)
    assert routing.expire_entries(world.rt) == 1
    assert world.entry(call).left_how == "unavailable"


def test_a_leg_that_waits_already_keeps_its_entry(world: World) -> None:
    call = world.waits()
    with world.rt.db.begin() as tx:
        again = routing.enter_queue(
            tx,
            call_id=call.call_id,
            leg_id=call.leg_id,
            session_id=None,
            region_code="44",
            platform_code="67",
            skill="tracing",
            language="fr",
            max_wait_s=10,
        )
    assert again == call.entry_id


def test_an_agent_on_break_is_offered_nothing_and_hands_a_pending_offer_back(world: World) -> None:
    first, second = world.agent(), world.agent()
    call = world.waits()
    routing.set_activity(world.rt, first, "break")
    assert world.offered_to(call) == second
    routing.set_activity(world.rt, second, "offline")
    assert world.offered_to(call) is None
    assert world.entry(call).state == "pending"


def test_somebody_elses_offer_is_unknown_and_an_old_one_is_over(world: World) -> None:
    agent, other = world.agent(), world.agent()
    world.waits()
    offer = world.reservation_of(agent)
    with pytest.raises(NotFound, match="offer-unknown"):
        routing.accept(world.rt, other, offer.id)
    with pytest.raises(NotFound, match="offer-unknown"):
        routing.reject(world.rt, agent, "rsv-none")
    world.later(20)
    routing.time_out_offers(world.rt)
    with pytest.raises(Conflict, match="offer-over"):
        routing.accept(world.rt, agent, offer.id)
    with pytest.raises(Conflict, match="offer-over"):
        routing.reject(world.rt, agent, offer.id)


def test_an_unknown_activity_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="activity-unknown"):
        routing.set_activity(world.rt, world.agent(), "fishing")


def test_every_offer_is_told_with_its_decision(world: World) -> None:
    agent = world.agent()
    call = world.waits()
    offers = [event for event in world.told if isinstance(event, OfferMade)]
    assert [(event.entry_id, event.agent_id, event.agent_region) for event in offers] == [
        (call.entry_id, agent, "44")
    ]
    assert offers[0].decision_id


def test_position_and_predicted_wait_of_a_waiting_call(world: World) -> None:
    agent = world.agent()
    world.waits()
    first, second = world.waits(), world.waits()
    with world.rt.db.read() as tx:
        place = routing.place_of(tx, second.leg_id)
        assert place is not None
        assert (place.position, place.predicted_wait_s) == (2, 480.0)
        ahead = routing.place_of(tx, first.leg_id)
        assert ahead is not None and ahead.position == 1
    routing.set_activity(world.rt, agent, "offline")
    with world.rt.db.read() as tx:
        nobody = routing.place_of(tx, second.leg_id)
        assert nobody is not None and nobody.predicted_wait_s is None
        assert routing.place_of(tx, "leg-none") is None


def test_a_platform_is_open_while_anybody_who_could_take_the_call_is_on_duty(world: World) -> None:
    def is_open(skill: str = "tracing", language: str = "fr") -> bool:
        with world.rt.db.read() as tx:
            return routing.any_agents_open(tx, "67", skill, language)

    assert not is_open()
    helper = world.agent("75")
    assert not is_open()
    world.aid("44", "11")
    assert is_open()
    assert not is_open("appointment")
    world.declare_aid("11", opted_out=True)
    assert not is_open()
    home = world.agent("57")
    world.waits("57")
    assert world.reservation_of(home) is not None
    assert is_open()
    assert world.agent_row(helper).state == "idle"


def test_nobody_who_speaks_the_callers_language_or_nobody_open_is_closed(world: World) -> None:
    def is_open(language: str = "fr") -> bool:
        with world.rt.db.read() as tx:
            return routing.any_agents_open(tx, "67", "tracing", language)

    world.agent("67")
    assert is_open() and not is_open("en")
    world.agent("75", languages=("en",))
    world.aid("44", "11")
    assert is_open("en")
    world.later(12 * 3600)  # ten in the evening
    assert not is_open() and not is_open("en")
