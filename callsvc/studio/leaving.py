"""Where people leave: for each step how many entered, which exit they took, and how many hung up there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

import ivr_flows
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.flows.examining import examine
from callsvc.flows.tables import flow_step_count as counts
from callsvc.studio.blueprint import blueprint
from callsvc.studio.queries import campaign_choices, versions_of
from callsvc.web import current_rt
from ivr_flows.drawing import draw
from ivr_flows.drawing.traffic import FAILURES, LEFT

_USUAL = timedelta(days=30)
_MANY = 0.1  # a share of people who hang up that is worth a look


@dataclass
class Step:
    """``entered`` sessions came here, asking again not counted; ``left`` hung up here, or fell silent."""

    name: str
    entered: int = 0
    left: int = 0
    exits: list[tuple[str, str, int]] = field(default_factory=list)  # exit, target, sessions

    @property
    def share(self) -> float | None:
        return min(1.0, self.left / self.entered) if self.entered else None

    @property
    def many(self) -> bool:
        return self.left > 0 and (self.share or 0) >= _MANY


@dataclass(frozen=True)
class Wanted:
    version: str
    campaign: str
    first: date
    last: date


@blueprint.get("/<flow_id>/leaving")
@page("report")
def leaving(flow_id: str) -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.read() as tx:
        versions = versions_of(tx, flow_id)
        if not versions:
            raise NotFound("flow-unpublished", "Nobody has heard this flow yet: publish it first.")
        wanted = _wanted([row.version for row in versions], tx.now.date())
        rows = _rows(tx, principal, wanted)
        campaigns = campaign_choices(tx, principal, [row.version for row in versions])
    source = next(row.source for row in versions if row.version == wanted.version)
    definition = examine(source).definition
    return render_template(
        "flows/leaving.html",
        flow_id=flow_id,
        versions=versions,
        campaigns=campaigns,
        wanted=wanted,
        steps=steps_of(rows, list(definition.steps) if definition is not None else []),
        began=sum(row.sessions for row in rows if row.exit == "begin"),
        drawing=_drawing(definition, rows),
    )


def steps_of(rows: Sequence[Any], order: Sequence[str]) -> list[Step]:
    """The counts of a version by step, in the order of the file; steps nobody came to are in it."""
    steps: dict[str, Step] = {name: Step(name) for name in order}
    for row in rows:
        again = row.step == row.target and row.exit in FAILURES
        if row.target and not again:
            steps.setdefault(row.target, Step(row.target)).entered += row.sessions
        if row.exit == "begin":
            continue
        step = steps.setdefault(row.step, Step(row.step))
        step.exits.append((row.exit, row.target, row.sessions))
        if row.exit in LEFT:
            step.left += row.sessions
    for step in steps.values():
        step.exits.sort(key=lambda one: (-one[2], one[0]))
    return list(steps.values())


def _rows(tx: Tx, principal: Principal, wanted: Wanted) -> Sequence[Any]:
    query = sa.select(
        counts.c.step, counts.c.exit, counts.c.target, sa.func.sum(counts.c.sessions).label("sessions")
    ).where(
        counts.c.version == wanted.version,
        counts.c.day.between(wanted.first, wanted.last),
        scope_condition(principal, counts.c.region_code, counts.c.platform_code),
    )
    if wanted.campaign:
        query = query.where(counts.c.campaign_id == wanted.campaign)
    return tx.all(query.group_by(counts.c.step, counts.c.exit, counts.c.target))


def _wanted(versions: Sequence[str], today: date) -> Wanted:
    """What the address asks for; what it says and nobody can read is as if it said nothing."""
    args = request.args
    version = args.get("version", "")
    return Wanted(
        version=version if version in versions else versions[0],
        campaign=args.get("campaign", ""),
        first=_day(args, "from") or today - _USUAL,
        last=_day(args, "to") or today,
    )


def _day(args: Mapping[str, str], key: str) -> date | None:
    try:
        return date.fromisoformat(args.get(key, ""))
    except ValueError:
        return None


def _drawing(definition: ivr_flows.Definition | None, rows: Sequence[Any]) -> Markup | None:
    """The graph with its counts; it escapes by itself what a flow says."""
    if definition is None or not rows:
        return None
    taken: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        taken[f"{row.step}.{row.exit}"] += row.sessions
    return Markup(draw(definition, counts=dict(taken)))  # noqa: S704
