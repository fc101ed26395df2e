"""The processes, one row each. The Procfile says the same for the default addresses; a test compares."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from callsvc.core.jobs import QUEUES

DIRECTORY = Path("var")  # data, logs and keys of one installation


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where each process listens, on the loopback interface."""

    web: int = 8000
    stream: int = 8001
    simulator: int = 9000
    redis: int = 6390


@dataclass(frozen=True, kw_only=True)
class Process:
    """One row: how to start it, when it is ready, and in which order it stops.

    ``stop_rank`` 0 stops first; all of one rank stop together and have ``stop_within_s`` before they are
    killed. The sums over the ranks stay below ten seconds. ``ready`` is an address, ``http://...`` for a page
    that must answer 200 and ``redis://...`` for a server that must answer PING; empty: started is ready.
    """

    name: str
    command: str
    stop_rank: int = 0
    stop_within_s: float = 3.0
    ready: str = ""
    environment: dict[str, str] = field(default_factory=dict)


def processes(ports: Ports, directory: Path = DIRECTORY) -> tuple[Process, ...]:
    """All processes, in the order in which they start."""
    redis_data, simulator_data = (shlex.quote(str(directory / name)) for name in ("redis", "simulator"))
    gunicorn = "gunicorn --config python:callsvc.processes.web_server --worker-class gthread --workers 1"
    return (
        Process(
            name="redis",
            command=f"python -m callsvc.processes.redis --port {ports.redis} --data-dir {redis_data}",
            stop_rank=3,
            stop_within_s=1.5,
            ready=f"redis://127.0.0.1:{ports.redis}/0",
        ),
        Process(
            name="simulator",
            command=f"python -m callsvc.simulator --port {ports.simulator} --data-dir {simulator_data}",
            stop_rank=2,
            stop_within_s=1.5,
            ready=f"http://127.0.0.1:{ports.simulator}/_simulator/health",
        ),
        Process(
            name="web",
            command=f"{gunicorn} --threads 8 --bind 127.0.0.1:{ports.web} callsvc.wsgi:app",
            ready=f"http://127.0.0.1:{ports.web}/healthz",
        ),
        Process(
            name="stream",
            command=f"python -m callsvc.stream --port {ports.stream}",
            ready=f"http://127.0.0.1:{ports.stream}/healthz",
        ),
        *(
            Process(name=f"worker-{queue}", command=f"python -m workers --queue {queue}", stop_rank=1)
            for queue in dict.fromkeys(QUEUES.values())
        ),
        Process(name="ticker", command="python -m workers.ticker", stop_rank=1),
    )
