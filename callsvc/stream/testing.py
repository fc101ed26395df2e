"""A stream process lent to a test: the same server, in a thread, hearing what this very process publishes.

with stream_beside(rt) as address:     # http://127.0.0.1:<port>
    requests.get(f"{address}/stream/desk", stream=True, headers=...)
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from callsvc.core.changes import MemoryChanges
from callsvc.runtime import Runtime
from callsvc.stream.feed import Feed, MemoryFeed
from callsvc.stream.server import StreamServer


@contextmanager
def stream_beside(rt: Runtime, feed: Feed | None = None, port: int = 0) -> Iterator[str]:
    """Serve until the block ends. ``rt.settings.public_base_url`` names the pages that may listen."""
    if feed is None:
        if not isinstance(rt.db.changes, MemoryChanges):
            raise TypeError("give the feed that reads what this Runtime publishes")
        feed = MemoryFeed(rt.db.changes)
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(
        StreamServer(rt, feed).application(),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=0.5,
    )

    async def begin() -> str:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    thread = threading.Thread(target=loop.run_forever, name="stream", daemon=True)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(begin(), loop).result(timeout=10)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()
