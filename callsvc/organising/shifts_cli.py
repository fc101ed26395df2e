"""``callsvc agents shifts`` and ``practice``: what was kept of rosters, and how practice stands."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa

from callsvc.agents.back_office import FIRST_LEVEL
from callsvc.agents.shifts import shifts_between
from callsvc.agents.tables import agent, agent_skill
from callsvc.core.db import Tx
from callsvc.organising.practice import practice_of
from callsvc.organising.rotation import Coverage, Member, coverage_at
from callsvc.platforms.queries import regions
from callsvc.runtime import Runtime

MakeRuntime = Callable[[], Runtime]
_STYLE = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
_PLATFORM = click.option(
    "--platform", "platform_code", default="", help="Of this platform alone, such as 67."
)
_PARIS = ZoneInfo("Europe/Paris")
_NAMED = 5


@click.command("shifts")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@_PLATFORM
@_STYLE
@click.pass_obj
def shifts(make_rt: MakeRuntime, day: datetime, platform_code: str, style: str) -> None:
    """The shifts kept for DAY (of Paris), each by its own clock: who, when, on which theme."""
    first = day.replace(tzinfo=_PARIS)
    with make_rt().db.read() as tx:
        rows = shifts_between(tx, first, first + timedelta(days=1), platform_code)
        zones = {row.code: ZoneInfo(row.zone) for row in regions(tx)}
    told = [
        {
            "softphone": row.client_name,
            "platform": row.platform_code,
            "from": row.starts_at.astimezone(zones[row.region_code]).isoformat(),
            "to": row.ends_at.astimezone(zones[row.region_code]).isoformat(),
            "skill": row.skill,
        }
        for row in rows
    ]
    if style == "json":
        click.echo(json.dumps(told))
        return
    for one in told:
        hours = f"{one['from'][:16]} to {one['to'][11:16]}"
        click.echo(f"{hours}  {one['platform']}  {one['softphone']}  {one['skill']}")
    if not told:
        click.echo("No shift is kept for this day.")


@click.command("practice")
@click.option("--within", default=14, show_default=True, help="Days within which everybody practises.")
@_PLATFORM
@_STYLE
@click.pass_obj
def practice(make_rt: MakeRuntime, within: int, platform_code: str, style: str) -> None:
    """How many can do each theme, how many have done it lately, and who is overdue; nothing is proposed."""
    with make_rt().db.read() as tx:
        names, members = _members(tx, platform_code)
        found = coverage_at(members, tx.now, timedelta(days=within))
    if style == "json":
        click.echo(json.dumps([_told(one, names) for one in found]))
        return
    for one in found:
        late = [names[id] for id in one.overdue]
        more = f" and {len(late) - _NAMED} more" if len(late) > _NAMED else ""
        said = f"; overdue: {', '.join(late[:_NAMED])}{more}" if late else ""
        click.echo(f"{one.skill}: {one.in_practice} of {one.able} in practice{said}")


def _told(one: Coverage, names: dict[str, str]) -> dict[str, object]:
    return {
        "skill": one.skill,
        "able": one.able,
        "in_practice": one.in_practice,
        "overdue": [names[id] for id in one.overdue],
    }


def _members(tx: Tx, platform_code: str) -> tuple[dict[str, str], list[Member]]:
    """(softphones by id, members) of those who work here."""
    mine: sa.ColumnElement[bool] = agent.c.left_at.is_(None)
    if platform_code:
        mine &= agent.c.platform_code == platform_code
    rows = tx.all(sa.select(agent.c.id, agent.c.client_name).where(mine))
    names = {row.id: row.client_name for row in rows}
    skills: dict[str, set[str]] = {id: set() for id in names}
    for row in tx.all(sa.select(agent_skill).where(FIRST_LEVEL)):
        if row.agent_id in skills:
            skills[row.agent_id].add(row.skill)
    practised = practice_of(tx, sorted(names))
    return names, [
        Member(
            id=id,
            skills=frozenset(skills[id]),
            last={skill: row.last_at for skill, row in practised.get(id, {}).items()},
        )
        for id in sorted(names)
    ]
