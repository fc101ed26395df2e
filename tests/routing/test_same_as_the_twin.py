"""The live router and the twin take the same calls by the same letters: small countries, event by event.

The twin plays a day of a few regions in which every agent can do everything. Then the same calls arrive,
wait, give up and end in the live service, at the same instants of a moved clock; whoever is offered a call
takes it at once. Which region takes which call, by which letter, must be the same from the first to the last.
"""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.planning.twin.day import Day
from callsvc.planning.twin.policies import ours
from callsvc.planning.twin.policies.ours import Ours
from callsvc.planning.twin.queues import WAITING, Queued
from callsvc.planning.twin.traces import Trace
from callsvc.routing import freeing
from callsvc.routing import service as routing
from callsvc.routing.rules.measuring import AHT_S
from callsvc.routing.rules.proximity import nearest
from callsvc.routing.rules.regions import NOBODY
from callsvc.routing.rules.terms import ORDERS, Terms
from callsvc.routing.tables import queue_entry, reservation, routing_decision
from callsvc.routing.terms import change_terms
from tests.conftest import stopped_world
from tests.routing.world import Waiting, World

REGIONS = {"44": "67", "11": "75", "84": "69", "53": "35"}
Choice = tuple[int, str, str]
"""The call, the region whose agent takes it, the letter."""

SEEDS = (0, 154, 197)
"""One of each order of service; between them they go by every letter, and by turns among late calls."""


class Small:
    """A small country drawn from a seed: agents, opt-outs, calls on a grid that both clocks hold exactly."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self.agents = {code: random.randint(1, 5) for code in REGIONS}
        self.out = {code for code in REGIONS if random.random() < 0.15}
        self.terms = Terms(order=ORDERS[seed % 3], second_share=random.choice((0.0, 0.5, 1.0)))
        codes = list(REGIONS)
        hot = random.choice(codes)
        calls, at = [], 0.0
        for _ in range(60):
            at += _grid(random.expovariate(1 / 6))
            home = hot if random.random() < 0.5 else random.choice(codes)
            patience, needs = random.expovariate(1 / 60), random.expovariate(1 / 90)
            calls.append((at, codes.index(home), _grid(patience), _grid(needs), 1.0, 1.0))
        self.trace = Trace(calls)


def _grid(seconds: float) -> float:
    """A sixty-fourth of a second is a whole number of microseconds, and a binary fraction."""
    return (int(seconds * 64) + 1) / 64


def by_the_twin(small: Small, monkeypatch: pytest.MonkeyPatch) -> list[Choice]:
    """What the twin's policy does with it."""
    regions = [Queued(n, code, small.agents[code], handle_s=AHT_S) for n, code in enumerate(REGIONS)]
    for region in regions:
        region.opted_out = region.code in small.out
        order = nearest(region.code)
        region.near = sorted(
            (one for one in regions if one is not region), key=lambda one: order.index(one.code)
        )
    told = Told(small.terms)
    monkeypatch.setattr(ours, "choose_work", told.work(ours.choose_work))
    monkeypatch.setattr(ours, "choose_helper", told.helper(ours.choose_helper))
    day = Day(regions, small.trace, told)
    day.watch = _put_in_order
    taken = day.connect

    def connect(call: int, helper: Queued) -> None:
        told.choices.append((call, helper.code, told.letter))
        told.letter = "a"  # of an arrival where somebody is idle
        taken(call, helper)

    monkeypatch.setattr(day, "connect", connect)
    day.run()
    return told.choices


class Told(Ours):
    """Our policy, and what it chose."""

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self.choices: list[Choice] = []
        self.letter = "a"

    def work(self, choose: Callable[..., Any]) -> Callable[..., Any]:
        def chosen(*args: Any) -> Any:
            found = choose(*args)
            self.letter = found.letter if found else "a"
            return found

        return chosen

    def helper(self, choose: Callable[..., Any]) -> Callable[..., Any]:
        def chosen(home: Queued) -> Any:
            found = choose(home)
            self.letter = "arrival" if found else "a"
            return found

        return chosen


def _put_in_order(day: Day) -> None:
    """Equal waits are told apart by which queue comes first. The service cannot know since when a queue has
    not been empty; it orders them by who waits there longest.
    """
    at, home = day.trace.at, day.trace.home
    oldest: dict[int, float] = {}
    for call, state in enumerate(day.state):
        if state == WAITING:
            oldest.setdefault(home[call], at[call])
    day.country.pressed.sort(key=lambda region: (oldest[region.index], region.code))


