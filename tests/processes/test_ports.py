"""A port that is taken is named before anything starts."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from callsvc.cli import callsvc
from callsvc.core.errors import Conflict
from callsvc.processes.ports import free_ports, is_free, require_free
from callsvc.processes.table import Ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_a_clear_error(taken: int) -> None:
    with pytest.raises(Conflict, match=f"port-in-use: Port {taken}, meant for redis") as caught:
        require_free(Ports(redis=taken), {"redis"}, patience_s=0)
    assert caught.value.details == {"port": taken, "process": "redis"}


def test_a_port_nobody_embedded_needs_may_be_taken(taken: int) -> None:
    require_free(Ports(redis=taken), set(), patience_s=0)


def test_up_says_so_and_ends_with_the_code_of_a_conflict(
    taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    free = free_ports()
    result = CliRunner().invoke(
        callsvc,
        ["up", f"--web-port={taken}", f"--stream-port={free.stream}", f"--simulator-port={free.simulator}",
         f"--redis-port={free.redis}"],
    )  # fmt: skip
    assert result.exit_code == 4
    assert result.stderr.startswith(f"port-in-use: Port {taken}, meant for web, is taken")


def test_free_ports_are_four_different_ones_below_the_range_of_outgoing_connections() -> None:
    ports = free_ports()
    found = {ports.web, ports.stream, ports.simulator, ports.redis}
    assert len(found) == 4
    assert all(port < 32_768 and is_free(port) for port in found)
