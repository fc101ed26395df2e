"""From who works when to shifts with a theme, by the command an organiser uses."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from callsvc.agents.joining import put_agent
from callsvc.agents.shifts import next_shift
from callsvc.agents.tables import agent, agent_practice, shift
from callsvc.core.errors import Invalid
from callsvc.organising.cli import agents
from callsvc.platforms.service import put_platform, put_region
from callsvc.runtime import Runtime

HOURS = """softphone;from;to
a-1;2020-11-16T08:00;2020-11-16T15:00
a-2;2020-11-16T08:00;2020-11-16T15:00
a-1;2020-11-17T08:00;2020-11-17T15:00
"""


@pytest.fixture
def staffed(rt: Runtime) -> Runtime:
    with rt.db.begin() as tx:
        put_region(tx, "04", name="La Réunion", zone="Indian/Reunion")
        put_platform(tx, "974", name="La Réunion", region_code="04")
        for name in ("a-1", "a-2"):
            put_agent(
                tx, client_name=name, platform_code="974", name=name, languages=("fr",),
                skills={"tracing": 1, "front-desk": 1},
            )  # fmt: skip
    return rt


def run(rt: Runtime, folder: Path, text: str, *options: str) -> Result:
    file = folder / "hours.csv"
    file.write_text(text, "utf-8")
    return CliRunner().invoke(agents, ["roster", str(file), *options], obj=lambda: rt)


def test_a_roster_is_proposed_in_local_time_and_kept_when_it_is_wanted(
    staffed: Runtime, tmp_path: Path
) -> None:
    told = json.loads(run(staffed, tmp_path, HOURS, "--need", "tracing=1", "--format", "json").output)
    monday = {
        one["softphone"]: one["skill"] for one in told["shifts"] if one["from"].startswith("2020-11-16")
    }
    assert sorted(monday.values()) == ["front-desk", "tracing"]
    assert told["shifts"][0]["from"] == "2020-11-16T08:00:00+04:00"
    assert told["unmet"] == []
    assert {one["skill"]: one["in_practice"] for one in told["coverage"]} == {"front-desk": 1, "tracing": 1}
    with staffed.db.read() as tx:
        assert tx.all(sa.select(shift)) == []
    for _ in range(2):  # keeping it twice keeps it once
        assert "Kept." in run(staffed, tmp_path, HOURS, "--need", "tracing=1", "--save").output
    with staffed.db.read() as tx:
        kept = tx.all(sa.select(shift).order_by(shift.c.starts_at))
    assert [row.starts_at.isoformat() for row in kept] == [
        "2020-11-16T04:00:00+00:00",
        "2020-11-16T04:00:00+00:00",
        "2020-11-17T04:00:00+00:00",
    ]


def test_what_nobody_can_fill_is_said(staffed: Runtime, tmp_path: Path) -> None:
    done = run(staffed, tmp_path, HOURS, "--need", "medical=1")
    assert "2020-11-17 08:00: 1 more wanted for medical" in done.output
    assert "Not kept" in done.output


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("who;when\n", "must name softphone, from and to"),
        (HOURS.replace("a-2", "a-9"), "line 3: no agent has the softphone 'a-9'"),
        (HOURS.replace("2020-11-17T15:00", "noon"), "line 4: 'noon' is no instant"),
        (HOURS.replace("2020-11-17T15:00", "2020-11-18T15:00"), "line 4: a shift ends after it starts"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_wrong_hours_are_refused_by_line(staffed: Runtime, tmp_path: Path, wrong: str, says: str) -> None:
    error = run(staffed, tmp_path, wrong).exception
    assert isinstance(error, Invalid)
    assert says in error.message


def test_shifts_that_were_kept_are_listed_by_day_and_shown_to_the_agent(
    staffed: Runtime, tmp_path: Path
) -> None:
    run(staffed, tmp_path, HOURS, "--need", "tracing=1", "--save")

    def listed(*words: str) -> str:
        return CliRunner().invoke(agents, ["shifts", *words], obj=lambda: staffed).output

    monday = listed("2020-11-16", "--platform", "974").splitlines()
    assert [line.split("  ")[0] for line in monday] == ["2020-11-16T08:00 to 15:00"] * 2
    assert {line.split()[-1] for line in monday} == {"tracing", "front-desk"}
    assert len(json.loads(listed("2020-11-17", "--format", "json"))) == 1
    assert listed("2020-11-16", "--platform", "67") == "No shift is kept for this day.\n"
    with staffed.db.read() as tx:
        first = tx.all(sa.select(shift).order_by(shift.c.starts_at))[0]
        found = next_shift(tx, first.agent_id)
        assert found is not None and found.starts_at == first.starts_at


def test_how_practice_stands_is_told_without_a_roster(staffed: Runtime) -> None:
    with staffed.db.begin() as tx:
        for name, days in (("a-1", 3), ("a-2", 20)):
            id = tx.scalar(sa.select(agent.c.id).where(agent.c.client_name == name))
            at = tx.now - timedelta(days=days)
            tx.insert(agent_practice, agent_id=id, skill="tracing", last_at=at, calls=1)
    told = CliRunner().invoke(agents, ["practice"], obj=lambda: staffed).output.splitlines()
    assert told == [
        "front-desk: 0 of 2 in practice; overdue: a-1, a-2",
        "tracing: 1 of 2 in practice; overdue: a-2",
    ]
    found = CliRunner().invoke(
        agents, ["practice", "--within", "30", "--format", "json"], obj=lambda: staffed
    )
    assert json.loads(found.output)[1] == {"skill": "tracing", "able": 2, "in_practice": 2, "overdue": []}
