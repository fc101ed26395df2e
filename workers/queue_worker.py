"""An RQ worker that survives its Redis, finishes the job at hand when told to stop, and tells nobody's data.

RQ's own worker ends for good when Redis goes away in the middle of a job, waits up to a minute before it
connects again, and stores whole tracebacks in Redis. The truth is in SQL, so all a worker has to do about a
lost Redis is to come back.
"""

import signal
import time
from types import FrameType
from typing import Any

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

log = structlog.get_logger(__name__)

WORKER_TTL_S = 30  # a dead worker's job is looked for after this; reference: docs/operations.md
RECONNECT_S = 0.5


class QueueWorker(SimpleWorker):  # type: ignore[misc]  # rq's classes are untyped to us
    """One queue, one job at a time, in this very process: nothing is forked, connections are kept."""

    max_connection_wait_time = 1.0

    def __init__(self, queue: str, connection: Redis) -> None:
        super().__init__(
            [queue],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL_S,
            maintenance_interval=WORKER_TTL_S,
            log_job_description=False,
        )
        self.stopping = False
        self._busy = False

    def subscribe(self) -> None:
        """No orders by way of Redis: who may write there may not therefore stop a worker."""

    def execute_job(self, job: Any, queue: Any) -> None:
        self._busy = True
        try:
            super().execute_job(job, queue)
        finally:
            self._busy = False

    def _install_signal_handlers(self) -> None:
        signal.signal(signal.SIGTERM, self._stop_soon)
        signal.signal(signal.SIGINT, self._stop_soon)

    def _stop_soon(self, _number: int, _frame: FrameType | None) -> None:
        """Now when idle, after the job otherwise; asks nothing of Redis, which may be gone already."""
        self.stopping = self._stop_requested = True
        if not self._busy:
            raise StopRequested

    def handle_exception(self, job: Any, *exc_info: Any) -> None:
        """Say which job failed, how and where; the message itself may quote what it was working on."""
        log.error("job-failed", job=job.func_name, job_id=job.id, exc_info=exc_info)

    def handle_job_failure(self, job: Any, *args: Any, **kwargs: Any) -> None:
        super().handle_job_failure(job, *args, **{**kwargs, "exc_string": "see the worker's log"})


def work(queue: str, redis_url: str) -> None:
    """Run this queue's jobs until SIGTERM; wait out any absence of Redis."""
    lost = False
    while True:
        worker = None
        try:
            worker = QueueWorker(queue, _connect(redis_url))
            if lost:
                log.info("redis-back", queue=queue)
            lost = False
            worker.work(logging_level="WARNING")
        except StopRequested:
            return
        except RedisError as error:
            if not lost:
                log.warning("redis-lost", queue=queue, error=type(error).__name__)
            lost = True
        if worker is not None and worker.stopping:
            return
        time.sleep(RECONNECT_S)


def _connect(redis_url: str) -> Redis:
    return Redis.from_url(redis_url, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))
