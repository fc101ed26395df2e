"""Keys are made once and kept; what somebody set wins."""

import stat
from pathlib import Path

import pytest

from callsvc.core.errors import Conflict
from callsvc.core.keyring import Keyring
from callsvc.processes.environment import EMBEDDED, adopt_environment, given_environment, read_env_file
from callsvc.processes.ports import free_ports
from callsvc.processes.stack import Stack, prepare, sole_use


def _prepare(directory: Path, **given: str) -> Stack:
    return prepare(directory, free_ports(), given=given)


def test_keys_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    first, second = _prepare(tmp_path).environment, _prepare(tmp_path).environment
    kept = ("CALLSVC_DATA_KEYS", "CALLSVC_LOOKUP_KEY", "CALLSVC_SECRET_KEY", "TWILIO_AUTH_TOKEN")
    assert [first[name] for name in kept] == [second[name] for name in kept]
    assert stat.S_IMODE((tmp_path / EMBEDDED).stat().st_mode) == 0o600
    assert Keyring.parse(first["CALLSVC_DATA_KEYS"], first["CALLSVC_LOOKUP_KEY"])


def test_the_addresses_written_are_those_of_the_last_start(tmp_path: Path) -> None:
    _prepare(tmp_path)
    second = _prepare(tmp_path)
    assert read_env_file(tmp_path / EMBEDDED)["REDIS_URL"] == second.redis_url


def test_what_is_given_wins_and_is_not_embedded(tmp_path: Path) -> None:
    given = {"REDIS_URL": "redis://elsewhere/0", "TWILIO_API_BASE_URL": "https://carrier.example"}
    stack = _prepare(tmp_path, **given)
    assert {name: stack.environment[name] for name in given} == given
    assert {"redis", "simulator"}.isdisjoint(process.name for process in stack.processes)


def test_the_environment_wins_over_the_file_beside_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("REDIS_URL=redis://file/0\nPUBLIC_BASE_URL=https://file.example\n")
    monkeypatch.setenv("REDIS_URL", "redis://exported/0")
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    given = given_environment(tmp_path)
    assert (given["REDIS_URL"], given["PUBLIC_BASE_URL"]) == ("redis://exported/0", "https://file.example")


def test_a_command_finds_the_embedded_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = _prepare(tmp_path / "var")
    monkeypatch.chdir(tmp_path)
    for name in stack.environment:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "ACmine")
    adopt_environment()
    import os

    assert (os.environ["REDIS_URL"], os.environ["TWILIO_ACCOUNT_SID"]) == (stack.redis_url, "ACmine")


def test_one_directory_has_one_supervisor(tmp_path: Path) -> None:
    with sole_use(tmp_path), pytest.raises(Conflict, match="already-running"), sole_use(tmp_path):
        pass
