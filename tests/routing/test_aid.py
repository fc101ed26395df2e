"""Overflow: who may help, when aid opens and closes, and what is written down about it."""

import pytest
import sqlalchemy as sa

from callsvc.core.errors import Invalid, NotFound
from callsvc.routing import service as routing
from callsvc.routing.events import EntryConnected
from callsvc.routing.tables import aid_activation
from tests.routing.world import Waiting, World


@pytest.fixture
def saturated(world: World) -> World:
    """Grand Est: one agent, who is taken. Île-de-France aids it and keeps one of its two agents."""
    world.aid("44", "11", activate_wait_s=240, release_wait_s=120)
    world.agent("67")
    world.waits("67")
    return world


def _overflowing(world: World) -> Waiting:
    return world.waits("67")


def test_a_saturated_region_overflows_to_the_aiding_region(saturated: World) -> None:
    helpers = [saturated.agent("75"), saturated.agent("75")]
    call = _overflowing(saturated)
    assert saturated.offered_to(call) == helpers[0]
    decision = saturated.decisions(call)[0]
    assert (decision["kind"], decision["from_region"], decision["to_region"]) == ("aid", "44", "11")
    assert decision["sentence"] == (
        "Grand Est: 1 wait, about 240 s, and nobody there is idle; Île-de-France has 2 idle agents and keeps "
        f"1: it helps. Agent {helpers[0]} is offered this call."
    )
    assert "en garde 1" in decision["sentence_fr"]
    assert decision["inputs"] == {
        "number": 1,
        "reason": "offered",
        "letter": "arrival",
        "waited_s": 0.0,
        "home": "44",
        "waiting_there": 1,
        "wait_there_s": 240.0,
        "active": True,
        "helper": "11",
        "idle": 2,
        "kept": 1,
        "ledger": 0.0,
        "lent": 0,
        "most_lent": 2,
        "waiting": 0,
    }


def test_the_helper_keeps_its_reserve(saturated: World) -> None:
    saturated.agent("75")
    call = _overflowing(saturated)
    assert saturated.offered_to(call) is None
    saturated.declare_aid("11", reserve=0)
    saturated.agent("75")  # the next decision
    assert saturated.offered_to(call) is not None


def test_aid_opens_at_the_activation_threshold_and_not_before(world: World) -> None:
    world.aid("44", "11", activate_wait_s=240, release_wait_s=120)
    for _ in range(2):
        world.agent("67")
        world.waits("67")
    for _ in range(4):
        world.agent("75")
    first = world.waits("67")  # 1 x 240 / 2
    assert world.offered_to(first) is None
    assert world.decisions(first)[-1]["inputs"]["reason"] == "below-threshold"
    second = world.waits("67")  # 2 x 240 / 2
    assert world.offered_to(first) is not None  # it is the older call's turn
    assert world.offered_to(second) is None or world.rt.db.dialect == "postgresql"  # which looks again


def is_aided(world: World, region_code: str = "44") -> bool:
    mine = aid_activation.c.region_code == region_code
    return bool(world.rows(sa.select(aid_activation.c.active).where(mine))[0].active)


def test_aid_stays_open_for_half_an_hour_and_closes_when_somebody_is_idle_below_the_threshold(
    world: World,
) -> None:
    world.aid("44", "11", activate_wait_s=240, release_wait_s=70)
    agents = [world.agent("67") for _ in range(2)]
    for agent in agents:
        world.waits("67")
        world.connect(agent)
    waiting = [world.waits("67"), world.waits("67")]  # 240 s: opens; nobody can help yet
    helpers = [world.agent("75") for _ in range(4)]
    assert [world.offered_to(call) in helpers for call in waiting] == [True, True]
    below = world.waits("67")  # 240 / (2 at home + 2 lent) = 60 s
    assert world.offered_to(below) in helpers
    world.later(1795)
    free_again(world, agents[0])  # nobody waits and somebody is idle, but it has not lasted half an hour
    assert is_aided(world)
    world.later(5)
    free_again(world, agents[1])
    assert not is_aided(world)


def free_again(world: World, agent: str) -> None:
    routing.hang_up(world.rt, agent)
    routing.dispose(world.rt, agent, "reached")


