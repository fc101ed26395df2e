"""A phone is delegated by page: the forecast first, then declared ahead, seen by all, and taken back."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from callsvc.accounts.tables import access_log
from callsvc.platforms.delegating import delegations_in_force
from callsvc.platforms.tables import delegation, platform
from callsvc.routing.tables import queue_entry
from tests.routing.world import World
from tests.supervising.test_pages import chief, shown

__all__ = ["chief"]

ALL = "aid/delegations"
NEW = "aid/delegations/new"


@pytest.fixture
def world(rt: Any) -> World:
    """Bas-Rhin had three calls on this weekday a week ago, two of them in one hour; Paris takes phones."""
    world = World(rt).open()
    with rt.db.begin() as tx:
        tx.update(platform, platform.c.code == "75", national=True)
        now = tx.now
    world.agent("75")
    for minutes in (0, 5, 130):
        call = world.waits("67")
        with rt.db.begin() as tx:
            at = now - timedelta(days=7) + timedelta(minutes=minutes)
            tx.update(queue_entry, queue_entry.c.id == call.entry_id, entered_at=at)
    return world


def rows(world: World) -> list[Any]:
    return list(world.rows(sa.select(delegation)))


def test_the_forecast_comes_first_and_nothing_is_declared_by_looking(
    world: World, chief: FlaskClient
) -> None:
    page = shown(chief, f"{NEW}?platform=67&share=50")
    assert "Monday, 16 November 2020 3 2 1 Tuesday, 17 November 2020 0 0 0" in page
    assert "its busiest hour takes 1 agents; 1 are ready now" in page
    assert rows(world) == []
    later = (world.rt.clock.now() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")  # Paris is an hour ahead
    assert re.search(r"2020 1 1 1 ", shown(chief, f"{NEW}?platform=67&share=100&starts={later}"))
    assert "nothing can be foretold" in shown(chief, f"{NEW}?platform=68&share=100")


def test_declared_ahead_it_is_shown_holds_in_its_time_and_is_taken_back(
    world: World, chief: FlaskClient
) -> None:
    starts = world.rt.clock.now() + timedelta(minutes=70)  # on the clock of Paris: in ten minutes
    form = {"platform": "67", "share": "40", "starts": starts.strftime("%Y-%m-%dT%H:%M"), "ends": ""}
    assert chief.post(f"/console/{NEW}", data=form).status_code == 302
    (row,) = rows(world)
    assert (row.share, row.starts_at) == (40, world.rt.clock.now() + timedelta(minutes=10))
    assert "declared ahead" in shown(chief, ALL)
    world.later(600)
    assert "in force" in shown(chief, ALL)
    assert "40 % of its calls go to the national platforms" in shown(chief, "aid/")
    assert chief.post(f"/console/{ALL}/{row.id}/withdraw").status_code == 302
    with world.rt.db.read() as tx:
        assert delegations_in_force(tx) == {}
    assert "withdrawn" in shown(chief, ALL)
    assert chief.post(f"/console/{ALL}/{row.id}/withdraw").status_code == 409
    logged = world.rows(sa.select(access_log.c.action).where(access_log.c.action.like("delegation-%")))
    assert [one.action for one in logged] == ["delegation-declared", "delegation-withdrawn"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"platform": "75", "share": "40"}, "No platform of yours has this code."),
        ({"platform": "67", "share": "101"}, "At most 100 is possible."),
        ({"platform": "67", "share": "9", "starts": "2020-01-01T10:00"}, "it starts now or later"),
        ({"platform": "67", "share": "9", "ends": "2020-01-01T10:00"}, "the end is after the start"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_cannot_be_is_said_beside_the_form(
    world: World, chief: FlaskClient, form: dict[str, str], said: str
) -> None:
    answer = chief.post(f"/console/{NEW}", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert rows(world) == []
