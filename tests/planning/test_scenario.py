"""Scenario files: what is shipped reads, what is wrong is said with its place."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from defusedxml.ElementTree import fromstring

from callsvc.core.errors import Invalid, NotFound
from callsvc.planning.twin.command import twin
from callsvc.planning.twin.scenario import load_scenario, names, read_scenario
from callsvc.planning.twin.world import segments, trace_of


def test_eight_scenarios_are_shipped_with_agents_to_spare_and_without() -> None:
    assert names() == sorted(f"S{number}-{regime}" for number in range(8) for regime in ("slack", "tight"))
    for name in names():
        assert load_scenario(name).measured.from_h == 3


REGION = "{code: A, agents: 1, load: 1}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [", "not YAML"),
        ("- a", "mapping of settings"),
        ("hours: 3", "title: Field required"),
        ("title: x\nspikes: [{times: 0}]", "spikes.0.times"),
        ('title: x\nspikes: [{regions: ["99"], times: 2}]', "no region has the code 99"),
        ("title: x\nmeasured: {from: 6, to: 3}", "`to` is an hour after `from`"),
        ("title: x\npolicies: [best]", "policies.0"),
        ("title: x\nterms: {flor: 0.8}", "flor is none of"),
        ("title: x\nterms: {order: lifo}", "order"),
        ("title: x\ntypo: 1", "typo: Extra inputs"),
        (
            "title: x\nregions: [{code: A, agents: 1, load: 1}, {code: A, agents: 1, load: 1}]",
            "each code once",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Invalid, match="scenario-invalid") as raised:
        read_scenario(text)
    assert said in str(raised.value)


def test_a_scenario_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(NotFound, match="S4-tight"):
        load_scenario("S9")


def test_arrivals_follow_the_curve_and_the_spikes() -> None:
    scenario = read_scenario(
        "title: x\nhours: 2\ncurve: [1, 2, 0.5]\nregions: [{code: A, agents: 9, load: 5.4}]\n"
        "spikes: [{times: 3, from: 0.25, to: 1}]"
    )
    rates = {(one.start_s, one.end_s): round(one.rate, 6) for one in segments(scenario)}
    assert rates == {
        (0, 900): 0.01,
        (900, 1800): 0.03,
        (1800, 3600): 0.06,
        (3600, 5400): 0.005,
        (5400, 7200): 0.01,
    }


def test_a_recorded_day_keeps_its_arrivals_and_talk(tmp_path: Path) -> None:
    recording = tmp_path / "day.csv"
    recording.write_text("at_s,region,handle_s\n30,A,200\n10.5,A,300\n")
    text = f"title: x\nregions: [{{code: A, agents: 1, load: 1}}]\nrecorded: {recording}"
    trace = trace_of(read_scenario(text), 1)
    assert list(trace.at) == [10.5, 30.0] and list(trace.needs) == [300.0, 200.0]
    recording.write_text("at_s,region,handle_s\n30,B,200\n")
    with pytest.raises(Invalid, match="recording-invalid"):
        trace_of(read_scenario(text), 1)


SMALL = "title: A & B\nhours: 1\nregions: [{code: A, agents: 4, load: 3}, {code: B, agents: 9, load: 5}]\n"


def test_the_command_prints_a_table_json_and_a_picture(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    plot = tmp_path / "day.svg"
    arguments = [str(tmp_path / "small.yaml"), "--seeds", "2", "--processes", "1", "--plot", str(plot)]
    table = CliRunner().invoke(twin, arguments)
    assert table.exit_code == 0, table.output
    assert "home-first" in table.output and "95 % interval" in table.output
    assert fromstring(plot.read_text()).tag.endswith("svg")
    assert "A &amp; B" in plot.read_text()
    found = json.loads(CliRunner().invoke(twin, [*arguments, "--format", "json"]).output)
    assert set(found["policies"]) == {
        "isolated",
        "cascade-30-60",
        "cascade-10-15",
        "pooled",
        "home-first",
        "ours",
    }
    assert len(found["seeds"]["ours"]) == 2
    assert found["against_home-first"]["ours"]["abandoned"]["half"] >= 0


def test_without_a_scenario_those_shipped_are_listed() -> None:
    assert "S4-tight" in CliRunner().invoke(twin, []).output
