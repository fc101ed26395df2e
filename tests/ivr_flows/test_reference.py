"""The page of every field is true, and leaves nothing without a sentence."""

import re
from pathlib import Path

from click.testing import CliRunner

from ivr_flows import flow_schema
from ivr_flows.cli import flow
from ivr_flows.lint import CHECKS
from ivr_flows.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "flow-reference.md"


def test_the_page_is_renewed_by_callsvc_flow_reference_write():
    assert PAGE.read_text("utf-8") == page()


def test_the_command_prints_the_page_and_writes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    assert CliRunner().invoke(flow, ["reference"]).output == page()
    CliRunner().invoke(flow, ["reference", "--write"])
    assert (tmp_path / "docs" / "flow-reference.md").read_text("utf-8") == page()


def test_every_part_of_a_step_and_every_check_is_there():
    for name in flow_schema()["$defs"]["step"]["properties"]:
        assert re.search(rf"### {name}\n|\| `{name}` \|", page()), name
    for check in CHECKS:
        assert f"| `{check.__name__.replace('_', '-')}` | " in page()


def test_what_lint_finds_around_a_flow_is_told_with_its_reasons():
    reasons = PAGE.with_name("flows.md").read_text("utf-8")
    for id in ("need-unchecked", "menu-on-one-way-sender", "transfer-unknown", "unsafe-http-target"):
        assert f"`{id}`" in reasons


def test_nothing_is_without_a_sentence():
    fact_or_plain = re.compile(r"^\| `[a-z_]+\.[a-z_]+` \|")
    for line in page().splitlines():
        if line.startswith("| ") and not fact_or_plain.match(line) and not line.endswith("| |"):
            assert not re.search(r"\|\s*\|$", line), line
