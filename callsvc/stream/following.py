"""Following what is published for as long as the process lives, through every outage of Redis."""

import asyncio

import structlog
from redis.exceptions import RedisError

from callsvc.stream.feed import Feed, Gap
from callsvc.stream.hub import Hub

log = structlog.get_logger(__name__)

BREATH_S = 0.005  # after each look, so that a busy stream is read in batches
AGAIN_S = (0.1, 0.2, 0.5, 1.0)  # between tries while Redis is away


class Follower:
    """``connected`` says whether changes are heard at the moment they are published."""

    def __init__(self, hub: Hub, feed: Feed) -> None:
        self._hub = hub
        self._feed = feed
        self.connected = False

    async def follow(self) -> None:
        """Runs until it is cancelled."""
        failures = 0
        while True:
            try:
                self._hub.begin(await self._feed.begin())
                self.connected, failures = True, 0
                await self._listen()
            except Gap:
                log.warning("changes-missed")
            except (RedisError, OSError) as error:
                if failures == 0:
                    log.warning("changes-not-heard", error=type(error).__name__)
            self.connected = False
            await asyncio.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
            failures += 1

    async def _listen(self) -> None:
        while True:
            for entry in await self._feed.read():
                self._hub.tell(entry)
            await asyncio.sleep(BREATH_S)