class Live:
    """The same day in the service."""

    def __init__(self, world: World, small: Small) -> None:
        self.world, self.small = world, small
        self.heap: list[tuple[float, int, int]] = []
        self.entries: dict[int, Waiting] = {}
        self.agents: dict[int, str] = {}
        self.choices: list[Choice] = []
        self.now = 0.0
        for code, platform in REGIONS.items():
            world.declare_aid(code, opted_out=code in small.out)
            for _ in range(small.agents[code]):
                world.agent(platform)
        for aided in REGIONS:
            for aiding in REGIONS:
                if aided != aiding:
                    world.aid(aided, aiding, activate_wait_s=10, release_wait_s=5, cap=1000)

    def run(self) -> list[Choice]:
        trace, arriving = self.small.trace, 0
        upcoming = trace.at[0]
        while self.heap or arriving < len(trace):
            if self.heap and self.heap[0][0] <= upcoming:
                at, kind, call = heappop(self.heap)
                self.move_to(at)
                self.ends(call) if kind else self.leaves(call)
            else:
                self.move_to(upcoming)
                self.arrives(arriving)
                arriving += 1
                upcoming = trace.at[arriving] if arriving < len(trace) else NOBODY
        return self.choices

    def move_to(self, at: float) -> None:
        self.world.later(at - self.now)
        self.now = at

    def arrives(self, call: int) -> None:
        platform = list(REGIONS.values())[self.small.trace.home[call]]
        self.entries[call] = self.world.waits(platform, max_wait_s=36_000)
        heappush(self.heap, (self.small.trace.leaves[call], 0, call))
        self.take_offers()

    def leaves(self, call: int) -> None:
        with self.world.rt.db.begin() as tx:
            routing.leave_queue(tx, self.entries[call].leg_id, "hung-up")

    def ends(self, call: int) -> None:
        agent = self.agents.pop(call)
        region = self.world.agent_row(agent).region_code
        routing.hang_up(self.world.rt, agent)
        routing.dispose(self.world.rt, agent, "reached")
        while self.take_offers():  # the rules are asked again once the last call is booked
            with self.world.rt.db.begin() as tx:
                routing.offer_next(tx, [region])

    def take_offers(self) -> int:
        offers = self.world.rows(
            sa.select(
                reservation.c.agent_id,
                reservation.c.agent_region,
                reservation.c.entry_id,
                routing_decision.c.inputs,
            )
            .join(routing_decision, routing_decision.c.id == reservation.c.decision_id)
            .where(reservation.c.state == "pending")
        )
        for row in offers:
            call = next(number for number, one in self.entries.items() if one.entry_id == row.entry_id)
            self.choices.append((call, row.agent_region, row.inputs["letter"]))
            self.world.connect(row.agent_id)
            self.agents[call] = row.agent_id
            heappush(self.heap, (self.now + self.small.trace.needs[call], 1, call))
        return len(offers)


@pytest.fixture
def quick(tmp_path: Path, sqlite_template: Path, settings: Settings) -> Iterator[World]:
    """A world on SQLite, whose writers take turns as the twin's events do."""
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = connect(f"sqlite:///{path}")
    yield World(stopped_world(engine, settings)).open()
    engine.dispose()


def test_the_worlds_that_are_compared_go_by_every_order_of_service_and_every_letter() -> None:
    letters = set()
    for seed in SEEDS:
        with pytest.MonkeyPatch.context() as patched:
            letters |= {letter for _, _, letter in by_the_twin(Small(seed), patched)}
    assert letters == {"a", "b", "c", "d", "e", "arrival"}
    assert {Small(seed).terms.order for seed in SEEDS} == set(ORDERS)


@pytest.mark.parametrize("seed", [*SEEDS, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 60))])
def test_the_live_router_takes_the_same_calls_by_the_same_letters_as_the_twin(
    quick: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Small(seed)
    monkeypatch.setattr(freeing, "MOST_OFFERS", 1)
    with quick.rt.db.begin() as tx:
        change_terms(
            tx,
            None,
            order=small.terms.order,
            second_share=small.terms.second_share,
            computed_reserve=False,
            callback_after_s=None,
        )
    live = Live(quick, small).run()
    twin = by_the_twin(small, monkeypatch)
    assert live == twin
    assert quick.rows(sa.select(sa.func.count()).select_from(queue_entry))[0][0] == len(small.trace)
