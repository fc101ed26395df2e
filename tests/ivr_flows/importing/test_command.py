"""``flow import``: files in, a flow and a report out."""

import json

import pytest
from click.testing import CliRunner

from ivr_flows import load
from ivr_flows.cli import flow
from ivr_flows.importing import ImportRefused, Options, read_options
from tests.ivr_flows.importing.conftest import say, studio, widget
from tests.ivr_flows.importing.floip import FEVER


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.json"
    path.write_text(studio(say("a", "Bonjour.", "b"), widget("b", "capture-payments", {})), "utf-8")
    return path


def invoke(*arguments):
    return CliRunner().invoke(flow, ["import", *map(str, arguments)])


def test_the_flow_goes_out_and_the_report_beside_it(export):
    done = invoke(export, "--language", "fr")
    assert done.exit_code == 0
    assert load(done.stdout).id == "tried"
    assert "3 states: 2 kept, 1 todo" in done.stderr
    assert "todo         b (capture-payments) -> b" in done.stderr
    assert "lint: 1 errors" in done.stderr


def test_a_file_is_written_once(export, tmp_path):
    target = tmp_path / "flow.yaml"
    assert invoke(export, "--output", target, "--id", "mine").exit_code == 0
    assert load(target.read_text("utf-8")).id == "mine"
    again = invoke(export, "--output", target)
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    assert invoke(export, "--output", target, "--force").exit_code == 0


def test_json_holds_the_flow_the_report_and_what_lint_says(export):
    (one,) = json.loads(invoke(export, "--format", "json").stdout)
    assert one["report"]["counts"] == {"kept": 2, "approximated": 0, "dropped": 0, "todo": 1}
    assert "todo-step" in {finding["id"] for finding in one["findings"]}
    assert load(one["text"]).id == one["id"] == "tried"


def test_a_container_is_read_by_the_same_command(tmp_path):
    (tmp_path / "c.json").write_text(FEVER, "utf-8")
    done = invoke(tmp_path / "c.json", "--output", tmp_path)
    assert done.exit_code == 0
    assert load((tmp_path / "fever.yaml").read_text("utf-8")).languages == ("fr", "en")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{}", b"nothing"])
def test_a_file_that_is_no_export_is_refused_in_words(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    done = invoke(tmp_path / "x.json")
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")


def test_a_table_gives_names_and_a_wrong_one_is_refused(export, tmp_path):
    table = tmp_path / "table.yaml"
    table.write_text("queues: {WW1: nurse}\n", "utf-8")
    assert invoke(export, "--table", table).exit_code == 0
    for wrong in (
        "people: {}",
        "queues: {WW1: Not A Name}",
        "functions: {f: x}",
        "names: {a: B}",
        "queues: [",
    ):
        table.write_text(wrong, "utf-8")
        assert invoke(export, "--table", table).exit_code == 1, wrong


def test_names_of_the_person_who_imports_are_checked():
    assert read_options("transfers: {'+33199001234': desk}").transfers == {"+33199001234": "desk"}
    for wrong in ({"languages": ("French",)}, {"id": "Not an id"}):
        with pytest.raises(ImportRefused):
            Options(**wrong)