def test_aid_is_opened_no_more_than_twice_an_hour(world: World) -> None:
    world.aid("44", "11", activate_wait_s=240, release_wait_s=120)
    home = world.agent("67")
    opened = []
    for second in range(0, 3600, 100):
        world.waits("67", max_wait_s=50)
        world.connect(home)
        was_aided = second > 0 and is_aided(world)
        world.waits("67", max_wait_s=50)
        opened += [second] if is_aided(world) and not was_aided else []
        world.later(100)
        routing.expire_entries(world.rt)
        free_again(world, home)
    assert opened == [0, 1800]


def test_two_regions_do_not_hold_each_others_calls(world: World) -> None:
    world.aid("11", "44", activate_wait_s=1, release_wait_s=0)
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    world.declare_aid("44", reserve=0)
    world.declare_aid("11", reserve=0)
    helper = world.agent("67")
    foreign = world.waits("75")
    assert world.offered_to(foreign) == helper
    world.connect(helper)
    idle = world.agent("75", languages=["ar"])  # of a region whose call is held there
    call = world.waits("67", language="ar")
    assert world.offered_to(call) is None
    assert "11=itself-aided" in world.decisions(call)[-1]["inputs"]["reason"]
    free_again(world, helper)
    again = world.waits("67", language="ar")
    assert idle in (world.offered_to(call), world.offered_to(again))


def test_a_region_with_calls_its_free_agents_could_take_helps_nobody(saturated: World) -> None:
    for _ in range(3):
        saturated.agent("75", skills=["appointment"])
    foreign = saturated.waits("67", skill="appointment")
    assert saturated.offered_to(foreign) is not None  # one helper gone, two idle
    own = saturated.waits("75", skill="tracing")  # waits, but for another skill
    second = saturated.waits("67", skill="appointment")
    assert saturated.offered_to(own) is None
    assert saturated.offered_to(second) is not None


def test_opting_out_holds_from_the_next_decision(saturated: World) -> None:
    for _ in range(4):
        saturated.agent("75")
    saturated.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    first = _overflowing(saturated)
    assert saturated.offered_to(first) is not None
    saturated.declare_aid("11", opted_out=True)
    second = _overflowing(saturated)
    saturated.agent("75")  # and a freed helper does not take it either
    assert saturated.offered_to(second) is None
    assert "11=opted-out" in saturated.decisions(second)[-1]["inputs"]["reason"]


def test_the_cap_of_an_agreement_is_kept(world: World) -> None:
    world.aid("44", "11", cap=1, activate_wait_s=1, release_wait_s=0)
    for _ in range(5):
        world.agent("75")
    first, second = world.waits("67"), world.waits("67")
    assert world.offered_to(first) is not None
    assert world.offered_to(second) is None
    assert "11=pair-cap" in world.decisions(second)[-1]["inputs"]["reason"]


def test_helpers_are_asked_by_rank_then_by_what_they_can_spare(world: World) -> None:
    world.aid("44", "11", rank=2, activate_wait_s=1, release_wait_s=0)
    world.aid("44", "84", rank=2, activate_wait_s=1, release_wait_s=0)
    world.aid("44", "53", rank=1, activate_wait_s=1, release_wait_s=0)
    for platform in ("75", "75", "69", "69", "69", "35", "35"):
        world.agent(platform)
    regions = []
    for _ in range(3):
        call = world.waits("67")
        agent = world.offered_to(call)
        assert agent is not None
        regions.append(world.agent_row(agent).region_code)
    assert regions == ["53", "84", "11"]  # 84 spares 2 of 3, 11 spares 1 of 2; then 1 of 3 against 1 of 2


def test_a_further_agreement_opens_at_its_own_threshold(saturated: World) -> None:
    saturated.aid("44", "84", rank=2, activate_wait_s=900, release_wait_s=10)
    for _ in range(3):
        saturated.agent("69")
    call = _overflowing(saturated)
    assert saturated.offered_to(call) is None
    assert "84=not-open" in saturated.decisions(call)[-1]["inputs"]["reason"]
    for _ in range(2):
        _overflowing(saturated)
    assert saturated.offered_to(call) is None  # 3 x 240 = 720 s
    _overflowing(saturated)  # 960 s
    assert saturated.offered_to(call) is not None


def test_a_freed_helper_takes_its_own_calls_first(saturated: World) -> None:
    saturated.declare_aid("11", reserve=0)
    foreign = _overflowing(saturated)
    saturated.later(30)
    own = saturated.waits("75")
    helper = saturated.agent("75")
    assert saturated.offered_to(own) == helper
    assert saturated.offered_to(foreign) is None
    second = saturated.agent("75")
    assert saturated.offered_to(foreign) == second


