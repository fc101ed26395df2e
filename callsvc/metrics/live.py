"""What happens now, and since midnight, by region: the dashboard's figures.

Counts of the day come from the roll-ups plus the events not rolled up yet, so they are never behind.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.agents.tables import agent
from callsvc.calls.tables import call, leg
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.metrics.measures import HELPED_BY
from callsvc.metrics.rollup import PROGRESS_NAME, add_up
from callsvc.metrics.rules import figures
from callsvc.metrics.tables import metric_event, metric_rollup, rollup_progress
from callsvc.platforms.queries import regions_by_name
from callsvc.routing.tables import aid_activation, queue_entry

_PARIS = ZoneInfo("Europe/Paris")
_TAIL = 20_000  # events not rolled up yet that a page adds up itself; more means the ticker is down


@dataclass
class RegionNow:
    """One line of the dashboard; waits in lived seconds."""

    code: str
    name: str
    waiting: int = 0
    longest_wait_s: float = 0
    ready: int = 0
    busy: int = 0
    wrap_up: int = 0
    away: int = 0
    live_calls: int = 0
    aided: bool = False
    today: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Dashboard:
    now: datetime
    since: datetime
    regions: tuple[RegionNow, ...]
    total: RegionNow
    outcomes: tuple[tuple[str, int], ...]
    aid: Mapping[tuple[str, str], int]  # calls connected, by (home region, region of the agent)
    names: Mapping[str, str]  # of every region: a helper may be outside the principal's own


def dashboard(tx: Tx, principal: Principal) -> Dashboard:
    """Everything the page shows, within the principal's regions and platforms.

    The day's figures are kept by region: an account narrowed to some platforms gets None for each of them.
    """
    local = tx.now.astimezone(_PARIS)
    since = local.replace(hour=0, minute=0, second=0, microsecond=0)
    names = {row.code: row.name for row in regions_by_name(tx)}
    lines = {code: RegionNow(code, name) for code, name in names.items() if principal.works_in(code)}
    _waiting(tx, principal, lines)
    _agents(tx, principal, lines)
    _live_calls(tx, principal, lines)
    sums = _sums_since(tx, since)
    told = principal.platforms == "*"
    total: defaultdict[str, float] = defaultdict(float)
    for code, line in lines.items():
        line.today = figures(sums[code]) if told else dict.fromkeys(figures({}))
        for measure, value in sums[code].items():
            total[measure] += value
    aid = {
        (code, measure.removeprefix(HELPED_BY)): round(value)
        for code in (lines if told else ())
        for measure, value in sums[code].items()
        if measure.startswith(HELPED_BY)
    }
    together = _together(tuple(lines.values()), figures(total) if told else dict.fromkeys(figures({})))
    outcomes = _outcomes(tx, principal, since)
    return Dashboard(local, since, tuple(lines.values()), together, outcomes, aid, names)


def _waiting(tx: Tx, principal: Principal, lines: Mapping[str, RegionNow]) -> None:
    rows = tx.all(
        sa.select(
            queue_entry.c.region_code,
            sa.func.count().label("entries"),
            sa.func.min(queue_entry.c.entered_at).label("first"),
        )
        .where(
            queue_entry.c.kind == "call",
            queue_entry.c.state.in_(("pending", "reserved")),
            scope_condition(principal, queue_entry.c.region_code, queue_entry.c.platform_code),
        )
        .group_by(queue_entry.c.region_code)
    )
    active = {row.region_code for row in tx.all(sa.select(aid_activation).where(aid_activation.c.active))}
    for code, line in lines.items():
        line.aided = code in active
    for row in rows:
        if row.region_code in lines:
            lines[row.region_code].waiting = row.entries
            lines[row.region_code].longest_wait_s = max(0.0, (tx.now - row.first).total_seconds())


def _agents(tx: Tx, principal: Principal, lines: Mapping[str, RegionNow]) -> None:
    rows = tx.all(
        sa.select(agent.c.region_code, agent.c.activity, agent.c.state, sa.func.count().label("agents"))
        .where(
            agent.c.activity != "offline",
            scope_condition(principal, agent.c.region_code, agent.c.platform_code),
        )
        .group_by(agent.c.region_code, agent.c.activity, agent.c.state)
    )
    for row in rows:
        line = lines.get(row.region_code)
        if line is None:
            continue
        if row.state in ("reserved", "on-call"):
            line.busy += row.agents
        elif row.state == "wrap-up":
            line.wrap_up += row.agents
        elif row.activity == "available":
            line.ready += row.agents
        else:
            line.away += row.agents


def _live_calls(tx: Tx, principal: Principal, lines: Mapping[str, RegionNow]) -> None:
    rows = tx.all(
        sa.select(call.c.region_code, sa.func.count().label("calls"))
        .join(leg, leg.c.call_id == call.c.id)
        .where(
            leg.c.role == "contact",
            leg.c.placement.in_(("placed", "received")),
            leg.c.ended_at.is_(None),
            scope_condition(principal, call.c.region_code, call.c.platform_code),
        )
        .group_by(call.c.region_code)
    )
    for row in rows:
        if row.region_code in lines:
            lines[row.region_code].live_calls = row.calls


def _sums_since(tx: Tx, since: datetime) -> defaultdict[str, defaultdict[str, float]]:
    """Measures by region: the roll-ups of the period, and the events after them."""
    sums: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    total = sa.func.sum(metric_rollup.c.value).label("total")
    for row in tx.all(
        sa.select(metric_rollup.c.region_code, metric_rollup.c.measure, total)
        .where(metric_rollup.c.interval_start >= since)
        .group_by(metric_rollup.c.region_code, metric_rollup.c.measure)
    ):
        sums[row.region_code][row.measure] += row.total
    done = sa.select(rollup_progress.c.ordinal).where(rollup_progress.c.name == PROGRESS_NAME)
    tail = tx.all(
        sa.select(metric_event)
        .where(metric_event.c.ordinal > (tx.scalar(done) or 0), metric_event.c.at >= since)
        .limit(_TAIL)
    )
    for (_, code, _, measure), value in add_up(tail).items():
        sums[code][measure] += value
    return sums


def _outcomes(tx: Tx, principal: Principal, since: datetime) -> tuple[tuple[str, int], ...]:
    rows = tx.all(
        sa.select(campaign_contact.c.outcome, sa.func.count().label("people"))
        .where(
            campaign_contact.c.outcome_at >= since,
            scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code),
        )
        .group_by(campaign_contact.c.outcome)
    )
    return tuple(sorted(((row.outcome, row.people) for row in rows), key=lambda pair: (-pair[1], pair[0])))


def _together(lines: tuple[RegionNow, ...], today: Mapping[str, float | None]) -> RegionNow:
    total = RegionNow("", "", today=today)
    for name in ("waiting", "ready", "busy", "wrap_up", "away", "live_calls"):
        setattr(total, name, sum(getattr(line, name) for line in lines))
    total.longest_wait_s = max((line.longest_wait_s for line in lines), default=0)
    return total
