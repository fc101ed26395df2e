"""``callsvc bench streams``: what open streams cost one stream process, and how soon they are told.

A stream process, Redis and a database of their own, on this machine. The same changes are published to
nobody first: that is the baseline. Then to pages of one campaign each, one change a second for every page,
and last to wallboards and desks together. Memory and processor time are the stream process's own.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import click

from callsvc.bench.ears import Ears, Wanted
from callsvc.bench.listeners import add_desks, add_pages, add_wallboards
from callsvc.core.changes import Change
from callsvc.processes.running import RunningStack, running_stack
from callsvc.runtime import Runtime
from callsvc.stream.limits import raise_file_limit

REGIONS = tuple(f"{number:02}" for number in range(18))
DESK_CHANGES_S = 0.025  # of one desk a second: six of its state in a call of four minutes
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """One measurement. ``cpu`` is the share of one core; latencies are milliseconds from publishing."""

    what: str
    streams: int
    published_per_s: float
    delivered_per_s: float
    rss_mib: float
    kib_per_stream: float | None
    cpu_percent: float
    p50_ms: float | None
    p99_ms: float | None
    opening_s: float | None


@click.command()
@click.option("--streams", "number", default=500, show_default=True, help="Pages that listen.")
@click.option("--rate", default=20, show_default=True, help="Changes published a second.")
@click.option("--seconds", default=8.0, show_default=True, help="Length of each measurement.")
@click.option("--desks", default=500, show_default=True, help="Desks, beside 20 wallboards.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def streams(number: int, rate: int, seconds: float, desks: int, output: str) -> None:
    """Measure open streams: memory, processor time, and the time until they are told."""
    raise_file_limit()
    with (
        tempfile.TemporaryDirectory(prefix="callsvc-bench-") as directory,
        running_stack(Path(directory), only={"redis", "stream"}) as stack,
    ):
        measured = asyncio.run(_Bench(stack, rate, seconds).run(number, desks))
    if output == "json":
        click.echo(json.dumps([asdict(one) for one in measured], indent=1))
    else:
        _print(measured)


class _Bench:
    def __init__(self, stack: RunningStack, rate: int, seconds: float) -> None:
        self._rt: Runtime = stack.runtime()
        self._port = stack.stack.ports.stream
        self._pid = stack.pids()["stream"]
        self._rate = rate
        self._seconds = seconds
        self._baseline_bytes = 0

    async def run(self, number: int, desks: int) -> list[Figures]:
        pages = add_pages(self._rt, number, campaigns=self._rate)
        mixed = [*add_wallboards(self._rt, 20, REGIONS), *add_desks(self._rt, desks)]
        agents = [one.subject for one in mixed if one.subject.startswith("agt")]
        nobody = await self._measure("nobody listens", [], self._campaigns(), "changed")
        listening = await self._measure("pages", pages, self._campaigns(), "changed")
        together = await self._measure(
            f"20 wallboards and {desks} desks", mixed, self._country(agents), "desk", desks * DESK_CHANGES_S
        )
        self._rt.db.engine.dispose()
        return [nobody, listening, together]

    async def _measure(
        self,
        what: str,
        wanted: Sequence[Wanted],
        changes: Iterator[tuple[str, list[Change]]],
        kind: str,
        rate: float = 0.0,
    ) -> Figures:
        """Publish at the stated rate while these listen."""
        async with Ears(self._port, wanted) as ears:
            if ears.heard.refused:
                raise click.ClickException(f"{ears.heard.refused} streams were refused.")
            await asyncio.sleep(0.5)
            before_s, began = self._cpu_s(), time.perf_counter()
            published = await self._publish(rate or self._rate, changes, ears.heard.told_at)
            lasted = time.perf_counter() - began
            cpu, rss = (self._cpu_s() - before_s) / lasted, self._rss_bytes()
            await asyncio.sleep(0.6)  # the last ones on their way
        grown = rss - self._baseline_bytes if kind == "changed" else 0  # desks sit where the pages were
        self._baseline_bytes = self._baseline_bytes or rss
        latencies = sorted(ears.heard.latencies[kind])
        delivered = sum(len(times) for times in ears.heard.latencies.values())
        return Figures(
            what=what,
            streams=len(wanted),
            published_per_s=round(published / lasted, 1),
            delivered_per_s=round(delivered / lasted, 1),
            rss_mib=round(rss / 2**20, 1),
            kib_per_stream=round(grown / 1024 / len(wanted), 1) if wanted and grown else None,
            cpu_percent=round(100 * cpu, 1),
            p50_ms=_at(latencies, 0.50),
            p99_ms=_at(latencies, 0.99),
            opening_s=round(ears.opening_s, 2) if wanted else None,
        )

    async def _publish(
        self, rate: float, changes: Iterator[tuple[str, list[Change]]], told_at: dict[str, float]
    ) -> int:
        began = time.perf_counter()
        for number in count():
            due = began + number / rate
            if due - began > self._seconds:
                return number
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            subject, told = next(changes)
            told_at[subject] = time.perf_counter()
            self._rt.db.changes.publish(told)
        return 0

    def _campaigns(self) -> Iterator[tuple[str, list[Change]]]:
        """Each campaign in turn."""
        for number in count():
            name = f"c{number % self._rate}"
            yield name, [Change("campaign", "00", name), Change("figures", "00")]

    def _country(self, agents: Sequence[str]) -> Iterator[tuple[str, list[Change]]]:
        """An agent's state, as a call does it: their desk, the region's agents, queue and figures."""
        for number in count():
            agent, region = agents[number * 7 % len(agents)], REGIONS[number % len(REGIONS)]
            seen: list[Change] = [
                Change("agents", region),
                Change("queue", region),
                Change("figures", region),
            ]
            yield agent, [Change("desk", subject=agent, version=number + 1), *seen]

    def _cpu_s(self) -> float:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def _rss_bytes(self) -> int:
        return int(Path(f"/proc/{self._pid}/statm").read_text().split()[1]) * _PAGE


def _at(latencies: Sequence[float], share: float) -> float | None:
    """The quantile, in milliseconds."""
    if not latencies:
        return None
    return round(1000 * latencies[min(len(latencies) - 1, int(share * len(latencies)))], 1)


_COLUMNS: tuple[tuple[str, Callable[[Figures], object]], ...] = (
    ("streams", lambda one: one.streams),
    ("told/s", lambda one: one.published_per_s),
    ("heard/s", lambda one: one.delivered_per_s),
    ("RSS MiB", lambda one: one.rss_mib),
    ("KiB each", lambda one: one.kib_per_stream),
    ("CPU %", lambda one: one.cpu_percent),
    ("p50 ms", lambda one: one.p50_ms),
    ("p99 ms", lambda one: one.p99_ms),
    ("opened in s", lambda one: one.opening_s),
)


def _print(measured: Sequence[Figures]) -> None:
    click.echo(f"{'':30}" + "".join(f"{title:>12}" for title, _ in _COLUMNS))
    for one in measured:
        values = ("-" if value(one) is None else str(value(one)) for _, value in _COLUMNS)
        click.echo(f"{one.what:30}" + "".join(f"{value:>12}" for value in values))
