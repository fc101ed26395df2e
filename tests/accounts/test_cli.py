"""``callsvc user``, as whoever runs the machine uses it."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from callsvc.accounts.cli import user
from callsvc.accounts.keys import authenticate_key
from callsvc.accounts.service import resume_session, sign_in, use_password_link
from callsvc.core.errors import CallsvcError
from callsvc.runtime import Runtime

from .people import PASSWORD, declare_places

SAM = "sam@example.org"


def run(rt: Runtime, *arguments: str, given: str = "") -> Any:
    asked = [*arguments, "--format", "json"]
    result = CliRunner().invoke(user, asked, input=given, obj=lambda: rt, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.fixture
def chief(rt: Runtime) -> None:
    declare_places(rt)
    arguments = ("add", "chief@example.org", "--role", "administrator", "--region", "*", "--password-stdin")
    run(rt, *arguments, given=PASSWORD + "\n")


def test_an_account_is_added_with_a_link_changed_disabled_and_enabled(rt: Runtime, chief: None) -> None:
    made = run(rt, "add", SAM, "--role", "agent", "--region", "44", "--platform", "67", "--link")
    assert made["link"].startswith("http://127.0.0.1:8000/console/choose-password#")
    use_password_link(rt, made["link"].partition("#")[2], PASSWORD)
    token = sign_in(rt, SAM, PASSWORD)
    changed = run(rt, "edit", SAM, "--role", "supervisor", "--all-platforms", "--name", "Sam")
    assert changed["changed"]
    assert resume_session(rt, token) is None
    assert not run(rt, "edit", SAM, "--role", "supervisor")["changed"]
    listed = {one["email"]: one for one in run(rt, "list")}
    assert listed[SAM]["places"] == ["Region 44"]
    assert listed["chief@example.org"]["places"] == ["*"]
    run(rt, "disable", SAM)
    assert {one["email"] for one in run(rt, "list") if one["disabled"]} == {SAM}
    run(rt, "enable", SAM)
    again = run(rt, "reset", SAM)["link"].partition("#")[2]
    use_password_link(rt, again, "another long password")
    token = sign_in(rt, SAM, "another long password")
    run(rt, "sign-out", SAM)
    assert resume_session(rt, token) is None


def test_a_password_given_by_somebody_else_may_have_to_be_changed(rt: Runtime, chief: None) -> None:
    arguments = ("add", SAM, "--role", "agent", "--region", "44", "--password-stdin", "--must-change")
    run(rt, *arguments, given=PASSWORD + "\n")
    principal = resume_session(rt, sign_in(rt, SAM, PASSWORD))
    assert principal is not None
    assert principal.must_change


def test_a_key_may_end_on_a_day(rt: Runtime, chief: None) -> None:
    key = run(rt, "key", "chief@example.org", "--scopes", "report", "--until", "2020-11-17")["key"]
    assert authenticate_key(rt, key)
    rt.machine.advance(24 * 3600)  # type: ignore[attr-defined]
    with pytest.raises(CallsvcError, match="key-refused"):
        authenticate_key(rt, key)


@pytest.mark.parametrize("command", [("disable",), ("edit", "--role", "agent"), ("password-off",)])
def test_the_last_administrator_stays(rt: Runtime, chief: None, command: tuple[str, ...]) -> None:
    asked = [command[0], "chief@example.org", *command[1:]]
    with pytest.raises(CallsvcError, match=r"last-administrator|account-not-linked"):
        CliRunner().invoke(user, asked, obj=lambda: rt, catch_exceptions=False)
