"""Reading what is published, from Redis or from this process, without missing anything unnoticed.

Redis may be emptied, restarted or trim its stream at any moment. Whoever has read an entry and still finds it
there has missed nothing after it, as a stream loses its oldest entries first: so each look asks for the
entry read last, too. A feed begins with an entry of its own, so that there always is one.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from callsvc.core.changes import KEPT, RESYNC, STREAM, Change, MemoryChanges, read, write
from callsvc.stream.entries import START, Entry, Place, id_of, place_of
from callsvc.stream.hub import REMEMBERED

BLOCK_S = 1.0  # an emptied Redis is noticed within this, even when nothing happens
_BATCH = 500


class Gap(Exception):
    """Something may have been missed: begin anew, and have everybody look again."""


class Feed(Protocol):
    async def begin(self) -> Sequence[Entry]:
        """What was published of late, oldest first, and at least one entry; reading goes on from there."""
        ...

    async def read(self) -> Sequence[Entry]:
        """What was published since, after a second at most; raises ``Gap``."""
        ...

    async def close(self) -> None: ...


class RedisFeed:
    def __init__(self, redis_url: str) -> None:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        self._redis = Redis.from_url(
            redis_url, socket_timeout=BLOCK_S + 2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )
        self._last: Place = START

    async def begin(self) -> Sequence[Entry]:
        await self._redis.xadd(STREAM, {"c": write(())}, maxlen=KEPT)
        newest = _entries(await self._redis.xrevrange(STREAM, count=REMEMBERED))
        if not newest:
            raise Gap
        self._last = newest[0].place
        return newest[::-1]

    async def read(self) -> Sequence[Entry]:
        last = id_of(self._last)
        answer = await self._redis.xread({STREAM: last}, count=_BATCH, block=int(BLOCK_S * 1000))
        if not await self._redis.xrange(STREAM, last, last):
            raise Gap
        new = [entry for rows in _streams(answer) for entry in _entries(rows)]
        if new:
            self._last = new[-1].place
        return new

    async def close(self) -> None:
        await self._redis.aclose()


def _streams(answer: Any) -> list[Any]:
    """The entries of each stream, as either version of the protocol gives them."""
    if isinstance(answer, Mapping):
        return [rows for batches in answer.values() for rows in batches]
    return [rows for _, rows in answer or ()]


def _entries(rows: Any) -> list[Entry]:
    found = []
    for id, fields in rows:
        place = place_of(id)
        if place is not None:
            found.append(Entry(place, _changes(fields.get(b"c", b"[]"))))
    return found


def _changes(text: bytes) -> tuple[Change, ...]:
    """What an entry says; one that nobody can read is taken for a loss."""
    try:
        return read(text)
    except (ValueError, TypeError, LookupError):
        return (RESYNC,)


class MemoryFeed:
    """The same of changes kept in this process."""

    def __init__(self, changes: MemoryChanges) -> None:
        self._changes = changes
        self._new: asyncio.Queue[Entry] = asyncio.Queue()
        self._number = 0

    async def begin(self) -> Sequence[Entry]:
        loop = asyncio.get_running_loop()

        def tell(changes: tuple[Change, ...]) -> None:
            loop.call_soon_threadsafe(self._take, changes)

        self._changes.listen(tell)
        return [self._next(())]

    async def read(self) -> Sequence[Entry]:
        return [await self._new.get()]

    async def close(self) -> None:
        """Nothing is held open."""

    def _take(self, changes: tuple[Change, ...]) -> None:
        self._new.put_nowait(self._next(changes))

    def _next(self, changes: tuple[Change, ...]) -> Entry:
        self._number += 1
        return Entry((int(time.time() * 1000), self._number), changes)
