"""The rules alone, by table."""

import math
from datetime import timedelta

import pytest

from callsvc.routing.rules import choose, is_active, predicted_wait, region_wait, why_not
from callsvc.routing.views import Agreement, Aid, Entry, FreeAgent, RegionView, Snapshot
from tests.conftest import MORNING

FR = ("tracing", "fr")


def a_region(code: str, **traits: object) -> RegionView:
    values: dict[str, object] = {
        "name": code,
        "waiting": {},
        "on_duty": 10,
        "idle": 5,
        "on_duty_for": {FR: 10},
        "idle_for": {FR: 5},
    }
    return RegionView(code=code, **(values | traits))  # type: ignore[arg-type]


def an_agreement(aiding: str = "11", **terms: int) -> Agreement:
    defaults = {"rank": 1, "activate_wait_s": 60, "release_wait_s": 30, "cap": 5}
    return Agreement(aided="44", aiding=aiding, **(defaults | terms))


def an_agent(name: str, region: str = "44", platform: str = "67", pool: str = "", idle_s: float = 0, **last):
    return FreeAgent(
        id=name,
        region=region,
        platform=platform,
        pool=pool,
        idle_since=MORNING - timedelta(seconds=idle_s),
        **last,
    )


def an_entry(**traits: object) -> Entry:
    values: dict[str, object] = {
        "id": "ent1",
        "region": "44",
        "platform": "67",
        "pool": "alsace",
        "skill": "tracing",
        "language": "fr",
        "entered_at": MORNING,
    }
    return Entry(**(values | traits))  # type: ignore[arg-type]


SATURATED = a_region("44", waiting={FR: 14}, on_duty=16, idle=0, on_duty_for={FR: 16}, idle_for={})


def a_snapshot(helper: RegionView | None = None, *agreements: Agreement, free=(), abroad=None, **aid):
    helper = helper or a_region("11")
    return Snapshot(
        region_name="Grand Est",
        platform_name="Bas-Rhin",
        free=tuple(free),
        aid=Aid(
            home=aid.pop("home", SATURATED),
            agreements=agreements or (an_agreement(),),
            helpers={helper.code: helper, "44": SATURATED},
            free={"11": (an_agent("agt9", "11", "75"),)} if abroad is None else abroad,
            **aid,
        ),
    )


@pytest.mark.parametrize(
    ("position", "on_duty", "expected"),
    [(0, 0, 0.0), (0, 5, 0.0), (1, 1, 240.0), (3, 6, 120.0), (1, 0, math.inf), (2, -1, math.inf)],
)
def test_predicted_wait(position: int, on_duty: int, expected: float) -> None:
    assert predicted_wait(position, on_duty) == expected


def test_the_wait_of_a_region_is_that_of_its_worst_group() -> None:
    arabic = ("tracing", "ar")
    region = a_region("44", waiting={FR: 2, arabic: 2}, on_duty=10, on_duty_for={FR: 10, arabic: 1})
    assert region_wait(region) == 480.0
    assert region_wait(a_region("44", waiting={arabic: 1}, on_duty_for={FR: 10})) == math.inf
    lent = a_region("44", waiting={FR: 4}, on_duty=10, aid_in={FR: 2}, aid_out=4)
    assert region_wait(lent) == 4 * 240 / 8


@pytest.mark.parametrize(
    ("was", "wait_s", "now"),
    [
        (False, 59.9, False),
        (False, 60, True),
        (True, 59, True),
        (True, 30, True),
        (True, 29.9, False),
        (False, math.inf, True),
    ],
)
def test_aid_opens_at_one_threshold_and_closes_below_the_other(was: bool, wait_s: float, now: bool) -> None:
    assert is_active(was, wait_s, [an_agreement()]) is now


def test_without_an_agreement_no_region_is_aided() -> None:
    assert not is_active(True, math.inf, [])
    decision = choose(
        an_entry(), Snapshot(region_name="", platform_name="", free=(), aid=_no_agreement()), MORNING
    )
    assert (decision.kind, decision.reason) == ("wait", "no-agreement")
    assert "no other region has agreed to help" in decision.sentence_en


def _no_agreement() -> Aid:
    return Aid(home=SATURATED, agreements=(), helpers={}, free={})


