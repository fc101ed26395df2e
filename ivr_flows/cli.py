"""``flow test | walk``, and the other commands for those who write flows.

The service's command line mounts :data:`flow`. Only the modules of this name read files and write to
a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ivr_flows.comparing.cli import diff_command
from ivr_flows.conversations import SPOKEN_SID
from ivr_flows.definition import Definition, load
from ivr_flows.drawing.cli import graph_command
from ivr_flows.findings import FlowInvalid
from ivr_flows.importing.cli import import_command
from ivr_flows.library.cli import new_command
from ivr_flows.lint.cli import lint_command
from ivr_flows.reference.cli import reference_command
from ivr_flows.session import begin, resume
from ivr_flows.steps.http import pick
from ivr_flows.testing import Report, as_data, heard, run
from ivr_flows.translating.cli import po_command
from ivr_flows.turns import (
    Fetch,
    Fetched,
    Hangup,
    Input,
    InQueue,
    Keys,
    MachineVerdict,
    NoKeys,
    QueueEnded,
    Record,
    Recording,
    Transfer,
    TransferEnded,
    Turn,
    Words,
)

FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
FORMAT = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)

TRY_OUT: dict[str, Any] = {
    "contact": {"first_name": "Ana", "last_name": "Martin", "birth_year": 1980},
    "platform": {
        "name": "Val-de-Marne",
        "region": "Île-de-France",
        "phone": "01 99 00 12 34",
        "open_now": True,
    },
    "appointment": {"when": "mardi 17 novembre à 10 heures", "place": "Ivry", "kind": "rendez-vous"},
}
"""Facts for a walk, all of them invented; the number is reserved for fiction."""


@click.group()
def flow() -> None:
    """Check, test and try IVR flows."""


for command in (
    new_command,
    lint_command,
    graph_command,
    diff_command,
    po_command,
    reference_command,
    import_command,
):
    flow.add_command(command)


@flow.command("test")
@FILES
@FORMAT
def test_command(files: tuple[Path, ...], style: str) -> None:
    """Hold the conversations beside each flow; fails when one goes differently."""
    try:
        reports = {str(path): _report(path) for path in files}
    except FlowInvalid as error:
        raise click.ClickException(str(error)) from None
    if style == "json":
        click.echo(
            json.dumps({name: _report_data(report) for name, report in reports.items()}, ensure_ascii=False)
        )
    else:
        for name, report in reports.items():
            click.echo("\n".join(_report_lines(name, report)))
    if not all(report.passed for report in reports.values()):
        raise SystemExit(1)


@flow.command("walk")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--language", default=None, help="Language of the person; the flow's first by default.")
@click.option("--channel", type=click.Choice(["voice", "sms"]), default="voice", show_default=True)
@click.option("--answered-by", default="human", show_default=True)
def walk_command(file: Path, language: str | None, channel: str, answered_by: str) -> None:
    """Play the person called, in the terminal."""
    definition = _loaded(file)
    flows = _beside(file, definition)
    by_sms = channel == "sms"
    turn = begin(
        definition,
        TRY_OUT,
        channel="sms" if by_sms else "voice",
        language=language,
        answered_by=answered_by,
        now=_now(),
        flows=flows,
    )
    while True:
        click.echo("\n".join(_turn_lines(turn)))
        if turn.outcome is not None:
            return
        typed = click.prompt(_hint(turn, by_sms), default="", show_default=False)
        turn = resume(definition, turn.state, _input(typed, turn, by_sms), now=_now(), flows=flows)


def _now() -> datetime:
    return datetime.now(UTC)


def _loaded(path: Path) -> Definition:
    try:
        return load(path.read_text("utf-8"))
    except FlowInvalid as error:
        raise click.ClickException(str(error)) from None


def _report(path: Path) -> Report:
    """``flow.yaml`` and ``flow.test.yaml`` name the same pair."""
    stem = path.name.removesuffix(".yaml").removesuffix(".test")
    tests = path.with_name(f"{stem}.test.yaml")
    if not tests.exists():
        raise click.ClickException(f"{path}: there is no {tests.name} beside it")
    flow_file = path.with_name(f"{stem}.yaml")
    definition = _loaded(flow_file)
    return run(definition, tests.read_text("utf-8"), _beside(flow_file, definition))


def _beside(path: Path, definition: Definition) -> dict[str, Definition]:
    """The sub-flows of a flow, from the files beside it that are named after their ids."""
    found: dict[str, Definition] = {}
    waiting = list(definition.subflows)
    while waiting:
        name = waiting.pop()
        file = path.with_name(f"{name}.yaml")
        if name not in found and file.exists():
            found[name] = _loaded(file)
            waiting += found[name].subflows
    return found


def _report_lines(name: str, report: Report) -> Iterable[str]:
    for result in report.results:
        yield f"{'ok  ' if result.passed else 'FAIL'} {result.name} -> {result.outcome}"
        yield from (f"     {problem}" for problem in result.problems)
    steps, exits = report.coverage.percent
    yield f"{name}: {len(report.results)} conversations, {steps:.0f} % of steps, {exits:.0f} % of exits"
    yield from (f"     no conversation enters {step}" for step in report.coverage.missing_steps)
    yield from (f"     no conversation takes {exit}" for exit in report.coverage.missing_exits)


def _report_data(report: Report) -> dict[str, Any]:
    steps, exits = report.coverage.percent
    return {
        "flow": report.flow,
        "passed": report.passed,
        "conversations": [
            {"name": r.name, "line": r.line, "passed": r.passed, "outcome": r.outcome, "problems": r.problems}
            for r in report.results
        ],
        "coverage": {
            "steps_percent": round(steps, 1),
            "exits_percent": round(exits, 1),
            "missing_steps": report.coverage.missing_steps,
            "missing_exits": report.coverage.missing_exits,
        },
    }


def _turn_lines(turn: Turn) -> Iterable[str]:
    for spoken in heard(turn):
        yield f"[{spoken.language}] {spoken.text}"
    for effect in turn.effects:
        yield f"  * {json.dumps(as_data(effect), ensure_ascii=False)}"
    if turn.outcome is not None:
        yield f"= {turn.outcome}"


def _hint(turn: Turn, by_sms: bool) -> str:
    if isinstance(turn.wait, Transfer):
        return f"transfer to {turn.wait.target}: connected, busy, no-answer, closed, hangup"
    if isinstance(turn.wait, Record):
        return "recording: seconds spoken (empty: nothing; hangup)"
    if isinstance(turn.wait, Fetch):
        return f"{turn.wait.host}{turn.wait.path}: the JSON it answers (empty: none; hangup)"
    if isinstance(turn.wait, InQueue):
        return f"queue {turn.wait.skill}: connected, closed, callback, unavailable, hangup"
    return "text (empty: expired; hangup)" if by_sms else "keys (empty: silence; hangup; machine)"


def _input(typed: str, turn: Turn, by_sms: bool) -> Input:
    typed = typed.strip()
    match typed:
        case "hangup":
            return Hangup()
        case "connected" | "busy" | "no-answer" | "closed" if isinstance(turn.wait, Transfer):
            return TransferEnded(typed)
        case _ if isinstance(turn.wait, Record):
            return Recording(SPOKEN_SID, int(typed)) if typed.isdecimal() else NoKeys()
        case _ if isinstance(turn.wait, Fetch):
            return _answered(turn.wait, typed)
        case "machine" if not by_sms:
            return MachineVerdict("machine_end_beep")
        case "":
            return NoKeys()
        case "connected" | "closed" | "callback" | "unavailable" if isinstance(turn.wait, InQueue):
            return QueueEnded(typed)
    return Words(typed) if by_sms else Keys(typed)


def _answered(fetch: Fetch, typed: str) -> Fetched:
    try:
        return Fetched(200, pick(fetch, json.loads(typed)))
    except ValueError:
        return Fetched(0)
