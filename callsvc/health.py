"""Is it alive, is it ready, and how is it: ``/healthz``, ``/readyz``, ``/metrics``."""

from collections.abc import Callable, Iterable

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from callsvc.accounts.guard import api, public
from callsvc.agents.tables import agent
from callsvc.calls.tables import incident, leg, live_call, webhook_event
from callsvc.core.db import Tx
from callsvc.core.jobs import RqJobs
from callsvc.messages.tables import message
from callsvc.metrics.tables import metric_event, rollup_progress
from callsvc.routing.tables import queue_entry
from callsvc.runtime import Runtime
from callsvc.web import current_rt

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public("says that the process answers, nothing else")
def healthz() -> ResponseReturnValue:
    """The process answers; nothing else is looked at."""
    return jsonify(status="alive")


@blueprint.get("/readyz")
@public("names the parts that are missing; no data, no address")
def readyz() -> ResponseReturnValue:
    """200 when requests can be served; 503 with what is missing and what to do."""
    rt = current_rt()
    reasons = [reason for check in (_database, _redis, _settings) if (reason := check(rt))]
    if reasons:
        return jsonify(status="not-ready", reasons=reasons), 503
    return jsonify(status="ready", reasons=[])


@blueprint.get("/metrics")
@api("operations")
def metrics() -> ResponseReturnValue:
    """Gauges for Prometheus, counted in SQL when asked: counts only, never a name or a number."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counts(current_rt()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _database(rt: Runtime) -> str:
    from alembic.script import ScriptDirectory

    from callsvc.migrations import __path__ as place
    from callsvc.migrations import current_version

    try:
        version = current_version(rt.db.engine)
    except sa.exc.SQLAlchemyError as error:
        return f"database: {type(error).__name__}; check DATABASE_URL and that the server runs"
    newest = ScriptDirectory(str(place[0])).get_current_head()
    return "" if version == newest else "database: the schema is not the newest; run callsvc db upgrade"


def _redis(rt: Runtime) -> str:
    from redis.exceptions import RedisError

    if not isinstance(rt.jobs, RqJobs):
        return ""  # jobs are held in memory: there is no server to ask
    try:
        rt.jobs.connection.ping()
    except RedisError as error:
        return f"redis: {type(error).__name__}; check REDIS_URL and that the server runs"
    return ""


def _settings(rt: Runtime) -> str:
    if not rt.settings.auth_tokens:
        return "settings: TWILIO_AUTH_TOKEN is empty, so no webhook of the carrier can be trusted"
    loopback = rt.settings.carrier_is_loopback
    if not loopback and not rt.settings.public_base_url.startswith("https://"):
        return "settings: PUBLIC_BASE_URL must be https with a real carrier"
    return ""


class _Counts(Collector):
    """Everything operations looks at first, in a few indexed counts."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt

    def collect(self) -> Iterable[Metric]:
        with self._rt.db.read() as tx:
            for name, help_text, count in _GAUGES:
                yield GaugeMetricFamily(name, help_text, value=count(tx))
            yield _by("callsvc_agents", "Agents by activity and state.", ["activity", "state"], _agents(tx))
            yield _by("callsvc_waiting", "People waiting for an agent.", ["region"], _waiting(tx))


def _count(table: sa.Table, where: sa.ColumnElement[bool] | None = None) -> Callable[[Tx], float]:
    query = sa.select(sa.func.count()).select_from(table)
    query = query if where is None else query.where(where)
    return lambda tx: float(tx.scalar(query) or 0)


def _lag(tx: Tx) -> float:
    newest = tx.scalar(sa.select(sa.func.max(metric_event.c.ordinal))) or 0
    return float(newest - (tx.scalar(sa.select(sa.func.max(rollup_progress.c.ordinal))) or 0))


def _agents(tx: Tx) -> Iterable[tuple[list[str], float]]:
    rows = tx.all(
        sa.select(agent.c.activity, agent.c.state, sa.func.count().label("agents")).group_by(
            agent.c.activity, agent.c.state
        )
    )
    return [([row.activity, row.state], row.agents) for row in rows]


def _waiting(tx: Tx) -> Iterable[tuple[list[str], float]]:
    rows = tx.all(
        sa.select(queue_entry.c.region_code, sa.func.count().label("entries"))
        .where(queue_entry.c.kind == "call", queue_entry.c.state == "pending")
        .group_by(queue_entry.c.region_code)
    )
    return [([row.region_code], row.entries) for row in rows]


def _by(name: str, help_text: str, labels: list[str], rows: Iterable[tuple[list[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=labels)
    for values, count in rows:
        family.add_metric(values, count)
    return family


_IN_DOUBT = leg.c.placement == "in-doubt"
_GAUGES: tuple[tuple[str, str, Callable[[Tx], float]], ...] = (
    ("callsvc_live_attempts", "Outbound calls that hold their number.", _count(live_call)),
    (
        "callsvc_live_legs",
        "Legs alive at the carrier.",
        _count(leg, leg.c.placement.in_(("placed", "received")) & leg.c.ended_at.is_(None)),
    ),
    ("callsvc_legs_in_doubt", "Legs of which nobody knows yet whether they exist.", _count(leg, _IN_DOUBT)),
    (
        "callsvc_messages_in_doubt",
        "Messages of which nobody knows yet whether they exist.",
        _count(message, message.c.placement == "in-doubt"),
    ),
    ("callsvc_webhook_events", "Webhooks of the carrier, each once.", _count(webhook_event)),
    ("callsvc_incidents", "What must never happen and did.", _count(incident)),
    ("callsvc_rollup_lag_events", "Raw events not in the roll-ups yet.", _lag),
)
