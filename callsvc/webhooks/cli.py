"""``callsvc flow``: the flow engine's own commands, and what only this installation knows.

Whose data a walk speaks with, what is around a flow when lint reads it, and what people answered.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from callsvc.core.errors import Invalid
from callsvc.flows.examining import examine
from callsvc.flows.surroundings import surroundings_of
from callsvc.runtime import Runtime
from callsvc.studio.exporting import Period, descriptor_of, export_rows
from callsvc.studio.packing import FORMATS, write_package
from callsvc.studio.picking import Wanted, pick_place
from callsvc.studio.queries import senders_of
from callsvc.webhooks.trial_facts import as_if_called
from ivr_flows.cli import flow as engine
from ivr_flows.lint import Surroundings
from ivr_flows.lint.cli import lint_command, say_findings
from ivr_flows.walking.cli import walk, walk_command

MakeRuntime = Callable[[], Runtime]
BY_COMMAND = "command line"
_HOME = ZoneInfo("Europe/Paris")


@click.group()
def flow() -> None:
    """Check, test, try and export IVR flows."""


for _name, _command in engine.commands.items():
    if _name not in ("walk", "lint"):
        flow.add_command(_command)


@flow.command("walk", params=list(walk_command.params))
@click.option("--place", default="", help="Speak with the data of this row of a campaign; any: by chance.")
@click.option("--campaign", "campaign_id", default="", help="The campaign of the row.")
@click.pass_context
def walk_here(ctx: click.Context, /, place: str, campaign_id: str, **given: object) -> None:
    """Play the person called, in the terminal.

    With --place ID the flow is told what it would be told of that person; the access log keeps that it was.
    """
    if not place:
        ctx.invoke(walk_command, **given)
        return
    make_rt: MakeRuntime = ctx.obj
    rt = make_rt()
    with rt.db.begin() as tx:
        found = pick_place(tx, None, Wanted(campaign_id=campaign_id, who=place), rt.random)
        as_if = as_if_called(tx, found)
    walk(
        Path(str(given["file"])),
        as_if.facts,
        language=str(given["language"] or as_if.language or "") or None,
        channel=str(given["channel"]),
        answered_by=str(given["answered_by"]),
        clock=rt.clock.now,
    )


@flow.command("lint", params=list(lint_command.params))
@click.option("--here", is_flag=True, help="As it would be published on this installation.")
@click.pass_context
def lint_here(ctx: click.Context, /, here: bool, **given: object) -> None:
    """Say what is wrong with each flow; fails when there is an error.

    Sub-flows are looked for beside the file; with --here among what is published, and the directory, the
    hosts and the senders of campaigns are those of this installation.
    """
    if not here:
        ctx.invoke(lint_command, **given)
        return
    make_rt: MakeRuntime = ctx.obj
    rt = make_rt()

    def around(path: Path) -> Surroundings:
        definition = examine(path.read_text("utf-8")).definition
        if definition is None:
            return Surroundings()
        with rt.db.read() as tx:
            return surroundings_of(tx, definition, senders_of(tx, definition.id))

    say_findings(given["files"], around, given["style"], given["language"])  # type: ignore[arg-type]


@flow.command("results")
@click.argument("flow_id")
@click.option("--since", default="", help="Conversations begun on this day (Paris) or at this instant.")
@click.option("--until", default="", help="Until this day or instant, itself not included.")
@click.option("--format", "style", type=click.Choice(sorted(FORMATS)), default="json", show_default=True)
@click.option("--output", default=".", type=click.Path(file_okay=False, path_type=Path), show_default=True)
@click.pass_obj
def results(  # noqa: PLR0917 - click gives them by name
    make_rt: MakeRuntime, flow_id: str, since: str, until: str, style: str, output: Path
) -> None:
    """Write what people answered as a FLOIP Flow Results package: a descriptor and its rows.

    Contacts are pseudonyms, the same at every export of a flow. The access log keeps that it was exported.
    """
    rt = make_rt()
    period = Period(since=_instant(since), until=_instant(until))
    data = FORMATS[style]
    with rt.db.read() as tx:
        described = descriptor_of(tx, flow_id, f"{flow_id}.{style}", data.mediatype)
    rows = export_rows(rt, flow_id, period, BY_COMMAND)
    count = write_package(output, flow_id, described, rows, data)
    click.echo(f"{output / flow_id}.{style}: {count} responses; {flow_id}.descriptor.json describes them")


def _instant(said: str) -> datetime | None:
    """A day begins at midnight in Paris; an instant says its offset. ``period-invalid`` otherwise."""
    if not said:
        return None
    try:
        if len(said) == len("2020-11-16"):
            return datetime.combine(date.fromisoformat(said), time(), _HOME)
        at = datetime.fromisoformat(said)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("period-invalid", "Write a day (2020-11-16) or an instant (2020-11-16T08:00:00+01:00).")
    return at
