"""Ports on the loopback interface: is this one free, and which ones are."""

import random
import socket
import time
from dataclasses import asdict

from callsvc.core.errors import Conflict
from callsvc.processes.table import Ports

HOST = "127.0.0.1"
_ANY = random.SystemRandom()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def require_free(ports: Ports, names: set[str], *, patience_s: float = 1.5) -> None:
    """Raise ``port-in-use`` for the first port taken; a server just killed gets a moment to let go."""
    deadline = time.monotonic() + patience_s
    for name, port in asdict(ports).items():
        if name not in names:
            continue
        while not is_free(port):
            if time.monotonic() > deadline:
                raise Conflict(
                    "port-in-use",
                    f"Port {port}, meant for {name}, is taken by another program. Stop that program, or "
                    f"choose another port with --{name}-port.",
                    port=port,
                    process=name,
                )
            time.sleep(0.05)


def free_ports() -> Ports:
    """Four ports nobody listens on now.

    They lie below the range from which systems pick the near end of outgoing connections (32768 and up on
    Linux): there, a connection could take the port of a server that is just being started again.
    """
    candidates = (port for port in iter(lambda: _ANY.randint(20_000, 32_000), None) if is_free(port))
    chosen: set[int] = set()
    while len(chosen) < 4:
        chosen.add(next(candidates))
    web, stream, simulator, redis = chosen
    return Ports(web=web, stream=stream, simulator=simulator, redis=redis)
