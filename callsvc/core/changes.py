"""Changes: hints that something a page shows is another thing now, never the thing itself.

They are collected in the transaction and published after its commit, all in one entry of one Redis stream,
which the stream processes read. SQL holds the truth: a change that is lost costs some seconds, because the
stream process looks at the database too. So publishing never fails a use case, and never makes it wait for
a Redis that is away.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, get_args

import structlog

from callsvc.core.topics import TopicName

log = structlog.get_logger(__name__)

STREAM = "callsvc:changes"
KEPT = 10_000  # entries in Redis; a listener that was away for longer looks at everything again
MUTE_S = 5.0  # real seconds without another try once Redis did not answer
TOPIC_NAMES = frozenset(get_args(TopicName))


@dataclass(frozen=True)
class Change:
    """``region`` is empty for what belongs to none; ``version`` grows where the subject counts its own."""

    topic: TopicName
    region: str = ""
    subject: str = ""
    version: int = 0


RESYNC = Change("resync")


class Collected:
    """The changes of one transaction, each once, with its newest version."""

    def __init__(self) -> None:
        self._versions: dict[tuple[TopicName, str, str], int] = {}

    def add(self, topic: TopicName, region: str, subject: str, version: int) -> None:
        key = (topic, region, subject)
        self._versions[key] = max(version, self._versions.get(key, 0))

    def __bool__(self) -> bool:
        return bool(self._versions)

    def changes(self) -> list[Change]:
        return [Change(*key, version) for key, version in self._versions.items()]


def write(changes: Iterable[Change]) -> str:
    """One entry's text: ``[["figures","44","",0],...]``."""
    return json.dumps([[c.topic, c.region, c.subject, c.version] for c in changes], separators=(",", ":"))


def read(text: str | bytes) -> tuple[Change, ...]:
    """The changes of an entry; topics that this version does not know are left out."""
    return tuple(Change(*fields) for fields in json.loads(text) if fields[0] in TOPIC_NAMES)


class Changes(Protocol):
    def publish(self, changes: Sequence[Change]) -> None: ...


class RedisChanges:
    """Changes on a Redis stream (6.2 or later), one command for each transaction."""

    def __init__(self, redis_url: str, now: Callable[[], float] = time.monotonic) -> None:
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self.connection = Redis.from_url(
            redis_url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 0)
        )
        self._now = now
        self._mute_until = 0.0
        self._lost = False

    def publish(self, changes: Sequence[Change]) -> None:
        """After a failure nothing is tried for a while; the first entry after it says that some were lost."""
        from redis.exceptions import RedisError

        if self._now() < self._mute_until:
            self._lost = True
            return
        told = [*changes, RESYNC] if self._lost else changes
        try:
            self.connection.execute_command("XADD", STREAM, "MAXLEN", "~", KEPT, "*", "c", write(told))  # type: ignore[no-untyped-call]
            self._lost = False
        except RedisError as error:
            self._lost, self._mute_until = True, self._now() + MUTE_S
            log.warning("changes-not-published", count=len(changes), error=type(error).__name__)


class MemoryChanges:
    """Changes kept in this process: for tests, and for a single process with its own listeners."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[tuple[Change, ...]], None]] = []
        self.published: list[tuple[Change, ...]] = []

    def publish(self, changes: Sequence[Change]) -> None:
        entry = tuple(changes)
        with self._lock:
            self.published = [*self.published[-KEPT:], entry]
            for tell in self._listeners:
                tell(entry)

    def listen(self, tell: Callable[[tuple[Change, ...]], None]) -> None:
        """Have every entry told from now on, in the publisher's thread."""
        with self._lock:
            self._listeners.append(tell)

    def take(self) -> list[Change]:
        """Every change published since the last look."""
        with self._lock:
            taken, self.published = self.published, []
        return [change for entry in taken for change in entry]
