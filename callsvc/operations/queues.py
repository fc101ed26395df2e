"""The job queues in Redis: how long they are, and what failed in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from callsvc.core.jobs import RqJobs
from callsvc.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class QueueNow:
    """``failed`` counts jobs of the last hour; what they were to do is asked for again by the ticker."""

    name: str
    jobs: int
    failed: int


def queues_now(rt: Runtime) -> Sequence[QueueNow] | None:
    """None when Redis does not answer, or jobs are not kept in it."""
    from redis.exceptions import RedisError

    if not isinstance(rt.jobs, RqJobs):
        return None
    try:
        return [QueueNow(name=name, jobs=jobs, failed=failed) for name, jobs, failed in rt.jobs.lengths()]
    except RedisError:
        return None
