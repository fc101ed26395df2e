"""A rehearsal is asked for on a page, its report stands there with its date; a command prints it."""

from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from callsvc.accounts.service import add_account
from callsvc.app import create_app
from callsvc.dialing.rehearsing import end_rehearsal, rehearsals_of
from callsvc.rehearsal import running
from callsvc.rehearsal.cli import campaign
from callsvc.runtime import Runtime
from tests.app.conftest import form_token
from tests.factories import start_campaign

PASSWORD = "correct horse battery"
PAGE = "/console/campaigns/tracing/rehearsals"
REPORT: dict[str, Any] = {
    "people": 12, "strata": [], "outcomes": {"reached": 9, "not-reached": 3},
    "tries": {"reached": 9, "busy": 4},
    "calls": 17, "mean_call_s": 41.0, "lasted_s": 900, "for_agents": 2, "finished": True, "real_s": 5.0,
    "steps": [{"step": "welcome", "entered": 12, "left": 1, "mean_s": 14.2}], "problems": {"leg-lost": 1},
    "messages": {"sent": 3, "segments": 6, "encodings": {"UCS-2": 3}},
}  # fmt: skip


@pytest.fixture
def client(rt: Runtime) -> FlaskClient:
    start_campaign(rt)
    add_account(
        rt, "chief@example.org", password=PASSWORD, role="administrator", regions=("*",), language="en"
    )
    client = create_app(rt).test_client()
    form = {"email": "chief@example.org", "password": PASSWORD, "csrf_token": form_token(client)}
    assert client.post("/console/sign-in", data=form).status_code == 302
    return client


def ask(client: FlaskClient, people: str) -> str:
    form = {"csrf_token": form_token(client, PAGE), "people": people}
    return client.post(PAGE, data=form, follow_redirects=True).text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_report_of_a_rehearsal_stands_on_its_page(rt: Runtime, client: FlaskClient) -> None:
    assert "Not rehearsed yet" in client.get(PAGE).text
    assert "At most 100 is possible" in ask(client, "101")
    assert "its report appears here" in ask(client, "12")
    assert "rehearsed already" in ask(client, "12")
    with rt.db.begin() as tx:
        end_rehearsal(tx, rehearsals_of(tx, "tracing")[0].id, report=REPORT)
    for address in (PAGE, f"{PAGE}/live"):
        text = client.get(address).text
        for said in (
            "16 Nov 2020",
            "reached 9",
            "not reached 3",
            "SMS segments",
            "welcome",
            "leg-lost",
            "14 s",
        ):
            assert said in text, said


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_command_prints_what_came_of_it(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    start_campaign(rt)
    monkeypatch.setattr(running, "rehearsed", lambda *_: REPORT)
    answer = CliRunner().invoke(campaign, ["rehearse", "tracing", "--people", "12"], obj=lambda: rt)
    assert answer.exit_code == 0, answer.output
    assert "12 invented people, 17 calls of 41.0 s" in answer.output and "reached 9" in answer.output
    monkeypatch.setattr(running, "rehearsed", _breaks)
    assert "failed ValueError" in CliRunner().invoke(campaign, ["rehearse", "tracing"], obj=lambda: rt).output


def _breaks(*_: object) -> dict[str, Any]:
    raise ValueError
