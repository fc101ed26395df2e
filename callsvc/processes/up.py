"""``callsvc up``: everything, here, until Ctrl+C."""

import signal
from pathlib import Path

import click

from callsvc.processes.first_start import FIRST, set_up_first
from callsvc.processes.stack import Stack, prepare, sole_use
from callsvc.processes.table import DIRECTORY, Ports


@click.command()
@click.option("--data-dir", default=str(DIRECTORY), show_default=True, type=click.Path(path_type=Path))
@click.option("--web-port", default=Ports.web, show_default=True, help="The console and the webhooks.")
@click.option("--stream-port", default=Ports.stream, show_default=True, help="Live event streams.")
@click.option("--simulator-port", default=Ports.simulator, show_default=True, help="The embedded carrier.")
@click.option("--redis-port", default=Ports.redis, show_default=True, help="The embedded Redis.")
@click.option("--logs", is_flag=True, help="Show every process's log lines here, not only in var/log.")
def command(  # noqa: PLR0917 - click passes options by name
    data_dir: Path, web_port: int, stream_port: int, simulator_port: int, redis_port: int, logs: bool
) -> None:
    """Run all processes, with embedded parts for whatever is not configured, until Ctrl+C."""
    ports = Ports(web=web_port, stream=stream_port, simulator=simulator_port, redis=redis_port)
    with sole_use(data_dir):
        stack = prepare(data_dir, ports)
        stack.upgrade_database()
        password = set_up_first(stack)
        supervisor = stack.supervisor(click.echo, show_logs=logs)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.request_stop())
        supervisor.run(lambda: _welcome(stack, password))
    click.echo("Stopped.")


def _sign_in(password: str) -> str:
    if not password:
        return ""
    return f"  Sign in   {FIRST}  {password}   (said only now, and to be changed at once)\n"


def _page_of_simulator(stack: Stack) -> str:
    if not any(process.name == "simulator" for process in stack.processes):
        return ""
    return (
        f"            {stack.simulator_url}/                   every call of the simulator, as it happens\n"
        f"            {stack.simulator_url}/_simulator/phone   a telephone to answer and call by hand\n"
    )


def _welcome(stack: Stack, password: str) -> None:
    embedded = ", ".join(p.name for p in stack.processes if p.name in {"redis", "simulator"}) or "none"
    click.echo(
        f"\n  Console   {stack.web_url}\n{_sign_in(password)}"
        f"  Carrier   {stack.simulator_url}\n{_page_of_simulator(stack)}"
        f"  Data      {stack.directory}\n"
        f"  Logs      {stack.directory / 'log'}\n"
        f"  Embedded  {embedded}\n\n"
        "Running. Ctrl+C stops everything."
    )
