"""Posting prepared requests over a few kept connections, as fast as they are answered or at a steady rate."""

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import urlsplit


class Poster:
    """Connections to one server. ``refused`` counts the answers that were not 200."""

    def __init__(self, address: str, connections: int) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._count = connections
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self.refused = 0

    async def __aenter__(self) -> "Poster":
        for _ in range(self._count):
            self._free.put_nowait(await asyncio.open_connection(self._host, self._port))
        return self

    async def __aexit__(self, *_: object) -> None:
        while not self._free.empty():
            self._free.get_nowait()[1].close()

    async def all(self, requests: Sequence[bytes]) -> None:
        """Post each once, as fast as they are answered."""
        left = iter(requests)

        async def post() -> None:
            for request in left:
                await self._one(request)

        await asyncio.gather(*(post() for _ in range(self._count)))

    async def steadily(self, requests: Sequence[bytes], per_s: float) -> list[float]:
        """Post so many a second; milliseconds from when each was due to its whole answer."""
        began, took, tasks = time.monotonic(), list[float](), list[asyncio.Task[None]]()

        async def post(request: bytes, due: float) -> None:
            await self._one(request)
            took.append((time.monotonic() - due) * 1000)

        for number, request in enumerate(requests):
            due = began + number / per_s
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            tasks.append(asyncio.create_task(post(request, due)))
        await asyncio.gather(*tasks)
        return took

    async def _one(self, request: bytes) -> None:
        reader, writer = await self._free.get()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        await reader.readexactly(int(length))
        self.refused += not head.startswith(b"HTTP/1.1 200")
        self._free.put_nowait((reader, writer))
