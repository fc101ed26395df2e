"""Jobs: hints that there is work, never the work itself.

A job is a name and a list of ids. SQL holds the truth; losing every job loses nothing, because the ticker
re-creates whatever is due. So enqueuing never fails a use case: an unreachable Redis is logged and left to
the ticker.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

# job name -> queue. One worker process per queue: what must be quick never waits behind what may be slow, so
# what somebody sits before the screen for (previews) stands apart from what may take hours (imports).
QUEUES: dict[str, str] = {
    "place_calls": "dialing",
    "place_agent_leg": "handover",
    "update_calls": "handover",
    "carry_out_stop": "handover",
    "send_messages": "messages",
    "import_lists": "imports",
    "forget_due": "imports",
    "rehearse": "previews",
    "preview_aid": "previews",
    "fetch_for_flows": "upkeep",
    "settle_doubt": "upkeep",
    "reconcile_legs": "upkeep",
    "roll_up_metrics": "upkeep",
}


# Seconds a job may take; a list of a million people takes minutes, and a worker of its own.
_LONGEST_S = 60
_LONGER_S = {"import_lists": 6 * 3600, "rehearse": 600, "preview_aid": 600}


# Machine time. A job that was asked for and has done nothing yet is asked for again after this; with the
# ticker's own rhythm whatever is due is back within three seconds.
ASK_AGAIN = timedelta(seconds=2)


_LONGEST_SILENCE = timedelta(minutes=5)


def next_check(reconcile_s: float, checks: int) -> timedelta:
    """Machine time until something live is fetched from the carrier, after so many looks without news.

    Callbacks are rarely lost, so each look in vain makes the next less likely to find anything.

    >>> [next_check(8, checks).total_seconds() for checks in (0, 1, 2, 9)]
    [8.0, 16.0, 32.0, 300.0]
    """
    return min(timedelta(seconds=reconcile_s * 2 ** min(checks, 16)), _LONGEST_SILENCE)


class Jobs(Protocol):
    def enqueue(self, job: str, ids: Sequence[str]) -> None: ...


class RqJobs:
    """Jobs on RQ, one queue a worker process, JSON serialised."""

    def __init__(self, redis_url: str) -> None:
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
        from rq import Queue
        from rq.serializers import JSONSerializer

        self.connection = Redis.from_url(
            redis_url, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )
        self._queues = {
            name: Queue(name, connection=self.connection, serializer=JSONSerializer)
            for name in set(QUEUES.values())
        }

    def enqueue(self, job: str, ids: Sequence[str]) -> None:
        from redis.exceptions import RedisError

        try:
            self._queues[QUEUES[job]].enqueue(
                f"workers.jobs.{job}.run",
                list(ids),
                job_timeout=_LONGER_S.get(job, _LONGEST_S),
                result_ttl=0,
                failure_ttl=3600,
            )
        except RedisError as error:
            log.warning("job-not-enqueued", job=job, count=len(ids), error=type(error).__name__)

    def lengths(self) -> list[tuple[str, int, int]]:
        """Name, jobs that wait and jobs that failed, of each queue. Raises what Redis raises."""
        return [
            (name, queue.count, queue.failed_job_registry.count)
            for name, queue in sorted(self._queues.items())
        ]


@dataclass
class HeldJobs:
    """Jobs kept in a list for a test to look at and run."""

    held: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def enqueue(self, job: str, ids: Sequence[str]) -> None:
        self.held.append((job, tuple(ids)))

    def take(self) -> list[tuple[str, tuple[str, ...]]]:
        taken, self.held = self.held, []
        return taken
