"""Agents at their desks: each listens to ``/stream/desk`` and uses ``/api/v1/desk``, as a real desk does.

They take every offer at once, talk as long as drawn, hang up, wrap up, say how it went. All live in one event
loop. What the loop wakes for is news of the own desk or the end of what was drawn; nobody polls.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import aiohttp

from callsvc.bench.afternoon.country import Seat
from callsvc.bench.afternoon.plan import Plan

Json = dict[str, Any]
LOOK_ANYWAY_S: Final = 20.0  # real; nothing should ever be found then
_AGAIN_S: Final = 0.2
_AT_ONCE: Final = 32  # connections to the web process


class Desks:
    """All desks. ``handling`` draws how long a call of the own region keeps an agent busy, lived seconds."""

    def __init__(
        self,
        web_url: str,
        stream_url: str,
        seats: Sequence[Seat],
        plan: Plan,
        handling: Callable[[], float],
    ) -> None:
        self.web, self.stream = f"{web_url}/api/v1/desk", f"{stream_url}/stream/desk"
        self.plan, self.handling = plan, handling
        self.drawn: dict[str, float] = {}  # reservation -> seconds its agent was to be busy
        self.found_late = 0  # changes no stream had told of
        self._seats = seats
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Desks":
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_AT_ONCE), timeout=aiohttp.ClientTimeout(total=20)
        )
        self.ears = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None, sock_read=30)
        )
        people = [_Person(self, seat) for seat in self._seats]
        self._tasks = [asyncio.create_task(act()) for one in people for act in (one.listen, one.work)]
        await asyncio.gather(*(one.ready.wait() for one in people))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.session.close()
        await self.ears.close()


class _Person:
    def __init__(self, desks: Desks, seat: Seat) -> None:
        self._desks = desks
        self._headers = {"Authorization": f"Bearer {seat.key}"}
        self._told = asyncio.Event()  # the desk has news
        self._version = -1  # of the news, and...
        self._state: Json = {"version": -1}  # ...what the desk showed last
        self._hang_up_at = 0.0  # time.monotonic
        self.ready = asyncio.Event()

    async def listen(self) -> None:
        """Hear of every change of the own desk, over and over."""
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._desks.ears.get(self._desks.stream, headers=self._headers) as answer:
                    answer.raise_for_status()
                    kind = b""
                    async for line in answer.content:
                        if line.startswith(b"event:"):
                            kind = line[6:].strip()
                        elif line.startswith(b"data:"):
                            self._hear(kind, line[5:])
            await asyncio.sleep(_AGAIN_S)

    def _hear(self, kind: bytes, data: bytes) -> None:
        """The desk has a new version, or may have one."""
        if kind in (b"desk", b"ready", b"resync"):
            version = int(data) if kind == b"desk" else self._state["version"] + 1
            self._version = max(self._version, version)
            self._told.set()

    async def _look(self) -> None:
        known = self._version
        await self._send("GET", "state")
        if self._version == known:  # a guess that it might have changed is answered
            self._version = self._state["version"]

    async def work(self) -> None:
        """Sign in, and do what the desk shows, from change to change."""
        await self._send("POST", "activity", {"activity": "available"})
        self.ready.set()
        while True:
            self._told.clear()
            if self._version > self._state["version"]:
                await self._look()
            wait_s = await self._act()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), wait_s)
            if wait_s == LOOK_ANYWAY_S and not self._told.is_set():
                before = self._state["version"]
                await self._look()
                self._desks.found_late += self._state["version"] != before

    async def _act(self) -> float:
        """Do what the desk shows; real seconds until there is something to do without news."""
        desks, state = self._desks, self._state
        if offer := state.get("offer"):
            slower = desks.plan.aid_slower if offer["aid"] else 1.0
            desks.drawn[offer["reservation_id"]] = desks.handling() * slower
            await self._send("POST", f"offers/{offer['reservation_id']}/accept")
            return 0.0
        if (talk := state.get("call")) and talk["connected"]:
            return await self._talk(talk["reservation_id"])
        if wrap_up := state.get("wrap_up"):
            share = desks.drawn.get(wrap_up["reservation_id"], 0.0) * desks.plan.wrap_up
            await asyncio.sleep(share / desks.plan.speed)
            await self._send("POST", "disposition", {"disposition": "reached"})
            return 0.0
        if state.get("activity") == "break":  # too many offers came too late to be taken
            await self._send("POST", "activity", {"activity": "available"})
            return 0.0
        return LOOK_ANYWAY_S

    async def _talk(self, reservation_id: str) -> float:
        desks = self._desks
        if not self._hang_up_at:
            seconds = desks.drawn.get(reservation_id, 0.0) * (1 - desks.plan.wrap_up)
            self._hang_up_at = time.monotonic() + seconds / desks.plan.speed
        left_s = self._hang_up_at - time.monotonic()
        if left_s > 0:
            return left_s
        self._hang_up_at = 0.0
        await self._send("POST", "hang-up")
        return 0.0

    async def _send(self, method: str, path: str, body: Json | None = None) -> None:
        """Ask until there is an answer; a desk that has moved on meanwhile (4xx) is looked at again."""
        address = f"{self._desks.web}/{path}"
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._desks.session.request(
                    method, address, headers=self._headers, json=body if method == "GET" else body or {}
                ) as answer:
                    if answer.ok:
                        self._state = await answer.json()
                        return
                    if answer.status < 500:
                        self._version = max(self._version, self._state["version"] + 1)
                        return
            await asyncio.sleep(_AGAIN_S)
