"""Reports, read from the roll-ups; within the principal's regions when there is one."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden
from callsvc.metrics.measures import HELPED_BY
from callsvc.metrics.rules import DEFAULT_VARIANT, THRESHOLD_S, figures
from callsvc.metrics.tables import metric_rollup
from callsvc.platforms.tables import region


@dataclass(frozen=True, kw_only=True)
class Period:
    """Which roll-ups to read: from ``since`` to before ``until``, lived; empty texts mean all."""

    since: datetime | None = None
    until: datetime | None = None
    region: str = ""
    campaign: str = ""
    principal: Principal | None = None

    def condition(self) -> sa.ColumnElement[bool]:
        start = metric_rollup.c.interval_start
        wanted: list[sa.ColumnElement[bool]] = [sa.true()]
        if self.since:
            wanted.append(start >= self.since)
        if self.until:
            wanted.append(start < self.until)
        if self.region:
            wanted.append(metric_rollup.c.region_code == self.region)
        if self.campaign:
            wanted.append(metric_rollup.c.campaign_id == self.campaign)
        if self.principal and self.principal.platforms != "*":
            raise Forbidden(
                "figures-by-region",
                "These figures are kept by region; they are for accounts that see the whole region.",
            )
        if self.principal:
            wanted.append(scope_condition(self.principal, metric_rollup.c.region_code))
        return sa.and_(*wanted)


@dataclass(frozen=True)
class Line:
    """Figures of one region, and of one interval or of the whole period (``start`` is None)."""

    region: str
    start: datetime | None  # local time of the region
    figures: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Volume:
    """``total``, then by region, then by region and 15 minutes; every figure with its variant's name."""

    total: Line
    by_region: tuple[Line, ...]
    by_interval: tuple[Line, ...]
    service_level_variant: str = DEFAULT_VARIANT
    threshold_s: float = THRESHOLD_S

    def as_dict(self) -> dict[str, Any]:
        return {
            "service_level": {"variant": self.service_level_variant, "threshold_s": self.threshold_s},
            "total": dict(self.total.figures),
            "by_region": [{"region": line.region, **line.figures} for line in self.by_region],
            "by_interval": [
                {"region": line.region, "start": line.start.isoformat() if line.start else "", **line.figures}
                for line in self.by_interval
            ],
        }


def volume(tx: Tx, period: Period, variant: str = DEFAULT_VARIANT) -> Volume:
    """Attempts, answers, waits and outcomes of a period."""
    zones = {row.code: ZoneInfo(row.zone) for row in tx.all(sa.select(region.c.code, region.c.zone))}
    total: defaultdict[str, float] = defaultdict(float)
    regions: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    cells: defaultdict[tuple[str, datetime], defaultdict[str, float]]
    cells = defaultdict(lambda: defaultdict(float))
    for row in tx.all(sa.select(metric_rollup).where(period.condition())):
        total[row.measure] += row.value
        regions[row.region_code][row.measure] += row.value
        cells[row.region_code, row.interval_start][row.measure] += row.value
    utc = ZoneInfo("UTC")
    return Volume(
        Line("", None, figures(total, variant)),
        tuple(Line(code, None, figures(sums, variant)) for code, sums in sorted(regions.items())),
        tuple(
            Line(code, start.astimezone(zones.get(code, utc)), figures(sums, variant))
            for (code, start), sums in sorted(cells.items())
        ),
        variant,
    )


def aid(tx: Tx, period: Period) -> dict[tuple[str, str], int]:
    """Calls connected, by (home region, region of the agent); home regions of the period only."""
    total = sa.func.sum(metric_rollup.c.value).label("total")
    rows = tx.all(
        sa.select(metric_rollup.c.region_code, metric_rollup.c.measure, total)
        .where(period.condition(), metric_rollup.c.measure.startswith(HELPED_BY, autoescape=True))
        .group_by(metric_rollup.c.region_code, metric_rollup.c.measure)
    )
    return {(row.region_code, row.measure.removeprefix(HELPED_BY)): round(row.total) for row in rows}
