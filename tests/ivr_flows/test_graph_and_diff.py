"""``flow graph`` and ``flow diff``."""

import json

import pytest
from click.testing import CliRunner

from ivr_flows import library
from ivr_flows.cli import flow


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "callback.yaml"
    path.write_text(library.flow_text("callback"), "utf-8")
    return path


def invoke(*arguments):
    return CliRunner().invoke(flow, [str(argument) for argument in arguments])


def test_a_flow_is_drawn_into_a_file_with_its_figures(file, tmp_path):
    counts = tmp_path / "counts.json"
    counts.write_text('{"start.keys.1": 30, "start.hangup": 10}', "utf-8")
    drawn = tmp_path / "callback.svg"
    assert invoke("graph", file, "--counts", counts, "-o", drawn).exit_code == 0
    assert "left here: 10 of 40 (25%)" in drawn.read_text("utf-8")
    assert invoke("graph", file).output.startswith("<svg")


@pytest.mark.parametrize("text", ["not json", "[1]", '{"start.keys.1": "many"}'])
def test_figures_that_are_none_are_refused(file, tmp_path, text):
    counts = tmp_path / "counts.json"
    counts.write_text(text, "utf-8")
    done = invoke("graph", file, "--counts", counts)
    assert (done.exit_code, "counts.json" in done.output) == (1, True)


def test_a_diff_speaks_in_groups_or_in_json(file, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(file.read_text("utf-8").replace('"2": no_longer', '"2": to_agent'), "utf-8")
    done = invoke("diff", file, other)
    assert done.output == "What happens\n  Step start: key 2 now leads to to_agent instead of no_longer\n"
    data = json.loads(invoke("diff", file, other, "--format", "json").output)
    assert data["changes"][0]["place"] == "steps.start.keys.2"
    assert data["old"] != data["new"]
    assert invoke("diff", file, file).output == "the same version\n"


def test_what_is_no_flow_can_be_neither_drawn_nor_compared(file, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [", "utf-8")
    assert invoke("graph", bad).exit_code == 1
    assert invoke("diff", file, bad).exit_code == 1
