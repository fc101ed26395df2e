"""Plans of faults: read, drawn, kept in the log, and made to happen again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from callsvc.simulator.faults.file import load_plan, load_replay
from callsvc.simulator.faults.plan import KINDS
from callsvc.simulator.faults.striking import Faults
from callsvc.simulator.ledger.store import Store
from callsvc.simulator.stepping import SteppedClock
from callsvc.simulator.testing import MONDAY, running_simulator
from tests.simulator.service import OURS

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "simulator.md"
SUBJECTS = [f"+3363998{number:04d}" for number in range(4)]
PLACES = [("calls.create", ["error-before", "delay", "throttle"]), ("status-callback", ["drop", "reorder"])]


class StandingClock(SteppedClock):
    """A clock a test moves by hand."""

    def jump(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(MONDAY)


@pytest.fixture
def faults(clock: StandingClock) -> Iterator[Faults]:
    store = Store(None)
    yield Faults("1", store, clock)
    store.close()


def struck(faults: Faults, events: list[tuple[str, str]]) -> list[str | None]:
    found: list[str | None] = []
    for place, subject in events:
        if place == "status-callback" and faults.strikes_order(place, subject):
            found.append("reorder")
            continue
        strike = faults.strike(place, subject)
        found.append(strike.kind if strike else None)
    return found


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"on": "moon", "kind": "drop"}, "on: unknown place"),
        ({"on": "calls.create", "kind": "reorder"}, "kind: unknown kind"),
        ({"on": "calls.create", "kind": "throttle", "probability": 2}, "probability: give"),
        ({"on": "calls.create", "kind": "throttle", "times": 0}, "times: give"),
        ({"on": "calls.create", "kind": "delay", "seconds": "long"}, "seconds: 'long'"),
        ({"on": "calls.create", "kind": "delay", "from": "noon"}, "from: give lived seconds"),
        ({"on": "calls.create", "kind": "delay", "until": "2020-11-16T09:00:00"}, "until: the instant needs"),
        ({"on": "calls.create", "kind": "delay", "often": True}, "often: no such field"),
        ("throttle", "a fault is an object"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_its_field(
    faults: Faults, wanted: Any, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        faults.plan(wanted)
    assert faults.listing() == []


def test_a_fault_strikes_within_its_window_of_lived_time(faults: Faults, clock: StandingClock) -> None:
    faults.plan({"on": "calls.create", "kind": "throttle", "from": 60, "until": 120})
    kinds = []
    for _ in range(3):
        kinds.append(faults.strike("calls.create", "a"))
        clock.jump(61)
    assert [kind is not None for kind in kinds] == [False, True, False]


def test_a_file_is_refused_with_its_line_and_field(faults: Faults, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "seed: a\nfaults:\n  - {on: calls.create, kind: throttle}\n  - on: moon\n    kind: drop\n"
    )
    with pytest.raises(ValueError, match=r"plan.yaml, line 4, fault 2: on: unknown place 'moon'"):
        load_plan(faults, path)
    path.write_text("faults: [\n")
    with pytest.raises(ValueError, match=r"plan.yaml, line 2"):
        load_plan(faults, path)


def test_one_entry_may_name_several_places_and_a_file_its_seed(faults: Faults, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("seed: w\nfaults:\n  - {on: [calls.create, messages.create], kind: throttle}\n")
    assert load_plan(faults, path) == 1
    assert [(plan["on"], plan["seed"]) for plan in faults.listing()] == [
        ("calls.create", "w"),
        ("messages.create", "w"),
    ]


events = st.lists(
    st.tuples(st.sampled_from([place for place, _ in PLACES]), st.sampled_from(SUBJECTS)), max_size=40
)
plans = st.lists(
    st.sampled_from(PLACES).flatmap(
        lambda place: st.fixed_dictionaries(
            {"on": st.just(place[0]), "kind": st.sampled_from(place[1])},
            optional={"probability": st.floats(0, 1), "times": st.integers(1, 5)},
        )
    ),
    max_size=4,
)


def by_subject(events: list[tuple[str, str]], kinds: list[str | None]) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for event, kind in zip(events, kinds, strict=True):
        found.setdefault(event, []).append(kind)
    return found


@settings(max_examples=60, deadline=None)
@given(planned=plans, asked=events, data=st.data())
def test_a_replayed_log_strikes_the_same_requests_in_any_order_of_their_subjects(
    planned: list[dict[str, Any]], asked: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Whatever interleaving: what counts is the how many-eth request of a place for one subject."""
    one, other = Store(None), Store(None)
    try:
        first, second = Faults("1", one, StandingClock(MONDAY)), Faults("2", other, StandingClock(MONDAY))
        for plan in planned:
            first.plan(plan)
        kinds = struck(first, asked)
        log = json.loads(json.dumps(first.log.entries()))
        assert [entry["ordinal"] for entry in log] == list(range(1, len(log) + 1))
        assert [entry["kind"] for entry in log] == [kind for kind in kinds if kind]
        assert second.replay(log) == len(log)
        again = data.draw(st.permutations(asked))
        assert by_subject(again, struck(second, again)) == by_subject(asked, kinds)
    finally:
        one.close()
        other.close()


