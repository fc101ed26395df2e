"""Which agent of the chosen region: fairness at home, practice for everybody in aid."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from callsvc.routing.views import FreeAgent

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def longest_idle(agents: Iterable[FreeAgent]) -> FreeAgent:
    """At home: who has been idle for the longest."""
    return min(agents, key=lambda agent: (agent.idle_since, agent.id))


def least_recent_aid(agents: Iterable[FreeAgent]) -> FreeAgent:
    """In aid: who aided longest ago, or never, so that the skill fades in nobody; then who idles longest."""
    return min(agents, key=lambda agent: (agent.last_aid_at or _NEVER, agent.idle_since, agent.id))
