"""``flow test | walk``, and the other commands for those who write flows.

The service's command line mounts :data:`flow`. Only the modules of this name read files and write to
a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from ivr_flows.comparing.cli import diff_command
from ivr_flows.drawing.cli import graph_command
from ivr_flows.findings import FlowInvalid
from ivr_flows.importing.cli import import_command
from ivr_flows.library.cli import new_command
from ivr_flows.lint.cli import lint_command
from ivr_flows.reference.cli import reference_command
from ivr_flows.testing import Report, run
from ivr_flows.translating.cli import po_command
from ivr_flows.walking.cli import beside, loaded, walk_command

FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
FORMAT = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)


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
    walk_command,
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


def _report(path: Path) -> Report:
    """``flow.yaml`` and ``flow.test.yaml`` name the same pair."""
    stem = path.name.removesuffix(".yaml").removesuffix(".test")
    tests = path.with_name(f"{stem}.test.yaml")
    if not tests.exists():
        raise click.ClickException(f"{path}: there is no {tests.name} beside it")
    flow_file = path.with_name(f"{stem}.yaml")
    definition = loaded(flow_file)
    return run(definition, tests.read_text("utf-8"), beside(flow_file, definition))


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