@settings(max_examples=30, deadline=None)
@given(asked=events, data=st.data())
def test_without_a_limit_of_times_the_order_of_requests_does_not_matter(
    asked: list[tuple[str, str]], data: st.DataObject
) -> None:
    again = data.draw(st.permutations(asked))
    found = []
    for order in (asked, again):
        store = Store(None)
        faults = Faults("winter", store, StandingClock(MONDAY))
        faults.plan({"on": [place for place, _ in PLACES], "kind": "delay", "probability": 0.4})
        found.append(by_subject(order, struck(faults, order)))
        store.close()
    assert found[0] == found[1]


def test_seeds_differ_and_the_weights_are_kept() -> None:
    def run(seed: str) -> list[bool]:
        store = Store(None)
        faults = Faults(seed, store, StandingClock(MONDAY))
        faults.plan({"on": "calls.create", "kind": "throttle", "probability": 0.3})
        drawn = [faults.strike("calls.create", f"+3363998{number:04d}") is not None for number in range(200)]
        store.close()
        return drawn

    assert run("a") == run("a") != run("b")
    assert 35 < sum(run("a")) < 85


def test_what_is_no_log_is_not_replayed(faults: Faults, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="replay: not a list of entries"):
        faults.replay([{"place": "calls.create"}])
    path = tmp_path / "log.json"
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"log.json"):
        load_replay(faults, path)


def test_every_place_and_kind_is_documented() -> None:
    page = DOCUMENTATION.read_text()
    words = {*KINDS, *(kind for kinds in KINDS.values() for kind in kinds)}
    assert [word for word in words if f"`{word}`" not in page] == []


def test_a_clock_that_is_wrong_shows_in_every_date_and_not_in_the_ledger() -> None:
    with running_simulator(stepped=True) as simulator:
        simulator.fault(on="clock", kind="skew", seconds=90, until=10)
        account = simulator.settings.account_sid
        url = f"{simulator.address}/2010-04-01/Accounts/{account}/Calls.json"
        with requests.Session() as session:
            session.trust_env = False
            session.auth = (account, simulator.settings.auth_token)
            made = session.post(
                url, data={"To": "+33639980001", "From": OURS, "Twiml": "<Response/>"}, timeout=5
            )
            assert parsedate_to_datetime(made.json()["date_created"]) == MONDAY + timedelta(seconds=90)
            date = parsedate_to_datetime(made.headers["Date"])
            assert 85 < (date - datetime.now(date.tzinfo)).total_seconds() < 95
            assert [entry["kind"] for entry in simulator.fault_log()] == ["skew"]
            assert simulator.ledger()["calls"][0]["created_at"] == MONDAY.isoformat(timespec="microseconds")
            simulator.step(11)
            later = session.get(url, timeout=5).json()["calls"][0]
        assert parsedate_to_datetime(later["date_created"]) == MONDAY


def test_a_restart_by_plan_ends_live_calls_and_comes_back_on_its_address() -> None:
    with running_simulator(stepped=True) as simulator:
        simulator.add_people([{"number": "+33639980001", "ring": 1}])
        account = simulator.settings.account_sid
        with requests.Session() as session:
            session.trust_env = False
            session.auth = (account, simulator.settings.auth_token)
            session.post(
                f"{simulator.address}/2010-04-01/Accounts/{account}/Calls.json",
                data={
                    "To": "+33639980001",
                    "From": OURS,
                    "Twiml": "<Response><Pause length='90'/></Response>",
                },
                timeout=5,
            )
        simulator.fault(**{"on": "carrier", "kind": "restart", "seconds": 0, "from": 20})
        simulator.step(19)
        assert simulator.ledger()["calls"][0]["status"] == "in-progress"
        simulator.advance(2)
        (call,) = simulator.ledger()["calls"]
        assert (call["status"], call["ended_by"]) == ("failed", "carrier")
        assert [entry["kind"] for entry in simulator.fault_log()] == ["restart"]
        assert simulator.step(until="idle")["idle"]


def test_of_several_plans_one_that_is_wrong_leaves_none_in_force(faults: Faults) -> None:
    good = {"on": "calls.create", "kind": "throttle"}
    with pytest.raises(ValueError, match="on: unknown place"):
        faults.plan_all([good, {"on": "moon", "kind": "drop"}])
    assert faults.listing() == []
    (first, second) = faults.plan_all([good, {"on": "clock", "kind": "skew", "seconds": 9, "from": 60}])
    assert [first.id, second.id] == [one["id"] for one in faults.listing()] == [1, 2]
