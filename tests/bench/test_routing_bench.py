"""The measurements of the router run, print what they promise, and judge promises rightly."""

import json

from click.testing import CliRunner

from callsvc.bench.choice import choice
from callsvc.bench.routing import COMPARED
from callsvc.bench.targets import at_least, at_most, targets
from callsvc.bench.twin import twin
from callsvc.planning.twin.playing import play
from callsvc.planning.twin.scenario import load_scenario


def test_a_promise_is_met_on_its_right_side() -> None:
    assert at_least("x", "S1-slack", 97.0, 97).met and not at_least("x", "S1-slack", 96.9, 97).met
    assert at_most("x", "S1-slack", 1.0, 1).met and not at_most("x", "S1-slack", 1.1, 1).met


def test_every_promise_is_judged_where_it_was_made() -> None:
    cells = {
        name: play(load_scenario(name), policies=COMPARED, seeds=[1], processes=1)
        for name in ("S0-slack", "S1-slack")
    }
    found = list(targets(cells, {"S1-slack": cells["S1-slack"]}))
    said = {one.name for one in found if one.cell == "S1-slack"}
    assert said == {
        "spiked region in time",
        "worst helper's loss to home first",
        "within_60 above home first",
        "within_120 above home first",
        "activations a region and hour",
        "aided share after 10 minutes, above S0",
        "lost above home first, aid 1.3 slower",
        "the same, callbacks on both sides",
    }
    assert next(one for one in found if one.name == "spiked region in time").reached > 90


def test_a_national_day_and_a_choice_are_measured() -> None:
    day = json.loads(CliRunner().invoke(twin, ["--calls", "2000", "--format", "json"]).output)[0]
    assert day["calls"] > 1900 and day["played_s"] >= 0
    figures = json.loads(CliRunner().invoke(choice, ["--format", "json"]).output)
    assert [one["what"][:7] for one in figures] == ["arrival", "freed a", "baselin"]
    assert all(one["p50_us"] > 0 for one in figures)
