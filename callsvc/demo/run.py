"""``callsvc demo``: a morning of a call platform in a minute and a half."""

import json
import shutil
import sys
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.live import Live

from callsvc.core.errors import Invalid
from callsvc.demo import summary
from callsvc.demo.country import ADMINISTRATOR
from callsvc.demo.dataset import write_demo_files
from callsvc.demo.progress import Snapshot
from callsvc.demo.story import Morning, Plan
from callsvc.processes.running import running_stack

NINE_IN_PARIS = datetime(2020, 11, 16, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))  # a Monday
_WIDTH = 160  # columns, where there is no terminal to ask
_EVERY = 5  # snapshots between two lines when the output is not a terminal


@click.command()
@click.option("--minutes", default=45.0, show_default=True, help="Lived minutes of calling.")
@click.option("--speed", default=30.0, show_default=True, help="Lived seconds per real second.")
@click.option("--seed", default=2020, show_default=True, help="The same seed gives the same people.")
@click.option("--data-dir", default="var/demo", show_default=True, type=click.Path(path_type=Path))
@click.option("--stay", is_flag=True, help="Keep everything up after the summary, until Ctrl+C.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def command(*, minutes: float, speed: float, seed: int, data_dir: Path, stay: bool, form: str) -> None:
    """Live a morning: a messy list is called, one region overflows, others help, and the books are audited.

    Exit code 1 when the audit fails or the morning did not show what it promises.
    """
    console = Console(stderr=form == "json", width=None if sys.stdout.isatty() else _WIDTH)
    _clear(data_dir)
    extra = {
        "CALLSVC_CALLS_PER_SECOND": "2",
        "CALLSVC_CLIENT_TIMEOUT_S": "2",
        "CALLSVC_SETTLE_S": "5",
        "CALLSVC_LEASE_S": "3",
        "CALLSVC_LOG_FORMAT": "json",
        "SIMULATOR_PEOPLE": str((data_dir / "people.jsonl").resolve()),
        "SIMULATOR_CPS": "5",
    }
    files = write_demo_files(data_dir, seed)  # the simulator reads its people when it starts
    plan = Plan(minutes=minutes, speed=speed, seed=seed)
    with running_stack(data_dir, origin=NINE_IN_PARIS, speed=speed, extra=extra) as stack:
        rt = stack.runtime()
        morning = Morning(stack, rt, plan, tell=console.print, show=lambda _: None, files=files)
        morning.set_up(data_dir)
        _introduce(console, morning)
        _live(console, morning)
        told = summary.figures(rt)
        result = summary.run_audit(rt)
        if form == "text":
            summary.print_summary(console, rt, told)
            console.print()
            summary.print_audit(console, result)
        rt.db.engine.dispose()
        if stay:
            console.print("Staying up; Ctrl+C ends it.")
            _until_interrupted()
    restarts = [line for line in stack.said if "again" in line or "restart" in line]
    kept = summary.promises_kept(told)
    if form == "json":
        click.echo(
            json.dumps({**told, "promises": kept, "restarts": len(restarts), "audit": result.as_dict()})
        )
    for promise, held in kept.items():
        console.print(f"  {'[green]yes[/green]' if held else '[red]NO[/red]'}  {promise}", highlight=False)
    sys.exit(0 if result.passed and all(kept.values()) else 1)


def _until_interrupted() -> None:
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


def _clear(data_dir: Path) -> None:
    """A demonstration starts from nothing; only a directory of an earlier one is emptied."""
    if data_dir.exists() and any(data_dir.iterdir()):
        if not (data_dir / "people.jsonl").exists():
            raise Invalid("not-a-demo", f"{data_dir} holds something else; name another --data-dir.")
        shutil.rmtree(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)


def _introduce(console: Console, morning: Morning) -> None:
    """The list as it was read, whom it will reach, and where to watch."""
    told = morning.report.as_dict() if morning.report else {}
    console.print(
        f"[bold]The list[/bold]  {told['encoding']}, {told['rows']} rows: {told['contacts_new']} people, "
        f"{told['contacts_merged']} rows merged, {told['refused']} refused (see rejects.csv), "
        f"{told['suppressions_new']} had said stop",
        highlight=False,
    )
    for one in morning.previews:
        never = ", ".join(f"{count} {reason}" for reason, count in one.never.items()) or "nobody"
        console.print(
            f"[bold]{one.campaign_id}[/bold]  {one.people} people, {one.now} may be called now, "
            f"never: {never}; first tries end about {one.ends_at:%H:%M} UTC",
            highlight=False,
        )
    console.print(
        f"[bold]Watch[/bold]  {morning.stack.web_url}/console/  {ADMINISTRATOR}  {morning.password}",
        highlight=False,
    )


def _live(console: Console, morning: Morning) -> None:
    """A live table on a terminal, a line every few seconds elsewhere."""
    if console.is_terminal:
        with Live(console=console, refresh_per_second=4) as live:
            morning.show = lambda snapshot: live.update(snapshot.table)
            morning.live()
        return
    seen = 0

    def line(snapshot: Snapshot) -> None:
        nonlocal seen
        if seen % _EVERY == 0:
            console.print(snapshot.line, highlight=False)
        seen += 1

    morning.show = line
    morning.live()
