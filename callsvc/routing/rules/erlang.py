"""Erlang A: a pool of agents, Poisson arrivals, exponential handling and patience (the M/M/n+M queue).

Source of the formulas: C. Palm, "Methods of judging the annoyance caused by congestion" (1953); A. Mandelbaum
and S. Zeltyn, "Service engineering in action: the Palm/Erlang-A queue" (2007). Erlang C, without abandonment,
is unstable at full load and so of no use in a spike; it is here to check simulations against.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_NEGLIGIBLE: Final = 1e-12
"""Weights this far below the largest are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """``agents`` people at an offered ``load`` in erlangs (calls a second x handling time)."""

    agents: int
    load: float
    handle_s: float
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a pool answers: shares of all calls offered."""

    in_time: float  # answered within the target
    abandoned: float


@lru_cache(maxsize=4096)
def weights(pool: Pool) -> tuple[float, ...]:
    """Relative probability of k calls present, k = 0, 1, ...; the largest is 1.

    p_k is proportional to the product over i <= k of load / (min(i, n) + max(i - n, 0) x handle / patience).
    """
    ratio = pool.handle_s / pool.patience_s
    logs, level, highest, k = [0.0], 0.0, 0.0, 0
    while True:
        k += 1
        drained = min(k, pool.agents) + max(k - pool.agents, 0) * ratio
        level += math.log(pool.load / drained) if pool.load > 0 else -math.inf
        highest = max(highest, level)
        if k > pool.agents and level < highest + math.log(_NEGLIGIBLE):
            return tuple(math.exp(one - highest) for one in logs)
        logs.append(level)


def in_time_from(pool: Pool, ahead: int, target_s: float) -> tuple[float, ...]:
    """Chance of an answer within ``target_s`` for a call that finds 0, 1, ... ``ahead`` others waiting.

    g_m solves g_m' = r_m g_(m-1) - (r_m + theta) g_m with r_m = n mu + m theta (m = calls ahead): those
    before leave at the rate r_m, the caller's own patience ends at the rate theta. By uniformisation.
    """
    mu, theta = 1 / pool.handle_s, 1 / pool.patience_s
    rates = [pool.agents * mu + m * theta for m in range(ahead + 1)]
    fastest = rates[-1] + theta
    steps = _poisson(fastest * target_s)
    chance = [0.0] * (ahead + 1)
    total = [0.0] * (ahead + 1)
    for weight in steps:
        for m in range(ahead + 1):
            total[m] += weight * chance[m]
        for m in range(ahead, -1, -1):
            before = chance[m - 1] if m else 1.0
            chance[m] += (rates[m] * before - (rates[m] + theta) * chance[m]) / fastest
    return tuple(total)


def _poisson(mean: float) -> Sequence[float]:
    """Probabilities of 0, 1, ... events, until what is left is negligible."""
    logs = [-mean]
    while len(logs) < mean or logs[-1] > math.log(_NEGLIGIBLE):
        logs.append(logs[-1] + math.log(mean / len(logs)) if mean > 0 else -math.inf)
    return [math.exp(one) for one in logs]


def answer(pool: Pool, target_s: float) -> Answer:
    """Service level and abandonment of a pool, by Erlang A.

    >>> found = answer(Pool(agents=45, load=45 * .95, handle_s=540, patience_s=150), 20)
    >>> round(found.in_time, 4), round(found.abandoned, 4)
    (0.8174, 0.0546)
    """
    if pool.load <= 0:
        return Answer(in_time=1.0, abandoned=0.0)
    p = weights(pool)
    total, n = sum(p), pool.agents
    waiting = sum((k - n) * p[k] for k in range(n, len(p)))
    arriving = pool.load / pool.handle_s
    prompt = in_time_from(pool, len(p) - 1 - n, target_s)
    served = sum(p[:n]) + sum(weight * prompt[k] for k, weight in enumerate(p[n:]))
    return Answer(in_time=served / total, abandoned=waiting / total / pool.patience_s / arriving)


def erlang_c(agents: int, load: float, handle_s: float, target_s: float) -> float:
    """Service level without abandonment: 1 - C exp(-(n - R) t / handling time), C = nB / (n - R (1 - B)).

    Raises ``ValueError`` at a load of ``agents`` erlangs or more, where the queue grows without end.
    """
    if load >= agents:
        raise ValueError("Erlang C needs more agents than erlangs")
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    delayed = agents * blocked / (agents - load * (1 - blocked))
    return 1 - delayed * math.exp(-(agents - load) * target_s / handle_s)
