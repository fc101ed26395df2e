"""A decision that asks nobody what they can do comes to the same as one that asks everybody.

The same small country twice, event by event: agents of different themes and languages, calls with and without
a priority, offers refused, a platform on its own phone, regions that lend, opted out and that keep some.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.platforms.delegating import declare_delegation
from callsvc.routing import freeing, helping
from callsvc.routing import service as routing
from callsvc.routing.rules.terms import ORDERS
from callsvc.routing.tables import reservation, routing_decision
from callsvc.routing.terms import change_terms
from tests.conftest import stopped_world
from tests.routing.world import PLATFORMS, World

SKILLS, LANGUAGES, EVENTS = ("tracing", "vaccine", "appointment"), ("fr", "ar", "en"), 110
REGIONS = ("44", "11", "84", "53")


@contextmanager
def asking_everybody() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(freeing, "_at_once", lambda *_: ("", None))
        patched.setattr(helping, "_helped_at_once", lambda *_: "")
        yield


class Afternoon:
    """Drawn from a seed, so that it can be lived twice."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, Random(seed)
        with world.rt.db.begin() as tx:
            change_terms(tx, None, order=ORDERS[seed % 3], second_share=0.5)
            own = {"share": 0, "starts_at": tx.now, "ends_at": tx.now + timedelta(minutes=9), "by": "system"}
            declare_delegation(tx, "68", **own)
        agreed = {"activate_wait_s": 20, "release_wait_s": 9, "cap": 3}
        for aided, aiding in permutations(REGIONS, 2):
            if self.random.random() < 0.85:
                world.aid(aided, aiding, rank=self.random.randint(1, 2), **agreed)
        world.declare_aid(self.random.choice(REGIONS), opted_out=True)
        world.declare_aid(self.random.choice(REGIONS), reserve=1)
        for platform, *_ in PLATFORMS:
            for _ in range(self.random.randint(1, 3)):
                self.somebody_new(platform)

    def somebody_new(self, platform: str) -> None:
        self.world.agent(
            platform,
            skills=self.random.sample(SKILLS, self.random.randint(1, 2)),
            languages=["fr", *self.random.sample(LANGUAGES[1:], self.random.randint(0, 2))],
        )

    def live(self) -> None:
        for _ in range(EVENTS):
            self.world.later(self.random.choice((0, 1, 4, 15)))
            offers = self.reservations("pending")
            talks = self.reservations("accepted")
            act = self.random.choices(
                (self.arrives, self.answers, self.refuses, self.ends),
                (5, 4 if offers else 0, 1 if offers else 0, 2.5 if talks else 0),
            )[0]
            act(self.random.choice(offers or [""]), self.random.choice(talks or [""]))

    def reservations(self, state: str) -> list[Any]:
        rows = self.world.rows(sa.select(reservation.c.agent_id).where(reservation.c.state == state))
        return sorted(row.agent_id for row in rows)

    def arrives(self, *_: str) -> None:
        self.world.waits(
            self.random.choice(PLATFORMS[:5])[0],
            skill=self.random.choice(SKILLS),
            language=self.random.choice(LANGUAGES),
            priority=int(self.random.random() < 0.1),
        )

    def answers(self, offered: str, _: str) -> None:
        self.world.connect(offered)

    def refuses(self, offered: str, _: str) -> None:
        self.world.reject(offered)

    def ends(self, _: str, talks: str) -> None:
        routing.hang_up(self.world.rt, talks)
        routing.dispose(self.world.rt, talks, "reached")


def decided(path: Path, template: Path, settings: Settings, seed: int) -> list[Any]:
    """Every decision of the afternoon in its order: who takes which call by which letter, and who waits."""
    path.write_bytes(template.read_bytes())
    engine = connect(f"sqlite:///{path}")
    world = World(stopped_world(engine, settings)).open()
    Afternoon(world, seed).live()
    rows = world.rows(sa.select(routing_decision).order_by(routing_decision.c.at, routing_decision.c.id))
    engine.dispose()
    return [(row.kind, row.entry_id, row.agent_id, row.inputs.get("letter")) for row in rows]


SEEDS = (18, 25)
"""In the one a late call may be taken only because a young one waits beside it; in the other whoever is free
let a call of one region pass, and may take a call of another that needs the same."""


@pytest.mark.parametrize("seed", [*SEEDS, *(pytest.param(n, marks=pytest.mark.long) for n in range(60))])
def test_what_is_decided_at_once_is_what_asking_everybody_comes_to(
    tmp_path: Path, sqlite_template: Path, settings: Settings, seed: int
) -> None:
    at_once = decided(tmp_path / "one.db", sqlite_template, settings, seed)
    with asking_everybody():
        asked = decided(tmp_path / "other.db", sqlite_template, settings, seed)
    assert at_once == asked
    assert {kind for kind, *_ in asked} >= {"platform", "aid", "wait"}
