"""A day lived, written down, and played again: the same arrivals, and the same day within reason."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.core.db import metadata
from callsvc.core.errors import CallsvcError, Invalid, NotFound
from callsvc.planning.twin.command import twin
from callsvc.planning.twin.lived import lived
from callsvc.planning.twin.measures import pooled
from callsvc.planning.twin.playing import play
from callsvc.planning.twin.recording import record_day
from callsvc.planning.twin.recordings import Recording, read_recording, written
from callsvc.planning.twin.scenario import make_scenario, with_day
from callsvc.routing import service as routing
from callsvc.routing.tables import reservation
from callsvc.runtime import Runtime
from tests.routing.world import Waiting, World

DAY = date(2020, 11, 16)
TEN = datetime(2020, 11, 16, 9, tzinfo=UTC)  # ten o'clock in Paris: the world's first instant


def recorded(rt: Runtime) -> Recording:
    with rt.db.read() as tx:
        return record_day(tx, DAY)


@pytest.fixture
def world(rt: Runtime) -> World:
    return World(rt).open()


def hang_up(world: World, call: Waiting) -> None:
    world.news(call.leg_id, "completed")


def finish(world: World, agent_id: str, talks_s: float) -> None:
    """Talk, hang up, wrap up at once."""
    row = world.reservation_of(agent_id)
    world.later(talks_s)
    routing.hang_up(world.rt, agent_id)
    world.news(row.agent_leg_id, "completed")
    routing.dispose(world.rt, agent_id, "reached")


@pytest.fixture
def small_day(world: World) -> World:
    """One answered at home, one by another region, one who gave up, one called back, one still waiting."""
    world.aid("44", "11", activate_wait_s=0, release_wait_s=0)
    home, helpers = world.agent("67"), [world.agent("75"), world.agent("75")]
    world.later(600)
    first, second = world.waits("67"), world.waits("67")
    world.later(10)
    world.connect(home)
    aider = world.offered_to(second)
    assert aider in helpers
    world.connect(str(aider))
    third = world.waits("35")
    world.later(40)
    hang_up(world, third)
    finish(world, home, 100)
    world.later(3600)
    routing.set_activity(world.rt, home, "break")
    world.waits("35")
    assert first.entry_id
    return world


def test_a_day_is_written_down_without_anybody_in_it(small_day: World) -> None:
    found = recorded(small_day.rt)
    assert (found.starts_at, found.hours) == (TEN, 2.0)
    rows = [(at, region, left, by) for at, region, _, _, left, by in found.calls]
    assert rows == [
        (600.0, "44", "connected", "44"),
        (600.0, "44", "connected", "11"),
        (610.0, "53", "hung-up", ""),
        (4350.0, "53", "waiting", ""),
    ]
    kept = [row[2] for row in found.calls]
    assert kept == [150.0, None, None, None]  # offered at 600, wrapped up at 750; the aider still talks
    assert [row[3] for row in found.calls][:3] == [10.0, 10.0, 40.0]
    staffing = {one.code: one.staffing for one in found.regions}
    assert staffing == {"44": [(0.0, 1), (4350.0, 0)], "11": [(0.0, 2)], "84": [], "53": []}
    assert [(one.aided_region, one.aiding_region, one.during) for one in found.agreements] == [
        ("44", "11", [])
    ]
    said = written(found)
    for table in ("agent", "call", "leg", "queue_entry"):
        assert all(row.id not in said for row in small_day.rows(small_day_ids(table)))
    assert "agent-0" not in said


def test_a_call_that_two_agents_answered_one_after_the_other_is_one_call(small_day: World) -> None:
    before = recorded(small_day.rt).calls
    with small_day.rt.db.begin() as tx:
        row = tx.first(sa.select(reservation).where(reservation.c.ended_at.is_not(None)))
        assert row is not None
        later = {
            name: row._mapping[name] + timedelta(minutes=5)
            for name in ("offered_at", "bridged_at", "ended_at")
        }
        tx.insert(reservation, **{**row._mapping, "id": "res-again", "agent_leg_id": None, **later})
    assert len(recorded(small_day.rt).calls) == len(before)


def small_day_ids(table: str) -> Any:
    return sa.select(metadata.tables[table].c.id)


def test_what_is_written_is_read_again(small_day: World, tmp_path: Path) -> None:
    found = recorded(small_day.rt)
    path = tmp_path / "day.yaml"
    path.write_text(written(found))
    assert read_recording(path) == found
    path.write_text("day: 2020-11-16\nhours: [")
    with pytest.raises(Invalid, match="recording-invalid"):
        read_recording(path)
    path.write_text(written(found).replace('"53", null', '"99", null'))
    with pytest.raises(Invalid, match="no region has the code 99"):
        read_recording(path)
    with pytest.raises(NotFound, match="recording-unknown"):
        read_recording(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("day", "said"), [(date(2020, 11, 18), "day-not-over"), (date(2020, 11, 14), "day-empty")]
)
def test_a_day_without_calls_cannot_be_recorded(small_day: World, day: date, said: str) -> None:
    with pytest.raises(CallsvcError, match=said), small_day.rt.db.read() as tx:
        record_day(tx, day)


def test_agreements_and_orders_are_those_of_the_day(small_day: World) -> None:
    with small_day.rt.db.begin() as tx:
        until = tx.now + timedelta(hours=1)
        routing.lend(tx, aiding="84", aided="53", agents=3, until=until, by=None)
    small_day.later(600)
    small_day.aid("44", "11", cap=3)
    small_day.aid("53", "84", hours={"0": [["10:30", "11:00"]]})
    found = recorded(small_day.rt)
    assert [(one.aided_region, one.cap) for one in found.agreements] == [("44", 10)]  # as at the day's start
    assert [(one.aiding, one.agents, one.from_h) for one in found.orders] == [("84", 3, 4350 / 3600)]


def lived_day(world: World, *, agents: int, calls_an_hour: float, hours: float, talk_s: float) -> None:
    """Two regions, one overrun, lived second by second on a moved clock under the real service."""
    random = Random(4)
    world.aid("44", "11", activate_wait_s=20, release_wait_s=5)
    for place in ["67"] * agents + ["75"] * agents:
        world.agent(place)
    start = world.rt.clock.now()
    happens: list[tuple[float, int, Any]] = []
    for platform_code, load in (("67", 1.5), ("75", 0.6)):
        at = random.expovariate(calls_an_hour * load / 3600)
        while at < hours * 3600:
            happens.append((at, len(happens), lambda code=platform_code: arrive(code)))
            at += random.expovariate(calls_an_hour * load / 3600)

    def arrive(code: str) -> None:
        call = world.waits(code, max_wait_s=3600)
        now = (world.rt.clock.now() - start).total_seconds()
        happens.append((now + random.expovariate(1 / 150), len(happens), lambda: gives_up(call)))

    def gives_up(call: Waiting) -> None:
        if world.entry(call).state == "pending":
            hang_up(world, call)

    def answer() -> None:
        offers = sa.select(reservation.c.agent_id).where(reservation.c.state == "pending")
        for row in world.rows(offers):
            world.connect(row.agent_id)
            now = (world.rt.clock.now() - start).total_seconds()
            ends = now + random.expovariate(1 / talk_s)
            happens.append((ends, len(happens), lambda one=row.agent_id: finish(world, one, 0.0)))

    while happens:
        happens.sort()
        at, _, act = happens.pop(0)
        world.later(max(0.0, at - (world.rt.clock.now() - start).total_seconds()))
        act()
        answer()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_day_lived_is_the_same_day_when_it_is_played_again(world: World) -> None:
    lived_day(world, agents=5, calls_an_hour=60, hours=1.2, talk_s=240)
    found = recorded(world.rt)
    scenario = make_scenario(with_day(found, {"seeds": {"count": 8}}))
    played = play(scenario, policies=["ours", "isolated"], processes=1)
    was = lived(found)
    for day in played["ours"]:  # exactly the calls of the day, where and when they came
        assert {code: tally.offered for code, tally in day.regions.items()} == {
            code: tally.offered for code, tally in was.items()
        }
    ours = pooled(pooled(day.regions.values()) for day in played["ours"])
    real, alone = pooled(was.values()), pooled(pooled(day.regions.values()) for day in played["isolated"])
    assert real.offered > 120 and real.share("abandoned") > 2
    assert abs(ours.share("abandoned") - real.share("abandoned")) < 3
    assert abs(ours.share("in_time") - real.share("in_time")) < 5
    assert ours.share("aided") > 2 and real.share("aided") > 2
    assert alone.share("abandoned") > ours.share("abandoned") + 3  # other settings make another day


def test_the_command_records_and_replays_under_other_settings(small_day: World, tmp_path: Path) -> None:
    trace, plot = tmp_path / "trace.yaml", tmp_path / "day.png"
    done = CliRunner().invoke(twin, ["record", "2020-11-16"], obj=lambda: small_day.rt)
    assert done.exit_code == 0, done.output
    trace.write_text(done.output)
    arguments = ["replay", str(trace), "--policy", "ours", "--policy", "isolated", "--seeds", "2"]
    table = CliRunner().invoke(twin, [*arguments, "--processes", "1", "--plot", str(plot)])
    assert table.exit_code == 0, table.output
    assert table.output.startswith("as it was: 4 calls, within 20 s 50.0 %")
    assert plot.read_bytes().startswith(b"\x89PNG")
    more = [
        "--processes",
        "1",
        "--format",
        "json",
        "--set",
        "shifts=[{times: 0}]",
        "--set",
        "terms.floor=0.8",
    ]
    found = json.loads(CliRunner().invoke(twin, [*arguments, *more]).output)
    assert found["policies"]["ours"]["in_time"]["mean"] == 0  # nobody is on duty
    assert found["scenario"]["terms"]["floor"] == 0.8
    wrong = CliRunner().invoke(twin, [*arguments, "--set", "terms.flor=1"])
    assert isinstance(wrong.exception, Invalid) and "flor" in str(wrong.exception)


def test_a_scenario_may_be_of_a_recorded_day(small_day: World, tmp_path: Path) -> None:
    trace, scenario = tmp_path / "trace.yaml", tmp_path / "slower.yaml"
    trace.write_text(written(recorded(small_day.rt)))
    scenario.write_text(f"title: Slower\nrecorded: {trace}\npeople: {{aid_slower: 1.4}}\n")
    found = CliRunner().invoke(twin, [str(scenario), "--policy", "ours", "--seeds", "1", "--format", "json"])
    assert found.exit_code == 0, found.output
    said = json.loads(found.output)["scenario"]
    assert (said["title"], said["people"]["aid_slower"], said["hours"]) == ("Slower", 1.4, 2.0)
    assert "day" not in said
