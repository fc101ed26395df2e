"""The flows a campaign can call with: those that are published, and what they speak."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import get_locale

from callsvc.campaigns.trials import MARK
from callsvc.core.db import Tx
from callsvc.flows.agents import queue_steps
from callsvc.flows.examining import examine
from callsvc.flows.tables import flow_version


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A published flow; ``version`` is its newest."""

    flow_id: str
    version: str
    title: str
    channels: tuple[str, ...]
    languages: tuple[str, ...]


def published_flows(tx: Tx) -> list[Flow]:
    """The newest version of each, by title."""
    newest = {row.flow_id: row for row in tx.all(_published().order_by(flow_version.c.published_at))}
    return sorted((_flow(row.flow_id, row.version, row.source) for row in newest.values()), key=_by_title)


def _published() -> sa.Select[tuple[str, str, str]]:
    """Without the texts of trial calls, whose names no flow can have."""
    wanted = sa.select(flow_version.c.flow_id, flow_version.c.version, flow_version.c.source)
    return wanted.where(flow_version.c.flow_id.not_like(f"{MARK}%"))


def flow_of_version(tx: Tx, version: str) -> Flow:
    """The flow of a version that a campaign is pinned to."""
    row = tx.all(_published().where(flow_version.c.version == version))[0]
    return _flow(row.flow_id, row.version, row.source)


def _by_title(flow: Flow) -> str:
    return flow.title.casefold()


def _flow(flow_id: str, version: str, source: str) -> Flow:
    read = examine(source).definition
    if read is None:
        return Flow(flow_id=flow_id, version=version, title=flow_id, channels=(), languages=())
    locale = get_locale()
    title = read.title.get(locale.language if locale else "") or next(iter(read.title.values()), flow_id)
    return Flow(
        flow_id=flow_id,
        version=version,
        title=title,
        channels=tuple(read.channels),
        languages=tuple(read.languages),
    )


def unspoken(flow: Flow, spoken: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Languages of the people (code, how many) that the flow does not speak: it speaks its first to them."""
    return [(language, people) for language, people in spoken if language not in flow.languages]


def waits_for_agents(tx: Tx, flow: Flow) -> bool:
    """Whether a step of the flow waits for an agent; False for a text that cannot be read any more."""
    return bool(flow.channels) and bool(queue_steps(tx, flow.version))