@pytest.mark.parametrize(("calm", "worse"), [("69", "67"), ("67", "69")])
def test_a_freed_helper_goes_where_the_wait_is_longest(world: World, calm: str, worse: str) -> None:
    for aided in ("44", "84"):
        world.aid(aided, "11", activate_wait_s=1, release_wait_s=0)
    world.declare_aid("11", reserve=0)
    first = world.waits(calm)
    waiting = [world.waits(worse), world.waits(worse)]
    for platform in (calm, worse):  # on duty, so that waits are finite: 240 s and 480 s
        world.agent(platform, languages=["de"])
    helper = world.agent("75")
    assert world.offered_to(waiting[0]) == helper
    assert world.offered_to(first) is None


def test_aid_rotates_among_those_who_aided_longest_ago(world: World) -> None:
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    first, second, third = (world.agent("75") for _ in range(3))
    world.waits("67")
    world.connect(first)
    routing.hang_up(world.rt, first)
    world.later(5)
    routing.dispose(world.rt, first, "reached")
    again = world.waits("67")
    assert world.offered_to(again) == second
    assert world.agent_row(first).last_aid_at is not None
    assert third


def test_an_overflow_is_a_connection_with_an_agent_of_another_region(saturated: World) -> None:
    helpers = [saturated.agent("75"), saturated.agent("75")]
    _overflowing(saturated)
    saturated.connect(helpers[0])
    told = [event for event in saturated.told if isinstance(event, EntryConnected)]
    assert [(event.region_code, event.agent_region, event.overflow) for event in told] == [("44", "11", True)]
    with saturated.rt.db.read() as tx:
        matrix = routing.aid_matrix(tx, saturated.deadline(-60), saturated.deadline(60))
    assert matrix == [{"home": "44", "agent_region": "11", "connected": 1, "overflow": True}]


def test_a_wait_is_written_down_when_its_reason_changes_and_not_again(saturated: World) -> None:
    call = _overflowing(saturated)
    before = saturated.count_decisions()
    for _ in range(3):
        saturated.agent("35")  # changes nothing for this call
        with saturated.rt.db.begin() as tx:
            routing.offer_next(tx, [], entered="44")
    assert saturated.count_decisions() == before
    saturated.agent("75")  # now the helper has one agent, its reserve
    with saturated.rt.db.begin() as tx:
        routing.offer_next(tx, [], entered="44")
    assert [decision["inputs"]["reason"] for decision in saturated.decisions(call)] == [
        "helpers-cannot:11=reserve"
    ]
    saturated.declare_aid("11", opted_out=True)
    with saturated.rt.db.begin() as tx:
        routing.offer_next(tx, [], entered="44")
    assert len(saturated.decisions(call)) == 2


def test_every_entry_that_waits_has_at_least_one_sentence(saturated: World) -> None:
    calls = [_overflowing(saturated) for _ in range(3)]
    for call in calls:
        decision = saturated.decisions(call)[0]
        assert decision["sentence"].startswith("Grand Est: ")
        assert decision["sentence"].endswith("the call keeps its place.")
        assert decision["sentence_fr"].endswith("l'appel garde sa place.")


def test_an_agreement_out_of_its_dates_is_not_asked(saturated: World) -> None:
    for _ in range(3):
        saturated.agent("75")
    saturated.aid("44", "11", starts_at=saturated.deadline(3600))
    assert saturated.offered_to(_overflowing(saturated)) is None
    saturated.aid("44", "11", ends_at=saturated.deadline(0))
    assert saturated.offered_to(_overflowing(saturated)) is None


def test_terms_that_make_no_sense_are_refused(world: World) -> None:
    with pytest.raises(Invalid, match="agreement-self"):
        world.aid("44", "44")
    with pytest.raises(Invalid, match="agreement-thresholds"):
        world.aid("44", "11", activate_wait_s=10, release_wait_s=20)
    with pytest.raises(Invalid, match="floor-invalid"):
        world.declare_aid("11", floor=1.0)
    with pytest.raises(Invalid, match="reserve-invalid"):
        world.declare_aid("11", reserve=-1)
    with pytest.raises(NotFound, match="region-unknown"):
        world.declare_aid("99")
