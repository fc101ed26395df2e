"""One page shows a supervisor who waits, which region helps which, and what agents do, each part live."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.routing.world import World
from tests.supervising.test_pages import chief, shown

__all__ = ["chief"]


@pytest.fixture
def world(rt: Any) -> World:
    """A call of Bas-Rhin is with an agent of Paris, another one waits; Haut-Rhin's agent is on a break."""
    world = World(rt).open()
    world.aid("44", "11", activate_wait_s=0, release_wait_s=0, cap=1)
    world.agent("75"), world.agent("75")
    world.agent("68", ready=False)
    world.connect(str(world.offered_to(world.waits("67", skill="tracing"))))
    world.waits("67", skill="tracing")
    return world


def test_queues_aid_and_agents_are_on_one_page(world: World, chief: FlaskClient) -> None:
    page = shown(chief, "supervision/")
    queues, aid, agents = (page.index(f" {word} ") for word in ("Queues", "Mutual aid", "Agents"))
    assert queues < aid < agents
    assert "Bas-Rhin" in page[queues:aid] and "the call keeps its place" in page[queues:aid], (
        "who waits, and why"
    )
    assert "Île-de-France: 1" in page[aid:agents], "who helps whom"
    assert "Haut-Rhin" in page[agents:], "what each does"
    assert 'href="/console/supervision/"' in chief.get("/console/").text, "it is in the menu"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_each_part_is_fetched_alone_when_it_changed_and_has_no_filters_of_its_own(
    world: World, chief: FlaskClient
) -> None:
    whole = chief.get("/console/supervision/").text
    assert 'role="search"' not in whole
    parts = {}
    for name in ("queues", "aid", "agents"):
        address = f"/console/supervision/?part={name}"
        assert f'hx-get="{address}"' in whole
        parts[name] = chief.get(address, headers={"HX-Request": "true"}).text
        assert "<html" not in parts[name]
    assert len(set(parts.values())) == 3
    assert "<html" in chief.get("/console/supervision/?part=queues").text, "a reload is the whole page"
