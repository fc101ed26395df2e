"""From sums over lately finished calls to the figures the other rules use. Times are lived seconds.

Each figure begins at what was assumed and moves as calls are seen: with few of them it stays near the
assumption. Sums are decayed, so that what was seen an evening ago weighs little.
"""

from typing import Final

AHT_S: Final = 240.0
"""Average handling time (talk and wrap-up) assumed before any was measured..."""
PRIOR_CALLS: Final = 50
"""...as if so many calls had taken that long."""

PATIENCE_S: Final = 150.0
"""Mean patience assumed before anybody gave up..."""
PRIOR_GAVE_UP: Final = 20
"""...as if so many had, after that wait each."""

PRIOR_AID: Final = 200
"""Slowness begins as if so many calls of each kind had taken equally long (as in ``slowness``)."""

HALF_LIFE_S: Final = 4 * 3600.0
"""A call weighs half as much this long after it ended."""


def decay(elapsed_s: float) -> float:
    """What is left of a sum after so long.

    >>> decay(HALF_LIFE_S)
    0.5
    """
    return float(0.5 ** (max(0.0, elapsed_s) / HALF_LIFE_S))


def handling(own_s: float, own_calls: float) -> float:
    """Mean handling time of a region's calls, in seconds.

    >>> handling(0.0, 0.0), handling(50 * 360.0, 50)
    (240.0, 300.0)
    """
    return (PRIOR_CALLS * AHT_S + own_s) / (PRIOR_CALLS + own_calls)


def patience(waited_s: float, gave_up: float) -> float:
    """Mean patience in seconds: the time waited by all, answered or not, over how many gave up.

    The estimate of greatest likelihood when patience is exponential and an answer cuts it short.

    >>> patience(0.0, 0.0)
    150.0
    """
    return (PRIOR_GAVE_UP * PATIENCE_S + waited_s) / (PRIOR_GAVE_UP + gave_up)


def slowness(own_s: float, own_calls: float, aid_s: float, aid_calls: float) -> float:
    """How many times as long a call takes in aid as at home.

    >>> slowness(0.0, 0.0, 0.0, 0.0), round(slowness(8000 * 240.0, 8000, 2000 * 312.0, 2000), 2)
    (1.0, 1.27)
    """
    usual_s = own_s / own_calls if own_calls else AHT_S
    own = (PRIOR_AID * usual_s + own_s) / (PRIOR_AID + own_calls)
    aid = (PRIOR_AID * usual_s + aid_s) / (PRIOR_AID + aid_calls)
    return aid / own
