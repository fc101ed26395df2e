"""The reserve: how many idle agents a helper keeps so that its own callers keep its floor.

Lent to the limit, a helper has never fewer than n - r agents busy: its own calls see the Erlang A weights cut
off below n - r. The smallest r at which that worst case still meets the floor is the reserve (threshold
priority on idle servers: Armony, Gurvich, Mandelbaum). Exact for exponential handling and aid calls as long
as own ones.
"""

import math
from functools import lru_cache
from typing import Final

from callsvc.routing.rules.erlang import Pool, in_time_from, weights
from callsvc.routing.rules.ledgers import MOST

STEP: Final = 0.01
"""Loads are rounded to this part of a region's agents, so that few reserves are ever computed."""

SCALE: Final = 0.3
"""What a ledger at its lowest adds to the reserve, in square roots of the agents."""


def reserve(
    agents: int, load: float, floor: float, *, handle_s: float, patience_s: float, target_s: float = 20.0
) -> int:
    """Idle agents to keep. ``load`` in erlangs of own calls; all agents when no reserve can keep the floor.

    >>> [reserve(50, 50 * load, 0.8, handle_s=540, patience_s=150) for load in (0.80, 0.90, 0.95)]
    [4, 7, 11]
    """
    if agents <= 0:
        return 0
    rounded = round(load / agents / STEP) * STEP * agents
    pool = Pool(agents=agents, load=rounded, handle_s=handle_s, patience_s=patience_s)
    return _reserve(pool, floor, target_s)


@lru_cache(maxsize=16384)
def _reserve(pool: Pool, floor: float, target_s: float) -> int:
    agents = pool.agents
    if pool.load <= 0:
        return 0
    p = weights(pool)
    prompt = in_time_from(pool, len(p) - 1 - agents, target_s)
    total = sum(p[agents:])
    served = sum(weight * prompt[k] for k, weight in enumerate(p[agents:]))
    for kept in range(agents + 1):
        if kept:
            total += p[agents - kept]
            served += p[agents - kept]
        if total > 0 and served >= floor * total:
            return kept
    return agents


def kept_idle(agents: int, ledger: float, computed: int) -> int:
    """Idle agents a helper keeps now: none while its ledger is above zero, more the deeper it is below.

    ``computed`` is the reserve of the Erlang A formula, or 0 to keep one agent to begin with.
    """
    if ledger > 0:
        return 0
    return max(1, computed) + math.floor(SCALE * math.sqrt(agents) * -ledger / MOST)
