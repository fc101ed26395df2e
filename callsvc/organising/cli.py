"""``callsvc organisation`` and ``callsvc agents``: setting up who works where, from files."""

import csv
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click
import sqlalchemy as sa

from callsvc.agents.tables import agent
from callsvc.core.errors import Invalid
from callsvc.core.spreadsheets import harmless
from callsvc.core.text_files import text_of
from callsvc.organising.agents_file import Refused, read_agents
from callsvc.organising.applying import apply_organisation
from callsvc.organising.definition import read_organisation
from callsvc.organising.hiring import check, hire
from callsvc.organising.rostering import keep_roster, propose_roster
from callsvc.organising.rotation import Roster
from callsvc.organising.shifts_cli import practice, shifts
from callsvc.runtime import Runtime

MakeRuntime = Callable[[], Runtime]
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 20  # refusals printed; --rejects holds them all
_STYLE = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group()
def organisation() -> None:
    """Regions, platforms, their hours, and who aids whom."""


@organisation.command("apply")
@click.argument("file", type=_FILE)
@_STYLE
@click.pass_obj
def apply(make_rt: MakeRuntime, file: Path, style: str) -> None:
    """Make what FILE names as it says; what it does not name stays as it is."""
    done = apply_organisation(make_rt(), read_organisation(text_of(file)))
    if style == "json":
        click.echo(json.dumps(asdict(done)))
        return
    for verb, names in (("added", done.added), ("changed", done.changed)):
        for name in names:
            click.echo(f"{verb}: {name}")
    click.echo(f"{len(done.added)} added, {len(done.changed)} changed, {len(done.same)} as they were")


@click.group()
def agents() -> None:
    """Agents and their teams."""


agents.add_command(shifts)
agents.add_command(practice)


@agents.command("import")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Say what would be refused; write nothing.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write refused lines here.")
@_STYLE
@click.pass_obj
def import_agents(make_rt: MakeRuntime, file: Path, dry_run: bool, rejects: Path | None, style: str) -> None:
    """Take a list of agents (CSV) in. Good lines go in; each bad one is told with what to do."""
    lines = read_agents(text_of(file))
    done = (check if dry_run else hire)(make_rt(), lines)
    if rejects is not None:
        _write(rejects, done.refused)
    if style == "json":
        click.echo(json.dumps(asdict(done), ensure_ascii=False))
        return
    for one in done.refused[:_SHOWN]:
        click.echo(f"line {one.line}, {one.column or 'line'}: {one.reason}: {one.sentence}", err=True)
    if len(done.refused) > _SHOWN:
        click.echo(f"... and {len(done.refused) - _SHOWN} more; --rejects FILE writes them all", err=True)
    if dry_run:
        click.echo(f"{done.same} lines can be taken, {len(done.refused)} cannot")
        return
    counts = f"{done.added} added, {done.changed} changed, {done.same} as they were"
    click.echo(f"{counts}, {len(done.refused)} refused")


@agents.command("roster")
@click.argument("file", type=_FILE)
@click.option("--need", "needs", multiple=True, help="Agents a platform wants in a theme: tracing=5.")
@click.option("--within", default=14, show_default=True, help="Days within which everybody practises.")
@click.option("--save", is_flag=True, help="Keep the proposal as the shifts of these agents.")
@_STYLE
@click.pass_obj
def roster(
    make_rt: MakeRuntime, file: Path, *, needs: tuple[str, ...], within: int, save: bool, style: str
) -> None:
    """Propose who does which theme when, so that all are staffed and nobody loses practice.

    FILE (CSV) says who works when: softphone, from, to.
    """
    rt = make_rt()
    with rt.db.begin() as tx:
        found = propose_roster(tx, text_of(file), _needs(needs), timedelta(days=within))
        if save:
            keep_roster(tx, found)
        names = {row.id: row.client_name for row in tx.all(sa.select(agent.c.id, agent.c.client_name))}
    if style == "json":
        click.echo(json.dumps(_told(found, names)))
        return
    for one in found.shifts:
        click.echo(f"{one.starts_at:%Y-%m-%d %H:%M}-{one.ends_at:%H:%M}  {names[one.member]}  {one.skill}")
    for (starts, skill), count in sorted(found.unmet.items()):
        click.echo(f"{starts:%Y-%m-%d %H:%M}: {count} more wanted for {skill}", err=True)
    for theme in found.coverage:
        late = f"; overdue: {', '.join(names[id] for id in theme.overdue[:5])}" if theme.overdue else ""
        click.echo(f"{theme.skill}: {theme.in_practice} of {theme.able} in practice{late}")
    click.echo("Kept." if save else "Not kept: --save makes these their shifts.")


def _told(found: Roster, names: dict[str, str]) -> dict[str, object]:
    return {
        "shifts": [
            {
                "softphone": names[one.member],
                "from": one.starts_at.isoformat(),
                "to": one.ends_at.isoformat(),
                "skill": one.skill,
            }
            for one in found.shifts
        ],
        "unmet": [
            {"from": starts.isoformat(), "skill": skill, "agents": count}
            for (starts, skill), count in sorted(found.unmet.items())
        ],
        "coverage": [
            {
                "skill": one.skill,
                "able": one.able,
                "in_practice": one.in_practice,
                "overdue": [names[id] for id in one.overdue],
            }
            for one in found.coverage
        ],
    }


def _needs(said: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for one in said:
        skill, _, count = one.partition("=")
        if not skill or not count.isdecimal():
            raise Invalid("need-invalid", f"Write {one!r} as theme=agents, such as tracing=5.")
        found[skill] = int(count)
    return found


def _write(path: Path, refused: list[Refused]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(["line", "column", "cell", "reason", "what to do"])
        for one in refused:
            writer.writerow([one.line, one.column, harmless(one.cell), one.reason, one.sentence])
