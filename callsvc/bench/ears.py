"""Many listeners in one event loop, as light as possible: it is the other process that is measured."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

OPENING_AT_ONCE = 100


@dataclass(frozen=True)
class Wanted:
    """One stream to open: ``subject`` is whose changes it measures."""

    path: str
    headers: str  # lines, each ended by CRLF
    subject: str


@dataclass
class Heard:
    """Everything all ears heard. Times are real seconds."""

    told_at: dict[str, float] = field(default_factory=dict)  # subject -> when its last change was published
    latencies: dict[str, list[float]] = field(default_factory=lambda: {"changed": [], "desk": []})
    ready: int = 0
    refused: int = 0

    def note(self, kind: str, subject: str) -> None:
        if subject in self.told_at:
            self.latencies[kind].append(time.perf_counter() - self.told_at[subject])


class _Ear(asyncio.Protocol):
    def __init__(self, wanted: Wanted, heard: Heard) -> None:
        self._wanted = wanted
        self._heard = heard
        self._rest = b""
        self._answered = False
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        request = f"GET {self._wanted.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self._wanted.headers}\r\n"
        self.transport.write(request.encode())

    def data_received(self, data: bytes) -> None:
        *events, self._rest = (self._rest + data).split(b"\n\n")
        for event in events:
            if not self._answered:
                self._answered = True
                if b" 200 " in event.split(b"\r\n", 1)[0]:
                    self._heard.ready += 1
                else:
                    self._heard.refused += 1
            if b"event: changed" in event:
                self._heard.note("changed", self._wanted.subject)
            elif b"event: desk" in event:
                self._heard.note("desk", self._wanted.subject)


class Ears:
    """``async with Ears(port, wanted) as ears``: all streams are open inside."""

    def __init__(self, port: int, wanted: Sequence[Wanted]) -> None:
        self._port = port
        self._wanted = wanted
        self._open: list[_Ear] = []
        self.heard = Heard()
        self.opening_s = 0.0

    async def __aenter__(self) -> "Ears":
        began = time.perf_counter()
        loop = asyncio.get_running_loop()
        for start in range(0, len(self._wanted), OPENING_AT_ONCE):
            some = self._wanted[start : start + OPENING_AT_ONCE]
            opened = await asyncio.gather(
                *(loop.create_connection(self._listening(wanted), "127.0.0.1", self._port) for wanted in some)
            )
            self._open += [ear for _, ear in opened]
        while self.heard.ready + self.heard.refused < len(self._wanted):
            await asyncio.sleep(0.01)
            if time.perf_counter() - began > 60:
                raise TimeoutError(f"{self.heard.ready} of {len(self._wanted)} streams opened in a minute")
        self.opening_s = time.perf_counter() - began
        return self

    async def __aexit__(self, *_: object) -> None:
        for ear in self._open:
            ear.transport.close()
        await asyncio.sleep(0.5)

    def _listening(self, wanted: Wanted) -> Callable[[], _Ear]:
        return lambda: _Ear(wanted, self.heard)
