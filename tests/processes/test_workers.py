"""Redis and the workers, as real processes, when one of them is killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from callsvc.processes.readiness import answers
from callsvc.processes.running import RunningStack, running_stack

PERSONAL = "+33639981234"

# A job that takes notes instead of placing calls: `run(ids)` like every job file.
JOB = f"""
import pathlib, time
here = pathlib.Path(__file__).parent

def run(ids):
    (here / ("started-" + ids[0])).touch()
    if ids[0] == "bad":
        raise ValueError("cannot call {PERSONAL}")
    while ids[0] == "slow" and not (here / "gate").exists():
        time.sleep(0.02)
    (here / ("done-" + ids[0])).touch()
"""


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "notes_job.py").write_text(JOB)
    return folder


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, notes: Path) -> Iterator[RunningStack]:
    directory = tmp_path_factory.mktemp("stack")
    with running_stack(directory, extra={"PYTHONPATH": str(notes)}, only={"redis", "worker-upkeep"}) as stack:
        yield stack


@pytest.fixture
def redis(stack: RunningStack) -> Iterator[Redis]:
    client = Redis.from_url(stack.redis_url)
    yield client
    client.close()


def _enqueue(redis: Redis, id: str, queue: str = "upkeep") -> None:
    Queue(queue, connection=redis, serializer=JSONSerializer).enqueue("notes_job.run", [id], result_ttl=0)


def _told(redis: Redis, what: str) -> int:
    return int(redis.info("persistence")[what])


def _kill_redis(stack: RunningStack, until: Any) -> None:
    before = stack.pids()["redis"]
    os.kill(before, signal.SIGKILL)
    until(lambda: stack.pids().get("redis", before) != before and answers(stack.redis_url))


def test_a_job_survives_the_death_of_redis_once_it_is_written_down(
    stack: RunningStack, redis: Redis, until: Any
) -> None:
    _enqueue(redis, "kept", queue="nobody-listens")
    # While one sync is under way the next lines wait in the server's memory, for two seconds at most: a job
    # of that moment may die with it, and is made again from the database like all that is due.
    until(lambda: _told(redis, "aof_buffer_length") == _told(redis, "aof_pending_bio_fsync") == 0)
    _kill_redis(stack, until)
    assert Queue("nobody-listens", connection=redis, serializer=JSONSerializer).count == 1


def test_a_worker_outlives_its_redis(stack: RunningStack, redis: Redis, notes: Path, until: Any) -> None:
    _enqueue(redis, "before")
    until((notes / "done-before").exists)
    worker = stack.pids()["worker-upkeep"]
    _kill_redis(stack, until)
    _enqueue(redis, "after")
    until((notes / "done-after").exists)
    redis.flushall()
    _enqueue(redis, "after-flush")
    until((notes / "done-after-flush").exists)
    assert stack.pids()["worker-upkeep"] == worker


def test_a_redis_lost_in_the_middle_of_a_job_does_not_end_the_worker(
    stack: RunningStack, redis: Redis, notes: Path, until: Any
) -> None:
    (notes / "gate").unlink(missing_ok=True)
    (notes / "done-slow").unlink(missing_ok=True)
    worker = stack.pids()["worker-upkeep"]
    _enqueue(redis, "slow")
    until((notes / "started-slow").exists)
    stack.hold("redis")
    (notes / "gate").touch()
    until((notes / "done-slow").exists)
    stack.release("redis")
    until(lambda: answers(stack.redis_url))
    _enqueue(redis, "afterwards")
    until((notes / "done-afterwards").exists, within_s=20)
    assert stack.pids()["worker-upkeep"] == worker


def test_a_stopped_worker_finishes_the_job_at_hand(
    stack: RunningStack, redis: Redis, notes: Path, until: Any
) -> None:
    for name in ("gate", "started-slow", "done-slow"):
        (notes / name).unlink(missing_ok=True)
    _enqueue(redis, "slow")
    until((notes / "started-slow").exists)
    worker = stack.pids()["worker-upkeep"]
    os.kill(worker, signal.SIGTERM)
    (notes / "gate").touch()
    until((notes / "done-slow").exists)
    until(lambda: stack.pids().get("worker-upkeep", worker) != worker)
    assert "worker-upkeep ended with code 0 and starts again at once." in stack.said


def test_a_failed_job_tells_neither_redis_nor_the_log_whom_it_was_about(
    stack: RunningStack, redis: Redis, until: Any
) -> None:
    _enqueue(redis, "bad")
    until(lambda: '"error": "ValueError"' in stack.log("worker-upkeep"))
    line = next(line for line in stack.log("worker-upkeep").splitlines() if "ValueError" in line)
    assert '"event": "job-failed"' in line
    assert "notes_job.py" in line
    until(lambda: redis.zcard("rq:failed:upkeep"))
    stored = b"".join(_contents(redis, key) for key in redis.scan_iter())
    assert PERSONAL not in stack.log("worker-upkeep", 500)
    assert PERSONAL.encode() not in stored


def _contents(redis: Redis, key: bytes) -> bytes:
    kind = redis.type(key)
    if kind == b"hash":
        return b"".join(redis.hgetall(key).values())
    if kind == b"stream":
        return repr(redis.xrange(key)).encode()
    return redis.get(key) or b"" if kind == b"string" else b""
