"""The last resort: a look at the database itself, in case a change was lost on its way.

While Redis can be read this is one cheap query every 15 seconds, and only while somebody listens. While it
cannot, the same query every second is all that the listeners have, and is enough.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from callsvc.agents.tables import agent
from callsvc.campaigns.tables import campaign
from callsvc.core.db import Tx
from callsvc.core.incidents import incident
from callsvc.core.topics import TopicName
from callsvc.metrics.tables import metric_event
from callsvc.routing.tables import aid_activation
from callsvc.runtime import Runtime
from callsvc.stream.checking import InThread
from callsvc.stream.hub import Hub

log = structlog.get_logger(__name__)

REPAIR_EVERY_S = 15.0
BLIND_EVERY_S = 1.0
_AT_ONCE = 5_000

# What differs when something of these topics has changed.
_MARKS: tuple[tuple[sa.ScalarSelect[Any], tuple[TopicName, ...]], ...] = (
    (sa.select(sa.func.max(metric_event.c.ordinal)).scalar_subquery(), ("figures", "queue", "campaign")),
    (sa.select(sa.func.max(agent.c.state_since)).scalar_subquery(), ("agents",)),
    (sa.select(sa.func.max(agent.c.activity_since)).scalar_subquery(), ("agents",)),
    (sa.select(sa.func.max(campaign.c.changed_at)).scalar_subquery(), ("campaign",)),
    (sa.select(sa.func.max(aid_activation.c.since)).scalar_subquery(), ("aid",)),
    (sa.select(sa.func.max(incident.c.at)).scalar_subquery(), ("operations",)),
)


@dataclass(frozen=True)
class Seen:
    """The marks in their order, and the version of each desk somebody listens to."""

    marks: tuple[Any, ...]
    versions: Mapping[str, int]


def look(tx: Tx, agent_ids: list[str]) -> Seen:
    row = tx.first(sa.select(*(mark.label(f"mark{number}") for number, (mark, _) in enumerate(_MARKS))))
    versions: dict[str, int] = {}
    for start in range(0, len(agent_ids), _AT_ONCE):
        some = agent_ids[start : start + _AT_ONCE]
        rows = tx.all(sa.select(agent.c.id, agent.c.fence).where(agent.c.id.in_(some)))
        versions |= {row.id: int(row.fence) for row in rows}
    return Seen(tuple(row or ()), versions)


class Looker:
    def __init__(self, rt: Runtime, hub: Hub, in_thread: InThread, connected: Callable[[], bool]) -> None:
        self._rt = rt
        self._hub = hub
        self._in_thread = in_thread
        self._connected = connected
        self._seen: Seen | None = None
        self._seen_at = 0.0

    async def run(self) -> None:
        looked_at = 0.0
        while True:
            await asyncio.sleep(BLIND_EVERY_S)
            every_s = REPAIR_EVERY_S if self._connected() else BLIND_EVERY_S
            if self._hub.listeners and self._hub.now() - looked_at >= every_s:
                looked_at = self._hub.now()
                await self.look()

    async def look(self) -> None:
        """Tell what changed since the last look and was not told meanwhile."""
        began = self._hub.now()
        desks = [word.partition(":")[2] for word in self._hub.words("desk")]
        try:
            seen = await self._in_thread(lambda: self._look(desks))
        except SQLAlchemyError as error:
            log.warning("stream-cannot-read", error=type(error).__name__)
            return
        for agent_id, version in seen.versions.items():
            self._hub.tell_version(f"desk:{agent_id}", version)
        before, self._seen = self._seen, seen
        since, self._seen_at = self._seen_at, began
        if before is None:
            return
        for (_, topics), was, now in zip(_MARKS, before.marks, seen.marks, strict=True):
            for topic in topics if was != now else ():
                if self._hub.told_at.get(topic, -1.0) < since:
                    self._hub.tell_topic(topic)

    def _look(self, agent_ids: list[str]) -> Seen:
        with self._rt.db.read() as tx:
            return look(tx, agent_ids)
