"""An answerer of fixed TwiML in a process of its own, and a bare server to compare with.

Each answer keeps the call for some seconds and sends it back: the next request of that call is due exactly
then, so that how late it comes is how late the simulator is, both ways of the network included.

    python -m callsvc.bench.answerer answer --seconds 2 --rounds 4
    python -m callsvc.bench.answerer bare
"""

import asyncio
import json
import time
from urllib.parse import parse_qs

import click

_FORM = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s"


class _Book:
    """Which call is due when, and how late those were that came."""

    def __init__(self, seconds: float, rounds: int) -> None:
        onward = f"<Response><Pause length='{seconds:g}'/><Redirect>/voice</Redirect></Response>".encode()
        self._onward, self._last = _FORM % (len(onward), onward), _FORM % (11, b"<Response/>")
        self._seconds, self._rounds = seconds, rounds
        self._due: dict[str, tuple[float, int]] = {}
        self.late_ms: list[float] = []
        self.requests = 0

    def answer(self, path: str, body: bytes) -> bytes:
        """The answer to one request."""
        self.requests += 1
        if path == "/figures":
            return self._figures()
        if path != "/voice":
            return self._last
        now = time.monotonic()
        sid = parse_qs(body.decode())["CallSid"][0]
        due, seen = self._due.pop(sid, (0.0, 0))
        if seen:
            self.late_ms.append((now - due) * 1000)
        if seen == self._rounds:
            return self._last
        self._due[sid] = (now + self._seconds, seen + 1)
        return self._onward

    def _figures(self) -> bytes:
        """What was measured since the last time somebody asked."""
        told = json.dumps({"late_ms": self.late_ms, "requests": self.requests}).encode()
        self.late_ms, self.requests = [], 0
        return _FORM % (len(told), told)


class _Line(asyncio.Protocol):
    """One connection: just enough HTTP/1.1 to be quick."""

    def __init__(self, book: _Book) -> None:
        self._book = book
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].decode("latin-1")
            length = next(
                (int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")),
                0,
            )
            whole = end + 4 + length
            if len(self._data) < whole:
                return
            body, self._data = self._data[end + 4 : whole], self._data[whole:]
            if self._transport is not None:
                self._transport.write(self._book.answer(head.split(" ", 2)[1], body))


@click.group()
def command() -> None:
    """The other ends of a measurement."""


@command.command()
@click.option("--seconds", type=float, required=True)
@click.option("--rounds", type=int, required=True)
def answer(seconds: float, rounds: int) -> None:
    """Answer every call with a pause and a redirect, and keep how late it came back."""

    async def serve() -> None:
        book = _Book(seconds, rounds)
        server = await asyncio.get_running_loop().create_server(lambda: _Line(book), "127.0.0.1", 0)
        click.echo(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await server.serve_forever()

    asyncio.run(serve())


@command.command()
def bare() -> None:
    """The simulator's HTTP server with one route and one fixed body."""
    from aiohttp import web

    async def fixed(_: web.Request) -> web.Response:
        return web.Response(body=b'{"status": "ok"}', content_type="application/json")

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/", fixed)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        click.echo(f"http://127.0.0.1:{runner.addresses[0][1]}")
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    command()
