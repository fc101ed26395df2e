"""Probes and gauges."""

import dataclasses

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient

from callsvc.accounts.service import add_account, create_key
from callsvc.app import create_app
from callsvc.core.jobs import RqJobs
from callsvc.migrations import __path__ as place
from callsvc.runtime import Runtime


def test_alive_needs_nothing_else(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "alive"}


def test_ready_when_the_schema_is_the_newest(client: FlaskClient) -> None:
    assert client.get("/readyz").json == {"status": "ready", "reasons": []}


def test_not_ready_says_what_is_missing(rt: Runtime) -> None:
    settings = rt.settings.model_copy(update={"twilio_auth_token": " "})
    jobs = RqJobs("redis://127.0.0.1:1/0")  # nobody listens on port 1
    answer = create_app(dataclasses.replace(rt, settings=settings, jobs=jobs)).test_client().get("/readyz")
    assert answer.status_code == 503
    reasons = (answer.json or {})["reasons"]
    assert [reason.split(":")[0] for reason in reasons] == ["redis", "settings"]


def test_an_old_schema_is_not_ready(rt: Runtime) -> None:
    app = create_app(rt)
    with rt.db.begin() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        answer = app.test_client().get("/readyz")
        assert answer.status_code == 503
        assert "callsvc db upgrade" in (answer.json or {})["reasons"][0]
    finally:
        head = ScriptDirectory(str(place[0])).get_current_head()
        with rt.db.begin() as tx:
            tx.execute(sa.text(f"UPDATE alembic_version SET version_num = '{head}'"))


def test_gauges_are_counted_from_sql_for_an_operator_of_the_whole_country(
    rt: Runtime, client: FlaskClient
) -> None:
    assert client.get("/metrics").status_code in (401, 403)
    add_account(rt, "ops@example.org", password=None, role="operator", regions=("*",))
    key = create_key(rt, "ops@example.org", ("operations",))
    shown = client.get("/metrics", headers={"Authorization": f"Bearer {key}"}).text.splitlines()
    assert "callsvc_live_legs 3.0" in shown
    assert "callsvc_legs_in_doubt 0.0" in shown
    assert 'callsvc_waiting{region="44"} 3.0' in shown
    assert 'callsvc_agents{activity="available",state="idle"} 4.0' in shown
    assert "callsvc_rollup_lag_events 52.0" in shown
