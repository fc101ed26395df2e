"""How many calls now, and when again: arithmetic."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from callsvc.campaigns.definitions.pacing import Pacing
from callsvc.campaigns.definitions.retries import Retries
from callsvc.campaigns.dispositions import Flags

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


def next_retry(retries: Retries, flags: Flags, tries: int, ended_at: datetime) -> datetime | None:
    """When to try again after a try with these flags; None when there is no further try.

    Delays count from the carrier's fact (the try ended), never from queueing.
    """
    if flags.final or tries >= retries.most_tries:
        return None
    minutes = retries.delays_minutes.get(flags.retry_after, retries.default_minutes)
    return ended_at + timedelta(minutes=minutes)
