"""``callsvc bench simulator``: how many calls one simulator holds, how quickly, and how late it is.

One simulator process, an answerer of fixed TwiML in a process of its own, REST clients here. The baseline is
the simulator's own HTTP server, bare, with one fixed body, on the same core in the same run: figures of a
busy machine are worth their ratio to it. Everything is on 127.0.0.1 and stops by itself.
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import click

from callsvc.bench import meter
from callsvc.bench.held import Figures, Held, show_figures

TOKEN = "bench-token"  # noqa: S105 - of a simulator that lives for seconds, on loopback
ACCOUNT = "AC" + "0" * 31 + "2"
OURS = "+33199000001"
_PAUSE_S, _ROUNDS = 2.0, 4  # a call lives 8 seconds on the line, and 1 before its first ring
_SETTLE_S = 11.0  # until as many calls end as begin
_SATURATE_S = 4.0


@click.command()
@click.option("--rate", default=110.0, show_default=True, help="Calls a second placed while load is held.")
@click.option("--seconds", default=20.0, show_default=True, help="Length of the steady load.")
@click.option(
    "--with-service", is_flag=True, help="Then the real service: the highest rate it keeps up with."
)
@click.option("--limit-ms", default=500.0, show_default=True, help="Answers later than this end the ramp.")
@click.option("--database", default="", help="With the service: a database URL; SQLite when empty.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def simulator(  # noqa: PLR0917 - the options of a command
    rate: float, seconds: float, with_service: bool, limit_ms: float, database: str, output: str
) -> None:
    """Measure the simulator: simultaneous calls, set-ups a second, lateness, processor and memory."""
    figures = asyncio.run(_measure(rate, seconds))
    told: dict[str, Any] = {"simulator": asdict(figures)}
    if output == "text":
        show_figures(figures)
    if with_service:
        from callsvc.bench.keeping_up import Step, ramp

        def show(step: Step) -> None:
            if output == "text":
                click.echo(f"  {step.calls_per_s:6.1f} calls/s   {step.line()}")

        if output == "text":
            click.echo(
                f"The service ({'its database' if database else 'SQLite'}), answers under {limit_ms:g} ms:"
            )
        kept = ramp(limit_ms, database, show)
        told["service"] = asdict(kept)
        if output == "text":
            click.echo(
                f"  keeps up with {kept.highest_per_s:g} calls/s ({kept.webhooks_per_s:.0f} webhooks/s)"
            )
    if output == "json":
        click.echo(json.dumps(told, indent=1))


@contextmanager
def started(*words: str, core: int | None) -> Iterator[tuple[int, str]]:
    """A process of ours, its id and the address on its first line; ended at the end."""
    process = subprocess.Popen(  # noqa: S603 - this Python, our own modules
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        if core is not None:
            meter.pin(process.pid, core)
        line = process.stdout.readline() if process.stdout else ""
        yield process.pid, line.split()[-1]
    finally:
        process.kill()  # its books are thrown away with it
        process.wait(10)
        if process.stdout:
            process.stdout.close()


async def _measure(rate: float, seconds: float) -> Figures:
    cores = meter.cores()
    ours, others = cores[0], cores[-1] if len(cores) > 1 else None
    with meter.on_core(others) as pinned:
        core = ours if pinned else None
        with started("callsvc.bench.answerer", "bare", core=core) as (pid, address):
            bare_per_s, bare_ms = await _saturate(pid, address)
        with _simulator(core) as (pid, address), _answerer(others if pinned else None) as (_, answers):
            credentials = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
            async with aiohttp.ClientSession(headers={"Authorization": f"Basic {credentials}"}) as session:
                load = Load(pid, address, answers)
                held = await load.hold(session, rate, seconds)
                most = await load.most(session)
    return Figures(
        pinned=pinned,
        bare_per_s=bare_per_s,
        bare_ms=bare_ms,
        held=held,
        most_set_up_per_s=most,
        call_in_bare_requests=held.processor_ms_a_call / bare_ms,
        load=os.getloadavg()[0],
    )


@contextmanager
def _simulator(core: int | None) -> Iterator[tuple[int, str]]:
    with tempfile.TemporaryDirectory(prefix="callsvc-bench-") as directory:
        people = Path(directory) / "people.jsonl"
        people.write_text(
            '{"prefix": "+3363998", "ring": 0}\n{"prefix": "+3319900", "answers": "busy"}\n', "utf-8"
        )
        words = ["--port", "0", "--data-dir", directory, "--cps", "100000", "--people", str(people)]
        words += ["--auth-token", TOKEN, "--account-sid", ACCOUNT]
        with started("callsvc.simulator", *words, core=core) as process:
            yield process


@contextmanager
def _answerer(core: int | None) -> Iterator[tuple[int, str]]:
    words = ["answer", "--seconds", str(_PAUSE_S), "--rounds", str(_ROUNDS)]
    with started("callsvc.bench.answerer", *words, core=core) as process:
        yield process


async def _saturate(pid: int, address: str) -> tuple[float, float]:
    """Requests a second of a bare server asked as fast as it answers, and its processor ms for each."""
    request = b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n"
    before, began = meter.processor_s(pid), time.monotonic()
    done = sum(await asyncio.gather(*(repeat(address, lambda: request, _SATURATE_S) for _ in range(16))))
    used = meter.processor_s(pid) - before
    return done / (time.monotonic() - began), used / done * 1000


async def repeat(address: str, request: Callable[[], bytes], seconds: float) -> int:
    """Ask on one connection again and again; the answer is how often. Cheaper than any client."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    end, done = time.monotonic() + seconds, 0
    try:
        while time.monotonic() < end:
            writer.write(request())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
            await reader.readexactly(int(length))
            done += 1
    finally:
        writer.close()
    return done


