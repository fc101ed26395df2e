"""The commands of control: what they say, and who may say yes."""

import os
import pwd
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from callsvc.accounts.keys import create_key
from callsvc.accounts.queries import account_by_email
from callsvc.accounts.service import add_account
from callsvc.campaigns.authors import COMMAND_LINE, by_command_line, kind_of
from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.needing import set_approval_size
from callsvc.campaigns.tables import campaign_approval, campaign_change, stop_order
from callsvc.cli import callsvc
from callsvc.runtime import Runtime
from tests.factories import add_contacts, campaign_file, make_contact, start_campaign

PASSWORD = "correct horse battery"
POOLS = """
pools:
  - id: national
    title: Numéros nationaux
    verify: "01 99 00 01 00"
    senders: [{value: "+33199000100"}, {value: "38000"}]
"""

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def _run(rt: Runtime, *arguments: str, given: str = "", fails: str = "") -> Result:
    result = CliRunner().invoke(callsvc, arguments, obj=lambda: rt, input=given)
    assert (fails in result.output) if fails else (result.exit_code == 0), result.output
    return result


def _two_administrators(rt: Runtime) -> None:
    """Ana and Bob, a supervisor, and a campaign of two people where one person may call one alone."""
    start_campaign(rt, file=campaign_file(id="other"))
    for name, role in (("ana", "administrator"), ("bob", "administrator"), ("eve", "supervisor")):
        add_account(rt, f"{name}@example.org", password=f"{PASSWORD} {name}", role=role, regions=("*",))
    _run(rt, "campaign", "clone", "other", "tracing")
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, f"+3363998000{n}") for n in (2, 3)])
        set_approval_size(tx, 1, "admin")


def _as(rt: Runtime, name: str, verb: str, *more: str, secret: str = "", fails: str = "") -> Result:
    typed = secret or f"{PASSWORD} {name}"
    return _run(rt, "campaign", verb, *more, "--as", f"{name}@example.org", given=f"{typed}\n", fails=fails)


def test_a_second_person_says_yes_with_their_password(rt: Runtime) -> None:
    _two_administrators(rt)
    _run(rt, "campaign", "start", "tracing", fails="campaign-needs-approval")
    _as(rt, "ana", "ask", "tracing")
    _as(rt, "bob", "approve", "tracing", secret="wrong password", fails="sign-in-refused")
    _as(rt, "eve", "approve", "tracing", fails="sign-in-refused")
    assert "approved" in _as(rt, "bob", "approve", "tracing").output
    assert "running" in _run(rt, "campaign", "start", "tracing").output


def test_whoever_asks_at_a_shell_proves_a_name_and_cannot_say_yes_to_themselves(rt: Runtime) -> None:
    _two_administrators(rt)
    _run(rt, "campaign", "ask", "tracing", fails="Missing option '--as'")
    _as(rt, "bob", "ask", "tracing")
    _as(rt, "bob", "approve", "tracing", fails="approval-own")
    with rt.db.begin() as tx:  # asked before names were asked for
        tx.update(campaign_approval, sa.true(), asked_by=COMMAND_LINE)
    _as(rt, "bob", "approve", "tracing", fails="approval-anonymous")
    _run(rt, "campaign", "start", "tracing", fails="campaign-needs-approval")


def test_a_key_of_the_account_stands_for_its_password_and_a_key_of_another_does_not(rt: Runtime) -> None:
    _two_administrators(rt)
    keys = {name: create_key(rt, f"{name}@example.org", ["campaigns"]) for name in ("ana", "bob")}
    _as(rt, "ana", "ask", "tracing", secret=keys["ana"])
    _as(rt, "bob", "approve", "tracing", secret=keys["ana"], fails="sign-in-refused")
    narrow = create_key(rt, "bob@example.org", ["report"])
    _as(rt, "bob", "approve", "tracing", secret=narrow, fails="sign-in-refused")
    assert "approved" in _as(rt, "bob", "approve", "tracing", secret=keys["bob"]).output


def test_the_size_is_set_by_an_administrator_of_the_whole_country_by_name(rt: Runtime) -> None:
    _two_administrators(rt)
    add_account(rt, "est@example.org", password=f"{PASSWORD} est", role="administrator", regions=("44",))
    _run(rt, "campaign", "approval-size", "0", fails="--as EMAIL")
    _as(rt, "est", "approval-size", "0", fails="whole-country-needed")
    assert _as(rt, "ana", "approval-size", "50").output.endswith(
        "50 people, and 10 % more than a second person saw\n"
    )
    assert _as(rt, "ana", "approval-size", "50", "--margin", "0").exit_code == 0
    assert _run(rt, "campaign", "approval-size").output.startswith("50 people, and 0 %")


