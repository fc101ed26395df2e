"""``callsvc bench webhook``: what a voice webhook costs the web process, beside a bare route of the same run.

Two gunicorn servers with the settings of ours, one thread pool each, both on one core: the service, and a
Flask route that answers fixed TwiML. Whole conversations of a real flow are posted turn by turn, each request
signed; between the turns the bare route gets as many. Processor time is the kernel's, of all the threads of
the web process. Everything is on 127.0.0.1 and stops by itself.
"""

import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click

from callsvc.bench import meter
from callsvc.bench.conversations import TURNS, placed_calls, requests_of
from callsvc.bench.poster import Poster
from callsvc.carrier.memory import MemoryCarrier
from callsvc.core.jobs import HeldJobs
from callsvc.processes.child import Child
from callsvc.processes.logs import log_file
from callsvc.processes.ports import free_ports
from callsvc.processes.readiness import answers
from callsvc.processes.running import running_stack
from callsvc.processes.table import processes
from callsvc.runtime import Runtime

MUST, GOAL = 3.0, 2.0  # times the bare route
MUST_MS, GOAL_MS = 100.0, 50.0  # p99 at the steady rate
_PER_S = 100.0
_CONNECTIONS = 8
_WARM = 24  # conversations before anything counts: pools, caches, compiled statements


@dataclass(frozen=True)
class Figures:
    """``*_ms`` of processor are milliseconds of one core for each request; of latency, from when it was due.

    ``by_turn_ms`` tells each turn apart; ``refused`` must be 0, or nothing else means anything.
    """

    database: str
    pinned: bool
    webhooks: int
    bare_ms: float
    webhook_ms: float
    ratio: float
    by_turn_ms: dict[str, float]
    steady_per_s: float
    p50_ms: float
    p99_ms: float
    refused: int
    load: float


@click.command()
@click.option("--database", default="", help="A database URL of your own, empty; SQLite when not given.")
@click.option("--calls", default=300, show_default=True, help="Conversations of four turns each.")
@click.option("--seconds", default=8.0, show_default=True, help="Length of the steady load.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def webhook(database: str, calls: int, seconds: float, output: str) -> None:
    """Measure a voice webhook: processor time against a bare route, and latency at 100 requests/s."""
    cores = meter.cores()
    ours, others = cores[0], cores[-1] if len(cores) > 1 else None
    with meter.on_core(others) as pinned, _servers(database, ours if pinned else None) as servers:
        told = asyncio.run(_measure(servers, calls, seconds))
    figures = replace(told, pinned=pinned)
    if output == "json":
        click.echo(json.dumps(asdict(figures), indent=1))
    else:
        show(figures)


@dataclass(frozen=True)
class _Servers:
    rt: Runtime
    web: tuple[int, str]  # process and address
    bare: tuple[int, str]


@contextmanager
def _servers(database: str, core: int | None) -> Iterator[_Servers]:
    extra = {"CALLSVC_CALLS_PER_SECOND": "100000"} | ({"DATABASE_URL": database} if database else {})
    with (
        tempfile.TemporaryDirectory(prefix="callsvc-bench-") as directory,
        running_stack(Path(directory), extra=extra, only={"redis", "web"}) as stack,
        _bare(Path(directory)) as bare,
    ):
        web = stack.pids()["web"]
        for pid in (web, bare[0]) if core is not None else ():
            meter.pin_family(pid, core or 0)
        rt = stack.runtime()
        rt.db.jobs = jobs = HeldJobs()
        try:
            rt = replace(rt, jobs=jobs, carrier=MemoryCarrier(rt.clock), random=random.Random(7))  # noqa: S311
            yield _Servers(rt, (web, stack.web_url), bare)
        finally:
            rt.db.engine.dispose()


@contextmanager
def _bare(directory: Path) -> Iterator[tuple[int, str]]:
    """The bare route behind the very command line of the web process."""
    ports = free_ports()
    web = next(one for one in processes(ports) if one.name == "web")
    bare = replace(
        web, name="bare", command=web.command.replace("callsvc.wsgi:app", "callsvc.bench.bare:app")
    )
    child = Child(bare, os.environ, log_file(directory, "bare"))
    try:
        end = time.monotonic() + 20
        while not answers(bare.ready) and time.monotonic() < end:
            time.sleep(0.05)
        yield child.pid, f"http://127.0.0.1:{ports.web}"
    finally:
        child.kill_group()


async def _measure(servers: _Servers, calls: int, seconds: float) -> Figures:
    rt, steady = servers.rt, int(seconds * _PER_S) // len(TURNS)
    placed = placed_calls(rt, _WARM + calls + steady)
    warm, measured, later = placed[:_WARM], placed[_WARM : _WARM + calls], placed[_WARM + calls :]
    async with Poster(servers.web[1], _CONNECTIONS) as web, Poster(servers.bare[1], _CONNECTIONS) as bare:
        for requests in requests_of(rt.settings, warm):
            await web.all(requests)
            await bare.all(requests)
        bare_s, by_turn_s = 0.0, list[float]()
        for requests in requests_of(rt.settings, measured):
            bare_s += await _processor_s(servers.bare[0], bare, requests)
            by_turn_s.append(await _processor_s(servers.web[0], web, requests))
        blocks = list(requests_of(rt.settings, later))
        took = await web.steadily([one for block in blocks for one in block], _PER_S)
    count = calls * len(TURNS)
    return Figures(
        database=rt.db.dialect,
        pinned=False,
        webhooks=count,
        bare_ms=bare_s / count * 1000,
        webhook_ms=sum(by_turn_s) / count * 1000,
        ratio=sum(by_turn_s) / bare_s,
        by_turn_ms={name: s / calls * 1000 for (name, _), s in zip(TURNS, by_turn_s, strict=True)},
        steady_per_s=_PER_S,
        p50_ms=meter.quantile(took, 0.5),
        p99_ms=meter.quantile(took, 0.99),
        refused=web.refused + bare.refused,
        load=os.getloadavg()[0],
    )


async def _processor_s(pid: int, poster: Poster, requests: list[bytes]) -> float:
    before = meter.family_s(pid)
    await poster.all(requests)
    return meter.family_s(pid) - before


def show(figures: Figures) -> None:
    """Print one run, each figure beside its budget."""
    kind = f"{figures.ratio:.2f} times the bare route (must {MUST:g}, goal {GOAL:g})"
    rows = [
        ("database", figures.database),
        ("both servers ran on", "one core, the client on another" if figures.pinned else "any core"),
        ("bare route, fixed TwiML", f"{figures.bare_ms:.2f} ms of processor a request"),
        ("voice webhook", f"{figures.webhook_ms:.2f} ms, {kind}"),
        *(
            (f"  {name}", f"{ms:.2f} ms, {ms / figures.bare_ms:.2f} times")
            for name, ms in figures.by_turn_ms.items()
        ),
        (
            f"at {figures.steady_per_s:g} requests/s",
            f"p50 {figures.p50_ms:.1f} ms, p99 {figures.p99_ms:.1f} ms (must {MUST_MS:g}, goal {GOAL_MS:g})",
        ),
        ("answers that were not 200", str(figures.refused)),
        ("load of the machine", f"{figures.load:.1f} runnable processes (a busy machine: trust the ratios)"),
    ]
    for name, value in rows:
        click.echo(f"{name:<28} {value}")
