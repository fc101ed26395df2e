"""doctor finds what is wrong and says what to do about it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from callsvc.cli import callsvc
from callsvc.core.settings import Settings
from callsvc.operations.checks import servers
from callsvc.processes.running import RunningStack, running_stack
from callsvc.stream import PATH


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    served = {"redis", "simulator", "web", "stream"}
    with running_stack(tmp_path_factory.mktemp("stack"), only=served) as stack:
        yield stack


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def _examine(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, dict[str, Any]]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(callsvc, ["doctor", "--format", "json"])
    return result.exit_code, {finding["check"]: finding for finding in json.loads(result.stdout)}


def _settings_of(stack: RunningStack, **changed: str) -> dict[str, str]:
    names = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in {**stack.environment, **changed}.items() if name in names}


def test_missing_settings_are_all_named_and_the_rest_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    code, found = _examine({}, monkeypatch)
    assert code == 1
    assert found["settings"]["message"].startswith("Not set: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, ")
    assert {found[check]["state"] for check in ("database", "redis", "carrier")} == {"skipped"}


def test_a_running_stack_is_well(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = _examine(_settings_of(stack), monkeypatch)
    asked = ("python", "settings", "database", "redis", "stream", "carrier", "signature", "disk")
    assert {check: found[check]["state"] for check in asked} == dict.fromkeys(asked, "ok")
    assert found["clock"]["state"] == "skipped"  # the stack's life clock has an origin of its own


def test_everything_that_is_wrong_has_advice(
    stack: RunningStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, found = _examine(
        _settings_of(
            stack,
            DATABASE_URL=f"sqlite:///{tmp_path}/empty.db",
            REDIS_URL="redis://127.0.0.1:9/0",
            TWILIO_AUTH_TOKEN="another",
            PUBLIC_BASE_URL="http://127.0.0.1:9",
        ),
        monkeypatch,
    )
    assert code == 1
    assert {check for check, finding in found.items() if finding["state"] == "wrong"} == {
        "database",
        "redis",
        "carrier",
    }
    assert all(finding["advice"] for finding in found.values() if finding["state"] == "wrong")
    assert found["database"]["advice"] == "Run `callsvc db upgrade`."
    assert "credentials" in found["carrier"]["message"]
    assert found["signature"]["state"] == "skipped"


def test_a_stream_process_that_is_away_or_not_behind_its_address_is_wrong(
    stack: RunningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert servers.STREAM == PATH
    for address, said in (("http://127.0.0.1:9", "does not answer"), (stack.web_url, "something else")):
        _, found = _examine(_settings_of(stack, CALLSVC_STREAM_URL=address), monkeypatch)
        assert (found["stream"]["state"], said in found["stream"]["message"]) == ("wrong", True)
        assert found["stream"]["advice"]


def test_a_real_carrier_needs_an_address_it_can_reach(
    stack: RunningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = {"CALLSVC_CALLER_ID": "+441632960100", "CALLSVC_VERIFY_PHONE": "+44 1632 960100"}
    settings = _settings_of(stack, TWILIO_API_BASE_URL="https://carrier.example", **ours)
    _, found = _examine(settings, monkeypatch)
    assert found["settings"]["state"] == "wrong"
    assert "https address" in found["settings"]["advice"]


def test_a_clock_far_from_the_carriers_is_wrong(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    from callsvc.operations.checks.carrier import check_clock

    settings = Settings(
        twilio_account_sid="ACx", twilio_auth_token="t", callsvc_secret_key="s",
        callsvc_data_keys="", callsvc_lookup_key="",
    )  # fmt: skip
    answer = requests.Response()
    answer.headers["Date"] = "Mon, 16 Nov 2020 09:00:00 GMT"
    assert check_clock(settings, answer).state == "wrong"
    answer.headers.clear()
    assert check_clock(settings, answer).state == "skipped"
