"""Agreements by pages: made by the region that helps, previewed on yesterday, kept with what was before."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from callsvc.planning.previewing import ask_for_previews, run_previews
from callsvc.planning.tables import aid_preview
from callsvc.routing import service as routing
from callsvc.routing.tables import aid_agreement, aid_region
from tests.routing.world import World
from tests.supervising.test_lending import chief, words

FORM = {
    "aided": "44",
    "aiding": "11",
    "rank": "1",
    "activate_wait_s": "30",
    "release_wait_s": "10",
    "cap": "4",
    "hours": "mon-fri 08:00-18:00",
    "starts_at": "2020-11-01T08:00",
}


@pytest.fixture
def world(rt: Any) -> World:
    return World(rt).open()


def shown(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(f"/console/aid/{path}")
    assert answer.status_code == status, answer.text
    return words(answer.text)


def test_made_changed_and_ended_with_what_was_before(world: World) -> None:
    client = chief(world, "11")
    assert client.post("/console/aid/agreements", data=FORM).status_code == 302
    row = world.rows(sa.select(aid_agreement))[0]
    assert (row.cap, row.hours["0"], row.starts_at.isoformat()) == (
        4, [["08:00", "18:00"]], "2020-11-01T07:00:00+00:00",
    )  # fmt: skip
    page = client.get("/console/aid/agreements/44/11").text
    assert 'value="mon-fri 08:00-18:00"' in page and 'value="2020-11-01T08:00"' in page
    world.later(60)
    client.post("/console/aid/agreements", data=FORM | {"cap": "9", "hours": ""})
    assert re.search("Calls at most: 4 → 9; Hours: mon-fri 08:00-18:00 → –", shown(client, "agreements"))
    assert client.post("/console/aid/agreements/44/11/end").status_code == 302
    page = shown(client, "agreements")
    assert "No agreement yet" in page and "ended" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"aiding": "44"}, "does not help itself"),
        ({"release_wait_s": "31"}, "not above the one it opens at"),
        ({"cap": "-1"}, "At least 0"),
        ({"hours": "every day"}, "Write hours as in"),
        ({"ends_at": "2020-10-01T08:00"}, "ends after it starts"),
        ({"aiding": "84"}, "only for its own regions"),
        ({"aided": "99"}, "A region does not exist"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    world: World, changed: dict[str, str], said: str
) -> None:
    client = chief(world, "11") if changed.get("aiding") != "44" else chief(world, "44")
    for path in ("agreements", "previews"):
        answer = client.post(f"/console/aid/{path}", data=FORM | changed)
        assert answer.status_code == 422
        assert said in words(answer.text)
    assert (
        'value="' + (changed | FORM)["activate_wait_s"] + '"'
        in client.post("/console/aid/agreements", data=FORM | changed).text
    )
    assert world.rows(sa.select(aid_agreement)) == [] == world.rows(sa.select(aid_preview))


def test_a_floor_and_a_reserve_are_declared_by_page(world: World) -> None:
    client = chief(world, "11")
    assert "the usual" in shown(client, "agreements")
    answer = client.post("/console/aid/regions/11", data={"floor": "80", "reserve": "3"})
    assert answer.status_code == 302
    row = world.rows(sa.select(aid_region))[0]
    assert (row.floor, row.reserve, row.opted_out) == (0.8, 3, False)
    assert 'value="80"' in client.get("/console/aid/regions/11").text
    assert client.post("/console/aid/regions/11", data={"floor": "120"}).status_code == 422
    assert client.get("/console/aid/regions/44").status_code == 404


def yesterday(world: World) -> None:
    """Alsace with one agent and more calls than that; Paris with four and none."""
    alsace = world.agent("67")
    for _ in range(4):
        world.agent("75")
    for number in range(12):
        call = world.waits("67")
        if world.offered_to(call) == alsace:
            world.connect(alsace)
        world.later(50)
        if number % 3 == 2:
            world.news(call.leg_id, "completed")
    routing.hang_up(world.rt, alsace)
    world.news(world.reservation_of(alsace).agent_leg_id, "completed")
    routing.dispose(world.rt, alsace, "reached")
    world.later(timedelta(days=1).total_seconds())


def test_yesterday_is_played_under_the_present_and_the_edited_agreements(world: World) -> None:
    yesterday(world)
    client, other = chief(world, "11"), chief(world, "53")
    asked = client.post("/console/aid/previews", data=FORM | {"activate_wait_s": "5", "release_wait_s": "0"})
    assert asked.status_code == 302
    path = asked.location.split("/console/aid/")[1]
    assert "0 of 40 days played" in shown(client, path)
    assert other.get(f"/console/aid/{path}").status_code == 404
    preview_id = path.rsplit("/", 1)[1]
    run_previews(world.rt, [preview_id])
    row = world.rows(sa.select(aid_preview))[0]
    assert (row.status, row.problem) == ("completed", "")
    present, changed = row.report["present"], row.report["edited"]
    assert row.report["was"]["44"]["offered"] == 12
    assert present["44"]["received"] == [0.0, 0.0, 0.0]
    assert changed["44"]["received"][0] > 3 and changed["11"]["given"] == changed["44"]["received"]
    assert changed["44"]["abandoned"][0] < present["44"]["abandoned"][0]
    page = shown(client, f"{path}/live")
    assert "Present agreements" in page and "Grand Est 12" in page and "Rhône" not in page
    assert world.rows(sa.select(aid_agreement)) == []
    assert client.post(f"/console/aid/{path}/make").status_code == 302
    assert world.rows(sa.select(aid_agreement))[0].activate_wait_s == 5


def test_a_preview_that_nobody_plays_is_asked_for_again_and_one_that_died_has_failed(world: World) -> None:
    client = chief(world, "11")
    client.post("/console/aid/previews", data=FORM)
    preview = world.rows(sa.select(aid_preview))[0]
    world.rt.jobs.take()  # type: ignore[attr-defined]
    ask_for_previews(world.rt)
    assert world.rt.jobs.take() == [("preview_aid", (preview.id,))]  # type: ignore[attr-defined]
    run_previews(world.rt, [preview.id])
    assert world.rows(sa.select(aid_preview.c.problem))[0].problem == "day-empty"
    assert "Nobody waited for an agent on that day" in shown(client, f"previews/{preview.id}")
    with world.rt.db.begin() as tx:
        tx.update_row(aid_preview, preview.id, status="running", lease_until=tx.machine_now)
    ask_for_previews(world.rt)
    assert world.rows(sa.select(aid_preview.c.problem))[0].problem == "worker-died"
    world.later(timedelta(days=31).total_seconds())
    ask_for_previews(world.rt)
    assert world.rows(sa.select(aid_preview)) == []
