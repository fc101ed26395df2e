"""Every command of the tutorial is run, and says what the page shows."""

import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr_flows.cli import flow

PAGE = (Path(__file__).parents[2] / "docs" / "flow-tutorial.md").read_text("utf-8")
COMMANDS = [
    command.split("\n", 1)
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
]
FLOW = re.compile(r"(?:printf '(?P<typed>[^']*)' \| )?callsvc flow (?P<arguments>.+)")


def shown(expected):
    """A pattern of the lines shown; ``...`` stands for anything."""
    lines = [
        r"(?:.*\n)*?" if line == "..." else ".*?".join(map(re.escape, line.split("..."))) + r"\n"
        for line in expected.splitlines()
    ]
    return re.compile("".join(lines))


def test_every_command_of_the_tutorial_says_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) > 10
    for command, expected in COMMANDS:
        wanted = FLOW.fullmatch(command)
        if wanted is None:
            subprocess.run(["bash", "-ec", command], check=True, cwd=tmp_path)
            assert expected == "", command
            continue
        typed = (wanted["typed"] or "").replace("\\n", "\n")
        done = CliRunner().invoke(flow, wanted["arguments"].split(), input=typed)
        assert shown(expected).fullmatch(without_questions(done.output)), (command, done.output)


def without_questions(output):
    """A terminal shows what is typed after a question; a pipe does not."""
    return re.sub(r"^(keys \(|queue |text \().*: .*\n", "", output, flags=re.MULTILINE)


@pytest.mark.parametrize(("id", "code"), [("Big", 2), ("welcome", 1)])
def test_a_new_flow_has_a_name_of_its_own_and_overwrites_nothing(tmp_path, monkeypatch, id, code):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "welcome.test.yaml").write_text("mine", "utf-8")
    assert CliRunner().invoke(flow, ["new", id]).exit_code == code
    assert (tmp_path / "welcome.test.yaml").read_text("utf-8") == "mine"


def test_what_the_tutorial_says_of_the_console_is_on_its_pages():
    pages = Path(__file__).parents[2] / "callsvc" / "templates" / "flows"
    said = "".join(page.read_text("utf-8") for page in pages.glob("*.html"))
    for word in ("New flow", "Replace the draft by a file", "Call me now", "Publish", "Left here"):
        assert word in said
