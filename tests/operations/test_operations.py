"""An operator sees what is alive, what waits too long, what happened and what is set; never a secret."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from callsvc.accounts.service import add_account
from callsvc.core.clock import StoppedClock
from callsvc.core.incidents import report_incident
from callsvc.core.settings import Settings
from callsvc.operations.asking import FRESH_S, Findings
from callsvc.operations.beating import KEPT, Heart
from callsvc.operations.checks.finding import Finding, ok, wrong
from callsvc.operations.in_force import COVERED, settings_in_force, shown
from callsvc.operations.incidents import KINDS
from callsvc.operations.processes import EXPECTED, processes_now
from callsvc.operations.tables import process_beat
from callsvc.operations.waiting import STATES, waiting_now
from callsvc.runtime import Runtime
from tests.app.conftest import app, client, signed_in  # noqa: F401 - fixtures
from tests.app.world import CHIEF, LOCAL, PASSWORD

OPERATOR = "operator@example.org"


def _later(rt: Runtime, by: timedelta) -> None:
    for clock in (rt.clock, rt.machine):
        assert isinstance(clock, StoppedClock)
        clock.advance(by.total_seconds())


def _health(rt: Runtime) -> dict[str, str]:
    with rt.db.read() as tx:
        return {one.name: one.health for one in processes_now(tx)}


def test_a_process_that_beats_is_alive_and_one_that_falls_silent_is_shown(rt: Runtime) -> None:
    heart = Heart(rt, "web")
    heart.beat()
    assert _health(rt) == dict.fromkeys(EXPECTED, "missing") | {"web": "alive"}
    _later(rt, timedelta(seconds=40))
    assert _health(rt)["web"] == "silent"
    heart.beat()
    assert _health(rt)["web"] == "alive"


def test_a_process_that_says_good_bye_has_stopped(rt: Runtime) -> None:
    heart = Heart(rt, "ticker")
    heart.beat()
    heart.stop()
    assert _health(rt)["ticker"] == "stopped"


def test_a_process_that_was_started_again_hides_the_one_that_died(rt: Runtime) -> None:
    dead = Heart(rt, "stream")
    dead.beat()
    with rt.db.begin() as tx:
        tx.update(process_beat, process_beat.c.id == dead.id, id="stream@old:1", pid=1)
    _later(rt, timedelta(minutes=2))
    assert _health(rt)["stream"] == "silent"
    Heart(rt, "stream").beat()
    with rt.db.read() as tx:
        assert [one.pid for one in processes_now(tx) if one.name == "stream"] != [1]
    assert _health(rt)["stream"] == "alive"


def test_rows_of_processes_long_gone_are_removed_by_the_next_to_start(rt: Runtime) -> None:
    Heart(rt, "web").beat()
    _later(rt, KEPT + timedelta(minutes=1))
    Heart(rt, "ticker").beat()
    with rt.db.read() as tx:
        assert [row.name for row in tx.all(sa.select(process_beat))] == ["ticker"]


@pytest.mark.usefixtures("app")
def test_people_who_wait_beyond_their_deadline_are_late_and_those_before_it_wait(rt: Runtime) -> None:
    with rt.db.read() as tx:
        line = next(line for line in waiting_now(tx) if line.state.id == "people-waiting")
    assert (line.waiting, line.late) == (3, 0)
    _later(rt, timedelta(minutes=1))
    with rt.db.read() as tx:
        line = next(line for line in waiting_now(tx) if line.state.id == "people-waiting")
    assert (line.waiting, line.late) == (3, 3)
    assert line.since is not None


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.id)
def test_looking_at_what_waits_never_reads_a_whole_table(rt: Runtime, state: object) -> None:
    """Twenty million calls are over; the page counts the few that are not."""
    one = next(known for known in STATES if known is state)
    query = sa.select(sa.func.count()).select_from(one.table).where(one.waits)
    with rt.db.read() as tx:
        if rt.db.dialect == "postgresql":
            tx.execute(sa.text("SET LOCAL enable_seqscan = off"))
        compiled = query.compile(rt.db.engine, compile_kwargs={"literal_binds": True})
        word = "EXPLAIN" if rt.db.dialect == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = "\n".join(str(row) for row in tx.all(sa.text(f"{word} {compiled}")))
    if one.table.name in {"contact_import", "callback"}:
        return  # hundreds of rows, not millions
    assert "Seq Scan" not in plan, plan
    assert (
        "SCAN" not in plan.replace("USING INDEX", "").replace("USING COVERING INDEX", "") or "INDEX" in plan
    ), plan


class TestSettings:
    def test_no_secret_is_ever_shown(self) -> None:
        secret = "never-show-this"
        settings = Settings(
            twilio_account_sid="AC1",
            twilio_auth_token=secret,
            twilio_api_key_secret=secret,
            callsvc_secret_key=secret,
            callsvc_data_keys=secret,
            callsvc_lookup_key=secret,
            database_url=f"postgresql://calls:{secret}@127.0.0.1/calls",
            redis_url=f"redis://:{secret}@127.0.0.1:6390/0",
        )
        shown_settings = settings_in_force(settings)
        assert secret not in repr(shown_settings)
        assert {one.value for one in shown_settings if one.name == "TWILIO_AUTH_TOKEN"} == {COVERED}
        assert {one.name for one in shown_settings} == {name.upper() for name in Settings.model_fields}

    @pytest.mark.parametrize(
        "address",
        ["redis://h:1/0?password=hush", "postgresql://u:hush@h/db?password=hush", "https://u:hush@h/"],
    )
    def test_a_password_is_covered_wherever_an_address_holds_it(self, address: str) -> None:
        assert "hush" not in shown("SOME_URL", address)
        assert shown("SOME_URL", address).startswith(address[:8])

    @pytest.mark.parametrize("name", ["NEW_TOKEN", "A_SECRET_OF_MINE", "SOME_PASSWORD", "X_KEY", "X_KEYS"])
    def test_a_setting_added_tomorrow_is_covered_by_its_name(self, name: str) -> None:
        assert shown(name, "hush") == COVERED


class TestFindings:
    def test_the_carrier_is_asked_once_in_fifteen_seconds(self, settings: Settings) -> None:
        asked, now = [], [0.0]

        def ask(_: Settings) -> tuple[Finding, ...]:
            asked.append(now[0])
            return (ok("carrier", "answers"),)

        findings = Findings(ask=ask, now=lambda: now[0])
        for now[0] in (0.0, 1.0, FRESH_S, FRESH_S + 1):
            assert findings.fresh(settings)[0].state == "ok"
        assert asked == [0.0, FRESH_S + 1]

    def test_nobody_waits_for_the_answer_to_somebody_elses_question(self, settings: Settings) -> None:
        met: list[object] = []

        def ask(_: Settings) -> tuple[Finding, ...]:
            met.append(findings.fresh(settings))  # comes while the question is under way
            return (ok("carrier", "answers"),)

        now = [0.0]
        findings = Findings(ask=ask, now=lambda: now[0])
        first = findings.fresh(settings)
        now[0] = FRESH_S + 1
        assert findings.fresh(settings) == first
        assert met == [(), first]


class TestPages:
    @pytest.fixture
    def operator(self, app: Flask, rt: Runtime, signed_in: Callable[[str], FlaskClient]) -> FlaskClient:  # noqa: F811
        add_account(rt, OPERATOR, password=PASSWORD, role="operator", regions=("*",), language="en")
        return signed_in(OPERATOR)

    def test_the_page_names_what_is_missing_and_what_is_late(
        self, operator: FlaskClient, rt: Runtime
    ) -> None:
        Heart(rt, "web").beat()
        _later(rt, timedelta(seconds=30))
        page = operator.get("/console/operations/").text
        assert 'data-process="ticker" class="alert"' in page
        assert 'data-process="web" class="alert"' not in page
        assert 'data-waiting="people-waiting" class="alert"' in page
        assert "Is the ticker alive?" in page

    def test_an_incident_says_what_happened_and_what_to_do(self, operator: FlaskClient, rt: Runtime) -> None:
        assert "No incident" in operator.get("/console/operations/incidents").text
        with rt.db.begin() as tx:
            report_incident(tx, "leg-lost", "leg_1", why="<b>silence</b>")
        page = operator.get("/console/operations/incidents?kind=leg-lost").text
        assert "Compare with the carrier" in page
        assert "&lt;b&gt;silence" in page

    def test_the_servers_are_told_with_advice(
        self,
        operator: FlaskClient,
        app: Flask,  # noqa: F811
    ) -> None:
        app.extensions["callsvc-findings"] = Findings(
            ask=lambda _: (wrong("redis", "It is away.", "Start it."),)
        )
        page = operator.get("/console/operations/checks").text
        assert "It is away." in page and "Start it." in page and "wrong" in page

    def test_settings_are_shown_to_operators_and_to_nobody_who_is_not(
        self,
        operator: FlaskClient,
        signed_in: Callable[[str], FlaskClient],  # noqa: F811
    ) -> None:
        page = operator.get("/console/operations/settings").text
        assert "TWILIO_AUTH_TOKEN" in page and "test-token" not in page
        assert signed_in(LOCAL).get("/console/operations/settings").status_code == 403
        assert signed_in(CHIEF).get("/console/operations/settings").status_code == 200


def test_every_kind_of_incident_is_explained_here_and_in_the_documentation() -> None:
    project = Path(__file__).parents[2]
    reported = {
        kind
        for path in (project / "callsvc").rglob("*.py")
        for kind in re.findall(r'report_(?:incident|once)\(\s*tx,\s*"([a-z-]+)"', path.read_text())
    }
    assert reported == set(KINDS)
    text = (project / "docs/operations.md").read_text()
    assert [kind for kind in KINDS if kind not in text] == []
