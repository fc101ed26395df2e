"""How many calls now: arithmetic."""

from dataclasses import dataclass
from datetime import timedelta

from callsvc.campaigns.definitions.pacing import Pacing

PACE_WINDOW = timedelta(seconds=10)  # lived; the rate holds over any such window


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is under way. planned_recently counts legs planned in the last ``PACE_WINDOW``."""

    planned_recently: int
    live: int
    waiting_for_agents: int


def pace(pacing: Pacing, load: Load) -> int:
    """Calls to plan now, agentless: bounded by set-ups a second, calls at once and the queue they feed.

    >>> load = Load(planned_recently=15, live=40, waiting_for_agents=0)
    >>> pace(Pacing(calls_per_second=2, most_live=50), load)
    5
    """
    if load.waiting_for_agents > pacing.most_waiting:
        return 0
    by_rate = max(1, int(pacing.calls_per_second * PACE_WINDOW.total_seconds())) - load.planned_recently
    return max(0, min(by_rate, pacing.most_live - load.live))
