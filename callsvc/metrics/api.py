"""Figures for programs: the reports of ``callsvc report``, and the dashboard's."""

from datetime import datetime
from typing import Any

from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.metrics.live import RegionNow, dashboard
from callsvc.metrics.queries import Period, aid, volume
from callsvc.metrics.rules import DEFAULT_VARIANT
from callsvc.web import current_rt
from callsvc.web.api import api_blueprint, operation
from callsvc.web.models import Asked, Moment, Name, RegionCode, Told

metrics_api = api_blueprint("metrics_api")

REPORTS = Tag(name="figures", description="Volumes, waits and outcomes; docs/metrics.md defines each figure.")
Figures = dict[str, float | None]


class PeriodQuery(Asked):
    since: Moment | None = Field(None, description="From this instant on.")
    until: Moment | None = Field(None, description="Before this instant.")
    region: RegionCode = ""
    campaign: Name = ""


class VolumeQuery(PeriodQuery):
    variant: str = Field(DEFAULT_VARIANT, pattern="^V[1-5]$", description="Definition of the service level.")


class ServiceLevel(Told):
    variant: str
    threshold_s: float


class VolumeReport(Told):
    """By region and by 15 minutes; each line is a region, a start, and the figures by name."""

    service_level: ServiceLevel
    total: Figures
    by_region: list[dict[str, Any]]
    by_interval: list[dict[str, Any]]


class Aided(Told):
    home: str
    agent_region: str
    connected: int
    overflow: bool


class AidReport(Told):
    """Calls of the home region connected to agents of a region."""

    items: list[Aided]


class RegionFigures(Told):
    """Waits in lived seconds; `today` holds the figures since midnight in Paris."""

    code: str
    name: str
    waiting: int
    longest_wait_s: float
    ready: int
    busy: int
    wrap_up: int
    away: int
    live_calls: int
    aided: bool
    today: Figures


class DashboardFigures(Told):
    now: datetime
    since: datetime
    regions: list[RegionFigures]
    total: RegionFigures
    outcomes: dict[str, int]
    aid: list[Aided]


@metrics_api.get("/reports/volume")
@api("report")
@operation(REPORTS)
def report_volume(query: VolumeQuery) -> VolumeReport:
    """Attempts, answers, waits and outcomes, from the roll-ups (a few seconds behind)."""
    with current_rt().db.read() as tx:
        return VolumeReport.model_validate(volume(tx, _period(query), query.variant).as_dict())


@metrics_api.get("/reports/aid")
@api("report")
@operation(REPORTS)
def report_aid(query: PeriodQuery) -> AidReport:
    """Who helped whom."""
    with current_rt().db.read() as tx:
        return AidReport(items=_aided(aid(tx, _period(query))))


@metrics_api.get("/dashboard")
@api("report")
@operation(REPORTS)
def show_dashboard() -> DashboardFigures:
    """What happens now, and since midnight, in your regions."""
    with current_rt().db.read() as tx:
        shown = dashboard(tx, current_principal())
    return DashboardFigures(
        now=shown.now, since=shown.since, regions=[_region(line) for line in shown.regions],
        total=_region(shown.total), outcomes=dict(shown.outcomes), aid=_aided(shown.aid),
    )  # fmt: skip


def _period(query: PeriodQuery) -> Period:
    return Period(
        since=query.since, until=query.until, region=query.region, campaign=query.campaign,
        principal=current_principal(),
    )  # fmt: skip


def _region(line: RegionNow) -> RegionFigures:
    return RegionFigures.model_validate(line)


def _aided(matrix: Any) -> list[Aided]:
    return [
        Aided(home=home, agent_region=helper, connected=calls, overflow=home != helper)
        for (home, helper), calls in sorted(matrix.items())
    ]
