"""How much longer aid takes than work at home, as measured, and what that allows.

An agent who answers for a region they do not know needs longer. While capacity is spare that costs nobody
anything; in overload each slow call is paid by callers who give up. So the measured slowness narrows aid: a
helper with late calls of its own lends less and less, and fewer of its agents may be lent at once.
"""

import math
from typing import Final

from callsvc.routing.rules.ledgers import MOST
from callsvc.routing.rules.regions import Region

FREE: Final = 1.15
"""Aid up to this much slower is not narrowed..."""
BARRED: Final = 1.25
"""...and at this much, a helper with late calls of its own lends nobody."""
LEAST_CAP: Final = 0.5
"""Share of the usual cap that is left then."""

PRIOR_CALLS: Final = 200
"""The measure begins as if so many calls of each kind had taken equally long."""

EVERY: Final = 100
"""Conversations from one look at the measure to the next."""


class Slowness:
    """Running means of handling times, own calls and aid, in lived seconds."""

    __slots__ = ("_aid", "_ended", "_own", "measured")

    def __init__(self, handle_s: float) -> None:
        self._own = [PRIOR_CALLS * handle_s, float(PRIOR_CALLS)]
        self._aid = [PRIOR_CALLS * handle_s, float(PRIOR_CALLS)]
        self._ended = 0
        self.measured = 1.0

    def add(self, took_s: float, *, aid: bool) -> None:
        """A conversation has ended."""
        sums = self._aid if aid else self._own
        sums[0] += took_s
        sums[1] += 1
        self._ended += 1

    def due(self) -> bool:
        """Measure anew every ``EVERY`` conversations; True when that happened."""
        if self._ended < EVERY:
            return False
        self._ended = 0
        self.measured = (self._aid[0] / self._aid[1]) / (self._own[0] / self._own[1])
        return True


def allowance(slowness: float) -> float:
    """What part of the usual aid is left: 1 up to ``FREE``, falling to 0 at ``BARRED``.

    >>> allowance(1.1), round(allowance(1.2), 2), allowance(1.3)
    (1.0, 0.5, 0.0)
    """
    return min(1.0, max(0.0, (BARRED - slowness) / (BARRED - FREE)))


def ratio_for(ratio: float, slowness: float) -> float:
    """How much longer another region's wait must be before a helper with late calls of its own lends."""
    if slowness <= FREE:
        return ratio
    left = allowance(slowness)
    return ratio / left if left else math.inf


def rescue_below(threshold: float, slowness: float) -> float:
    """The ledger below which a region's calls are rescued: the slower aid is, the deeper."""
    return threshold - MOST / 2 * (1 - allowance(slowness))


def most_lent(region: Region, cap: float, slowness: float) -> int:
    """How many of its agents a region may lend at once."""
    return math.floor(region.agents * cap * (LEAST_CAP + (1 - LEAST_CAP) * allowance(slowness)))