class Load:
    """Calls placed at a simulator."""

    def __init__(self, pid: int, address: str, answers: str) -> None:
        self._pid, self._address, self._answers = pid, address, answers
        self._url = f"{address}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
        self._made = 0
        self._took_ms: list[float] = []
        self._refused = 0

    async def hold(self, session: aiohttp.ClientSession, rate: float, seconds: float) -> Held:
        """Place calls evenly; measured from when as many end as begin."""
        placing = asyncio.create_task(self._place_evenly(session, rate, seconds + _SETTLE_S + 1))
        await asyncio.sleep(_SETTLE_S)
        await self._figures(session)
        self._took_ms, made, before, began = [], self._made, meter.processor_s(self._pid), time.monotonic()
        live: list[int] = []
        while time.monotonic() - began < seconds:
            await asyncio.sleep(1)
            async with session.get(f"{self._address}/_simulator/health") as response:
                live.append((await response.json())["live_calls"])
        took = time.monotonic() - began
        made, used = self._made - made, meter.processor_s(self._pid) - before
        figures = await self._figures(session)
        memory = meter.memory_mib(self._pid)
        await placing
        return Held(
            asked_per_s=rate,
            set_up_per_s=made / took,
            simultaneous=int(meter.quantile([float(count) for count in live], 0.5)),
            webhooks_per_s=figures["requests"] / took,
            timed=len(figures["late_ms"]),
            late_p50_ms=meter.quantile(figures["late_ms"], 0.5),
            late_p99_ms=meter.quantile(figures["late_ms"], 0.99),
            create_p99_ms=meter.quantile(self._took_ms, 0.99),
            refused=self._refused,
            processor=used / took,
            memory_mib=memory,
            processor_ms_a_call=used / max(1, made) * 1000,
        )

    async def most(self, session: aiohttp.ClientSession) -> float:
        """Calls a second that are taken when sixteen clients place them as fast as they can, all busy."""
        await asyncio.sleep(_SETTLE_S - 1)  # the calls of before end
        began = time.monotonic()
        head = f"POST {urlsplit(self._url).path} HTTP/1.1\r\nHost: bench\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in session.headers.items()
        )
        form = urlencode({"To": "+33199000099", "From": OURS, "Url": f"{self._answers}/voice"})
        head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
        request = (head + form).encode()
        done = await asyncio.gather(*(repeat(self._address, lambda: request, _SATURATE_S) for _ in range(16)))
        return sum(done) / (time.monotonic() - began)

    async def _place_evenly(self, session: aiohttp.ClientSession, rate: float, seconds: float) -> None:
        began, tasks = time.monotonic(), set[asyncio.Task[None]]()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            task = asyncio.create_task(self._place(session, "+3363998"))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if tasks:
            await asyncio.wait(tasks)

    async def _place(self, session: aiohttp.ClientSession, prefix: str) -> None:
        began = time.monotonic()
        form = [("To", f"{prefix}{self._made % 10_000:04d}"), ("From", OURS)]
        form += [("Url", f"{self._answers}/voice"), ("StatusCallback", f"{self._answers}/status")]
        form += [
            ("StatusCallbackEvent", event) for event in ("initiated", "ringing", "answered", "completed")
        ]
        async with session.post(self._url, data=form) as response:
            await response.read()
            self._refused += response.status != 201
        self._made += 1
        self._took_ms.append((time.monotonic() - began) * 1000)

    async def _figures(self, session: aiohttp.ClientSession) -> Any:
        async with session.get(f"{self._answers}/figures") as response:
            return json.loads(await response.text())
