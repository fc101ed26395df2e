"""What holds of every decision, whatever the figures."""

import json
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from callsvc.routing.rules import choose, order
from callsvc.routing.views import Aid, Entry, RegionView, Snapshot
from tests.conftest import MORNING
from tests.routing.test_rules import FR, an_agent, an_agreement, an_entry


def _regions(code: str) -> st.SearchStrategy[RegionView]:
    counts = st.dictionaries(
        st.sampled_from([FR, ("tracing", "ar"), ("appointment", "fr")]), st.integers(0, 9)
    )
    return st.builds(
        RegionView,
        code=st.just(code),
        name=st.just(f"Region {code}"),
        waiting=counts,
        on_duty=st.integers(0, 30),
        idle=st.integers(0, 10),
        on_duty_for=counts,
        idle_for=counts,
        aid_in=counts,
        aid_out=st.integers(0, 5),
        reserve=st.integers(0, 5),
        opted_out=st.booleans(),
        active=st.booleans(),
    )


@st.composite
def snapshots(draw: st.DrawFn) -> tuple[Entry, Snapshot]:
    helpers = {code: draw(_regions(code)) for code in ("11", "84", "53")}
    agreements = [
        an_agreement(
            code,
            rank=draw(st.integers(1, 3)),
            activate_wait_s=draw(st.integers(30, 300)),
            release_wait_s=draw(st.integers(0, 30)),
            cap=draw(st.integers(0, 4)),
            in_progress=draw(st.integers(0, 4)),
        )
        for code in helpers
        if draw(st.booleans())
    ]
    free = {
        code: tuple(an_agent(f"agt{code}-{n}", code) for n in range(draw(st.integers(0, 3))))
        for code in helpers
    }
    barred = draw(
        st.frozensets(st.sampled_from([agent.id for many in free.values() for agent in many] or ["x"]))
    )
    home = draw(_regions("44"))
    aid = Aid(home=home, agreements=tuple(agreements), helpers=helpers | {"44": home}, free=free)
    at_home = [an_agent("agt44")] if draw(st.booleans()) else []
    snapshot = Snapshot(region_name="", platform_name="", free=tuple(at_home), aid=aid)
    return an_entry(refused_by=barred), snapshot


@given(snapshots())
def test_aid_never_breaks_what_protects_the_helper(given_: tuple[Entry, Snapshot]) -> None:
    entry, snapshot = given_
    decision = choose(entry, snapshot, MORNING)
    if decision.kind != "aid":
        return
    assert snapshot.aid is not None and decision.to_region is not None
    helper = snapshot.aid.helpers[decision.to_region]
    agreement = next(one for one in snapshot.aid.agreements if one.aiding == helper.code)
    assert helper.idle - 1 >= helper.reserve, "below the reserve"
    assert not helper.opted_out
    assert not helper.active, "two ways"
    assert agreement.in_progress < agreement.cap
    assert not any(count and helper.idle_for.get(group) for group, count in helper.waiting.items())
    assert decision.active, "aid outside an active region"
    assert not snapshot.free, "somebody at home was free"
    assert decision.agent_id in {agent.id for agent in snapshot.aid.free[helper.code]}


@given(snapshots())
def test_every_decision_has_a_sentence_in_both_languages_and_inputs_fit_for_json(
    given_: tuple[Entry, Snapshot],
) -> None:
    decision = choose(*given_, MORNING)
    assert decision.sentence_en.endswith(".") and decision.sentence_fr.endswith(".")
    json.dumps(decision.inputs, allow_nan=False)
    assert (decision.kind == "wait") == (decision.agent_id is None)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), min_size=1, max_size=20).map(
        lambda many: [
            (priority, MORNING + timedelta(seconds=s), f"ent{n}") for n, (priority, s) in enumerate(many)
        ]
    ),
    st.data(),
)
def test_a_rejected_entry_stands_where_it_stood(
    entries: list[tuple[int, datetime, str]], data: st.DataObject
) -> None:
    """Rejection changes nothing the order looks at, so taking one out and back in restores the queue."""
    queue = sorted(entries, key=lambda entry: order(*entry))
    rejected = data.draw(st.sampled_from(queue))
    rest = [entry for entry in queue if entry is not rejected]
    assert sorted([*rest, rejected], key=lambda entry: order(*entry)) == queue
    priorities = [entry[0] for entry in queue]
    assert priorities == sorted(priorities, reverse=True)
