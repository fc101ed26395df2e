"""The command line: quick to ask, clear when something is wrong."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from callsvc import cli
from callsvc.core.errors import CallsvcError, Conflict, Forbidden, Invalid, NotFound, Unavailable

HEAVY = {"alembic", "flask", "numpy", "phonenumbers", "redis", "rq", "sqlalchemy", "twilio"}


def _bare(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """A command in a directory of its own, with no setting exported."""
    return subprocess.run(
        [sys.executable, "-m", "callsvc", *arguments],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from callsvc.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print(sorted({HEAVY!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert "Run everything here until Ctrl+C." in shown
    assert shown.splitlines()[-1] == "[]"


def test_a_missing_setting_is_named(tmp_path: Path) -> None:
    result = _bare("db", "upgrade", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("setting-missing: Set TWILIO_ACCOUNT_SID in the environment;")


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    result = _bare("--version", cwd=tmp_path)
    assert result.stdout.startswith("callsvc 0.")


@pytest.mark.parametrize("name", [n for n, (target, _) in cli.COMMANDS.items() if cli.exists(target)])
def test_every_listed_command_says_what_it_does(name: str) -> None:
    result = CliRunner().invoke(cli.callsvc, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Usage: ")


def test_a_command_nobody_has_written_yet_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "teleport", ("callsvc.nowhere.cli:teleport", "Be there."))
    assert "teleport" not in CliRunner().invoke(cli.callsvc, ["--help"]).output
    assert CliRunner().invoke(cli.callsvc, ["teleport"]).exit_code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Invalid("bad-row", "Correct it."), 2),
        (NotFound("campaign-unknown", "No campaign is called x."), 3),
        (Conflict("already-running", "Stop it first."), 4),
        (Forbidden("not-yours", "Ask your supervisor."), 5),
        (Unavailable("carrier-silent", "Try again."), 6),
    ],
)
def test_an_error_is_one_line_and_a_code_by_kind(
    error: CallsvcError, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: failing)
    result = CliRunner().invoke(cli.callsvc, ["db"])
    assert (result.exit_code, result.stderr) == (code, f"{error}\n")


def test_a_database_that_is_down_is_one_line_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    @click.command()
    def failing() -> None:
        raise OperationalError("select 1", {}, Exception("no"))

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: failing)
    result = CliRunner().invoke(cli.callsvc, ["db"])
    assert result.exit_code == 6
    assert result.stderr.startswith("database-unavailable: ")
