"""``callsvc bench import``: a long messy list into an empty database, beside phonenumbers alone.

The list is written first. Then `phonenumbers` parses and validates its telephone cells, one after the other
on one core: whoever imports a list does at least that. Then a process of its own imports the list, as the
worker does; its wall time, the processor time of all its processes, and the memory they hold together are
measured from outside. The database server's own processor time is told beside them.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from callsvc.bench import meter
from callsvc.bench.messy_list import phone_cells, write_messy_list
from callsvc.bench.postgres import RECOMMENDED, postgres
from callsvc.core.errors import Unavailable

WALL, PROCESSOR, MEMORY_MIB = 1.5, 2.0, 200


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Seconds and MiB. Ratios are over `bare_s`; `server_cpu_s` is of the database server, in no ratio."""

    engine: str
    server: dict[str, str]  # how the database server is set, as far as it matters here
    rows: int
    cells: int
    kept: int
    new: int
    bare_s: float
    wall_s: float
    cpu_s: float
    server_cpu_s: float
    peak_mib: float
    wall_ratio: float
    cpu_ratio: float
    rows_per_s: float


@click.command("import")
@click.option("--rows", default=200_000, show_default=True, help="People in the list.")
@click.option("--engine", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--url", default="", help="An empty PostgreSQL database; by default a server of its own.")
@click.option(
    "--server",
    type=click.Choice(["recommended", "defaults"]),
    default="recommended",
    show_default=True,
    help="How the PostgreSQL server of its own is set: see the documentation of operations.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def imports(rows: int, engine: str, url: str, server: str, form: str) -> None:
    """Import a messy list into an empty database; times beside parsing its numbers alone."""
    with (
        TemporaryDirectory(prefix="callsvc-bench-") as home,
        _database(engine, url, server, Path(home)) as address,
    ):
        path = Path(home, "list.csv")
        write_messy_list(path, rows)
        figures = _measure(engine, rows, path, address)
    if form == "json":
        click.echo(json.dumps(asdict(figures)))
        return
    click.echo(
        f"{figures.rows:,} rows, {figures.cells:,} telephone cells into {engine}: {figures.rows_per_s:,.0f} "
        f"rows/s; {figures.kept:,} rows kept, {figures.new:,} people new\n"
        f"phonenumbers alone  {figures.bare_s:7.1f} s of one core\n"
        f"wall                {figures.wall_s:7.1f} s  {figures.wall_ratio:5.2f} times (at most {WALL})\n"
        f"processor           {figures.cpu_s:7.1f} s  {figures.cpu_ratio:5.2f} times (at most {PROCESSOR})\n"
        f"database server     {figures.server_cpu_s:7.1f} s of processor, not counted above"
        f"{''.join(f'; {name} {value}' for name, value in figures.server.items())}\n"
        f"memory, at most     {figures.peak_mib:7.0f} MiB (at most {MEMORY_MIB})"
    )


def _measure(engine: str, rows: int, path: Path, address: str) -> Figures:
    from callsvc.core.db import connect

    bare_s, cells = _bare(path)
    command = [sys.executable, "-m", "callsvc.bench.importing", str(path)]
    server = connect(address) if engine == "postgresql" else None
    served = _server_s(server)
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdout=subprocess.PIPE, env={**os.environ, "DATABASE_URL": address}
    ) as process:
        peak = _watch(process)
        said = json.loads(process.stdout.read()) if process.stdout else {}
    wall_s = time.perf_counter() - began
    if process.returncode:
        raise Unavailable("bench-failed", "The import ended by itself: its message stands above.")
    return Figures(
        engine=engine, server=_settings(server), rows=rows, cells=cells, kept=said["kept"], new=said["new"],
        bare_s=bare_s, wall_s=wall_s, cpu_s=said["cpu_s"], server_cpu_s=_server_s(server) - served,
        peak_mib=peak, wall_ratio=wall_s / bare_s, cpu_ratio=said["cpu_s"] / bare_s, rows_per_s=rows / wall_s,
    )  # fmt: skip


def _bare(path: Path) -> tuple[float, int]:
    """Processor seconds to parse and validate every telephone cell, and how many they are."""
    import phonenumbers

    cells = list(phone_cells(path))
    for cell in cells[:1000]:  # the library reads its tables; nothing counts yet
        _parse(phonenumbers, cell)
    began = time.process_time()
    for cell in cells:
        _parse(phonenumbers, cell)
    return time.process_time() - began, len(cells)


def _parse(phonenumbers: Any, cell: str) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(cell, "FR")))
    except phonenumbers.NumberParseException:
        return False


def _watch(process: "subprocess.Popen[bytes]") -> float:
    """The most memory that the process and those it started held together, until it ends."""
    peak = 0.0
    while process.poll() is None:
        held = 0.0
        for pid in _family(process.pid):
            try:
                held += meter.memory_mib(pid)
            except (OSError, ValueError, IndexError):
                continue  # ended meanwhile
        peak = max(peak, held)
        time.sleep(0.1)
    return peak


def _family(pid: int) -> list[int]:
    try:
        return meter.family(pid)
    except OSError:
        return []


def _settings(engine: Any) -> dict[str, str]:
    """How the PostgreSQL server behind this engine is set, told by itself."""
    if engine is None:
        return {}
    with engine.connect() as connection:
        return {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in RECOMMENDED}


def _server_s(engine: Any) -> float:
    """Processor seconds of the PostgreSQL server behind this engine, as far as this machine shows them."""
    if engine is None:
        return 0.0
    with engine.connect() as connection:
        home = connection.exec_driver_sql("SHOW data_directory").scalar()
    try:
        return _spent_s(int(Path(home, "postmaster.pid").read_text().split()[0]))
    except (OSError, ValueError):
        return 0.0


def _spent_s(postmaster: int) -> float:
    """Of a process, of its children, and of those that have ended (Linux)."""
    ticks = 0
    for pid in meter.family(postmaster):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11 : 15 if pid == postmaster else 13]))
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _database(engine: str, url: str, settings: str, home: Path) -> Iterator[str]:
    """The address of an empty, migrated database."""
    from callsvc.core.db import connect
    from callsvc.migrations import upgrade

    if engine == "sqlite":
        address = f"sqlite:///{home}/import.db"
        upgrade(connect(address))
        yield address
        return
    own = postgres(recommended=settings == "recommended", option="--url")
    with own if not url else nullcontext(url) as address:
        upgrade(connect(address))
        yield address
