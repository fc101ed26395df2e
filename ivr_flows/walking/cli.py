"""``flow walk``: play the person called, in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ivr_flows.definition import Definition, load
from ivr_flows.findings import FlowInvalid
from ivr_flows.samples import sample_moments
from ivr_flows.session import begin, resume
from ivr_flows.walking.talking import TRY_OUT, hint_of, input_of, turn_lines


def _now() -> datetime:
    return datetime.now(UTC)


@click.command("walk")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--language", default=None, help="Language of the person; the flow's first by default.")
@click.option("--channel", type=click.Choice(["voice", "sms"]), default="voice", show_default=True)
@click.option("--answered-by", default="human", show_default=True)
def walk_command(file: Path, language: str | None, channel: str, answered_by: str) -> None:
    """Play the person called, in the terminal."""
    moments = sample_moments(_now())
    facts = {**TRY_OUT, "callback": {"times": moments}}
    facts["appointment"] = {**TRY_OUT["appointment"], "slots": moments}
    walk(file, facts, language=language, channel=channel, answered_by=answered_by)


def walk(
    file: Path,
    facts: Mapping[str, Any],
    *,
    language: str | None,
    channel: str,
    answered_by: str,
    clock: Callable[[], datetime] = _now,
) -> None:
    """Hold the conversation of a file with these facts until it ends; sub-flows are files beside it."""
    definition = loaded(file)
    flows = beside(file, definition)
    by_sms = channel == "sms"
    turn = begin(
        definition,
        facts,
        channel="sms" if by_sms else "voice",
        language=language,
        answered_by=answered_by,
        now=clock(),
        flows=flows,
    )
    while True:
        click.echo("\n".join(turn_lines(turn)))
        if turn.outcome is not None:
            return
        typed = click.prompt(hint_of(turn, by_sms), default="", show_default=False)
        turn = resume(definition, turn.state, input_of(typed, turn, by_sms), now=clock(), flows=flows)


def loaded(path: Path) -> Definition:
    """The flow of a file; a command ends with every finding when it is none."""
    try:
        return load(path.read_text("utf-8"))
    except FlowInvalid as error:
        raise click.ClickException(str(error)) from None


def beside(path: Path, definition: Definition) -> dict[str, Definition]:
    """The sub-flows of a flow, from the files beside it that are named after their ids."""
    found: dict[str, Definition] = {}
    waiting = list(definition.subflows)
    while waiting:
        name = waiting.pop()
        file = path.with_name(f"{name}.yaml")
        if name not in found and file.exists():
            found[name] = loaded(file)
            waiting += found[name].subflows
    return found