@pytest.mark.parametrize(
    ("helper", "agreement", "why"),
    [
        ({}, {}, None),
        ({"opted_out": True}, {}, "opted-out"),
        ({"active": True}, {}, "itself-aided"),
        ({"waiting": {FR: 1}}, {}, "own-calls-waiting"),
        ({"waiting": {("tracing", "ar"): 1}}, {}, None),
        ({"waiting": {FR: 0}}, {}, None),
        ({"idle": 2, "reserve": 2}, {}, "reserve"),
        ({"idle": 3, "reserve": 2}, {}, None),
        ({}, {"in_progress": 5, "cap": 5}, "cap"),
        ({}, {"in_progress": 4, "cap": 5}, None),
    ],
)
def test_why_a_helper_may_not_help(helper: dict, agreement: dict, why: str | None) -> None:
    terms = an_agreement(**agreement)
    snapshot = a_snapshot(a_region("11", **helper), terms)
    assert snapshot.aid is not None
    assert why_not(terms, snapshot.aid, 210.0, frozenset()) == why


def test_a_helper_without_a_matching_agent_or_being_decided_about_is_passed_over() -> None:
    nobody = choose(an_entry(), a_snapshot(abroad={}), MORNING)
    assert nobody.reason == "helpers-cannot:11=nobody-matches"
    deciding = choose(an_entry(), a_snapshot(deciding=frozenset({"11"})), MORNING)
    assert deciding.reason == "helpers-cannot:11=deciding"


def test_a_decision_reads_as_a_supervisor_would_say_it() -> None:
    ile_de_france = a_region("11", name="Île-de-France", reserve=2)
    home = a_region("44", name="Grand Est", waiting={FR: 14}, on_duty=16, idle=0, on_duty_for={FR: 16})
    decision = choose(an_entry(), a_snapshot(ile_de_france, home=home), MORNING)
    assert decision.sentence_en == (
        "Grand Est: 14 wait, about 210 s; Île-de-France has 5 idle agents and keeps 2, "
        "so agent agt9 is offered this call (aid, rank 1)."
    )
    assert decision.sentence_fr == (
        "Grand Est : 14 en attente, environ 210 s ; Île-de-France a 5 agents libres et en garde 2 : "
        "cet appel est proposé à l'agent agt9 (entraide, rang 1)."
    )


@pytest.mark.parametrize(
    ("free", "kind", "agent"),
    [
        ([an_agent("far", platform="57"), an_agent("near")], "platform", "near"),
        (
            [an_agent("far", platform="57", idle_s=99), an_agent("mate", platform="68", pool="alsace")],
            "pool",
            "mate",
        ),
        ([an_agent("far", platform="57")], "region", "far"),
        ([an_agent("b", idle_s=5), an_agent("a", idle_s=50), an_agent("c")], "platform", "a"),
        ([an_agent("b", idle_s=5), an_agent("a", idle_s=5)], "platform", "a"),
    ],
)
def test_home_is_asked_platform_first_then_pool_then_region(free: list, kind: str, agent: str) -> None:
    snapshot = Snapshot(region_name="Grand Est", platform_name="Bas-Rhin", free=tuple(free))
    decision = choose(an_entry(), snapshot, MORNING)
    assert (decision.kind, decision.agent_id, decision.to_region) == (kind, agent, "44")
    assert agent in decision.sentence_en and agent in decision.sentence_fr


def test_platforms_that_answer_alone_are_no_pool() -> None:
    stranger = an_agent("far", platform="57", pool="")
    snapshot = Snapshot(region_name="", platform_name="", free=(stranger,))
    assert choose(an_entry(pool=""), snapshot, MORNING).kind == "region"


def test_who_let_the_last_offer_pass_is_asked_again_only_if_nobody_else_can() -> None:
    entry = an_entry(refused_by=frozenset({"agt1"}))
    both = Snapshot(region_name="", platform_name="", free=(an_agent("agt1", idle_s=60), an_agent("agt2")))
    assert choose(entry, both, MORNING).agent_id == "agt2"
    assert choose(entry, a_snapshot(free=[an_agent("agt1")]), MORNING).agent_id == "agt9"  # aid before them
    alone = a_snapshot(free=[an_agent("agt1")], abroad={})
    assert choose(entry, alone, MORNING).agent_id == "agt1"


def test_aid_rotates_to_those_who_aided_longest_ago() -> None:
    free = (
        an_agent("yesterday", "11", idle_s=500, last_aid_at=MORNING - timedelta(days=1)),
        an_agent("never", "11", idle_s=5),
        an_agent("just", "11", idle_s=900, last_aid_at=MORNING),
    )
    assert choose(an_entry(), a_snapshot(abroad={"11": free}), MORNING).agent_id == "never"
    assert choose(an_entry(), a_snapshot(abroad={"11": (free[0], free[2])}), MORNING).agent_id == "yesterday"
