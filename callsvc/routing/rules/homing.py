"""Who at home takes a call: somebody of its platform, of the pool it answers with, of the region."""

from collections.abc import Sequence
from typing import Literal

from callsvc.routing.rules.rotating import longest_idle
from callsvc.routing.views import FreeAgent

Tier = Literal["platform", "pool", "region"]


def tiers(platform: str, pool: str, free: Sequence[FreeAgent]) -> dict[Tier, list[FreeAgent]]:
    """The free agents of the region by how near they are; each tier holds the nearer ones, too.

    A platform without a pool answers alone.
    """
    return {
        "platform": [agent for agent in free if agent.platform == platform],
        "pool": [agent for agent in free if pool and agent.pool == pool],
        "region": list(free),
    }


def choose_at_home(platform: str, pool: str, free: Sequence[FreeAgent]) -> tuple[Tier, FreeAgent] | None:
    """The agent idle for the longest in the nearest tier that has one; None when nobody is free."""
    for tier, near in tiers(platform, pool, free).items():
        if near:
            return tier, longest_idle(near)
    return None