def test_everything_is_stopped_said_and_lifted(rt: Runtime) -> None:
    start_campaign(rt)
    said = _run(rt, "campaign", "stop", "--all").output
    assert "everything: stopped" in said and "campaigns that ran" in said
    _run(rt, "campaign", "resume", "tracing", fails="everything-stopped")
    assert '"campaigns": 1' in _run(rt, "campaign", "stop", "--all", "--format", "json").output
    assert "lifted" in _run(rt, "campaign", "lift-stop").output
    assert "Nothing was stopped" in _run(rt, "campaign", "lift-stop").output
    _run(rt, "campaign", "resume", "tracing")
    assert "tracing: stopped" in _run(rt, "campaign", "stop", "tracing").output
    _run(rt, "campaign", "stop", fails="one campaign, or --all")


def test_a_file_goes_out_is_edited_and_comes_back(rt: Runtime, tmp_path: Path) -> None:
    start_campaign(rt)
    exported = _run(rt, "campaign", "export", "tracing").output
    assert read_campaign(exported) == campaign_file()
    edits = tmp_path / "edits.yaml"
    edits.write_text("title: Autre titre\n", "utf-8")
    assert "edited" in _run(rt, "campaign", "edit", "tracing", str(edits)).output
    assert "Suivi des contacts" in _run(rt, "campaign", "undo", "tracing").output
    _run(rt, "campaign", "schedule", "tracing", "--end", "2020-11-30 20:00")
    assert "2020-11-30 20:00" in _run(rt, "campaign", "export", "tracing").output
    _run(rt, "campaign", "schedule", "tracing", "--end", "tomorrow", fails="schedule-time-unreadable")


def test_pools_are_declared_by_a_file_that_is_the_state(rt: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "callers.yaml"
    file.write_text(POOLS, "utf-8")
    assert _run(rt, "callers", "apply", str(file)).output == "applied\n"
    assert _run(rt, "callers", "apply", str(file)).output == "nothing to change\n"
    shown = _run(rt, "callers", "show").output
    assert "short-code" in shown and "01 99 00 01 00" in shown
    file.write_text("pools: []\n", "utf-8")
    _run(rt, "callers", "apply", str(file))
    assert _run(rt, "callers", "show").output == ""


def _authors(rt: Runtime, campaign_id: str) -> list[tuple[str, str]]:
    with rt.db.read() as tx:
        mine = sa.select(campaign_change).where(campaign_change.c.campaign_id == campaign_id)
        rows = tx.all(mine.order_by(campaign_change.c.at, campaign_change.c.id))
    return [(row.what, row.by) for row in rows]


def test_whoever_changes_a_campaign_at_a_shell_stands_in_its_history(rt: Runtime, tmp_path: Path) -> None:
    _two_administrators(rt)
    with rt.db.read() as tx:
        ana = account_by_email(tx, "ana@example.org").id
    file = tmp_path / "campaign.yaml"
    file.write_text(_run(rt, "campaign", "export", "other").output.replace("id: other", "id: mine"), "utf-8")
    _as(rt, "ana", "apply", str(file), secret="not hers", fails="sign-in-refused")
    _as(rt, "eve", "apply", str(file), fails="sign-in-refused")
    assert _authors(rt, "mine") == []
    _as(rt, "ana", "apply", str(file))
    file.write_text("title: Autre titre\n", "utf-8")
    _run(rt, "campaign", "edit", "mine", str(file))
    for verb in ("undo", "start", "pause", "stop"):
        _as(rt, "ana", verb, "mine")
    shell = f"command line, {pwd.getpwuid(os.getuid()).pw_name}"
    told = _authors(rt, "mine")
    assert told[0] == ("applied", ana) and told[1] == ("edited", shell)
    assert len(told) >= 6 and {by for _, by in told[2:]} == {ana}
    assert [kind_of(by) for _, by in told[:2]] == ["account", "command-line"]
    assert _authors(rt, "tracing")[0] == ("cloned", shell) and kind_of("schedule") == "service"


def test_a_shell_cannot_lend_itself_a_name(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "SUDO_USER"):
        monkeypatch.setenv(name, "director")
    assert "director" not in by_command_line()
    monkeypatch.setattr("callsvc.campaigns.authors.pwd.getpwuid", {}.__getitem__)
    monkeypatch.setattr("callsvc.campaigns.authors.os.getuid", lambda: 4711)
    assert by_command_line() == "command line, uid 4711"


def test_who_stops_everything_at_a_shell_is_named_and_answers_for_the_whole_country(rt: Runtime) -> None:
    _two_administrators(rt)
    add_account(rt, "est@example.org", password=f"{PASSWORD} est", role="administrator", regions=("44",))
    _as(rt, "est", "stop", "--all", fails="whole-country-needed")
    _as(rt, "est", "edit", "other", str(Path(__file__)), fails="campaign-file-invalid")
    _as(rt, "ana", "stop", "--all")
    _run(rt, "campaign", "lift-stop")
    with rt.db.read() as tx:
        [order] = tx.all(sa.select(stop_order))
        assert order.asked_by == account_by_email(tx, "ana@example.org").id
    assert order.lifted_by == by_command_line()
