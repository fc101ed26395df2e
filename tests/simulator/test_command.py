"""The command line."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from callsvc.simulator.__main__ import command


def test_only_the_command_line_opens_it_to_other_machines() -> None:
    result = CliRunner().invoke(command, ["--port", "0"], env={"SIMULATOR_HOST": "0.0.0.0"})
    assert result.exit_code == 2
    assert "--host" in result.output


def test_what_is_wrong_with_the_weights_or_the_clock_is_said() -> None:
    assert "names something" in CliRunner().invoke(command, ["--strangers", "ghost=1"]).output
    result = CliRunner().invoke(command, ["--port", "0"], env={"CALLSVC_CLOCK_SPEED": "-1"})
    assert "CALLSVC_CLOCK_SPEED" in result.output
    assert result.exit_code == 1


def test_a_people_file_that_is_wrong_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text('{"number": "+33639980001", "answers": "never"}\n')
    result = CliRunner().invoke(command, ["--port", "0", "--people", str(path)])
    assert result.exit_code == 1
    assert "person 1: answers" in result.output


def test_every_setting_can_come_from_the_environment() -> None:
    names = {name for option in command.params for name in [getattr(option, "envvar", None)] if name}
    assert {
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_API_KEY_SID",
        "TWILIO_API_KEY_SECRET",
        "SIMULATOR_PORT",
        "SIMULATOR_CPS",
        "SIMULATOR_CPS_POLICY",
        "SIMULATOR_PEOPLE",
        "SIMULATOR_SEED",
        "SIMULATOR_DATA_DIR",
    } <= names
