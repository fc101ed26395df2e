"""What people answered leaves as a Flow Results package: with moments, without names, not counted twice."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.testing import FlaskClient

from callsvc.accounts.service import add_account, create_key
from callsvc.accounts.tables import access_log
from callsvc.app import create_app
from callsvc.calls.tables import call, leg
from callsvc.core.errors import Invalid, NotFound
from callsvc.flows.service import begin_session, publish, resume_session, session_of
from callsvc.flows.tables import flow_session
from callsvc.runtime import Runtime
from callsvc.studio import exporting
from callsvc.studio.exporting import Period, export_rows
from callsvc.webhooks.cli import flow
from ivr_flows import Hangup, Keys
from tests.factories import make_contact, make_country

SURVEY = """\
schema: 1
id: survey
title: {fr: Enquête}
direction: inbound
languages: [fr]
channels: [voice]
variables: {answers.people: {sample: "3"}, answers.year: {sample: "1980"}, answers.mobile: {sample: "0"}}
prompts:
  q: {says: neutral, fr: {text: "Tapez 1 ou 2."}}
  n: {says: neutral, fr: {text: "Combien ?"}}
steps:
  start: {menu: {prompt: q}, keys: {"1": many, "2": many}}
  many: {collect: {prompt: n, as: number, into: answers.people}, next: who}
  who: {collect: {prompt: n, as: year, into: answers.year, match: contact.birth_year}, next: tel}
  tel: {collect: {prompt: n, as: phone, into: answers.mobile}, end: done}
"""
GIVEN = ("1", "12", "1980", "0639980077")


def held(rt: Runtime, name: str, region: str = "44", platform: str = "67", *, contact_id: str = "") -> None:
    """One ended conversation of the survey, a minute for each answer."""
    with rt.db.begin() as tx:
        version = publish(tx, SURVEY, "test")
        where = {"region_code": region, "platform_code": platform}
        tx.insert(
            call,
            id=f"cal-{name}",
            direction="inbound",
            started_at=tx.now,
            contact_id=contact_id or None,
            **where,
        )
        tx.insert(
            leg, id=f"leg-{name}", call_id=f"cal-{name}", role="contact", placement="received",
            planned_at=tx.now, news_at=tx.now,
        )  # fmt: skip
        begin_session(
            tx, version=version, channel="voice", subject_id=f"leg-{name}", language="fr",
            facts={"contact": {"birth_year": 1980}}, answered_by=None,
        )  # fmt: skip
    for digits in GIVEN:
        rt.clock.advance(60)  # type: ignore[attr-defined]
        with rt.db.begin() as tx:
            session = session_of(tx, f"leg-{name}")
            assert session is not None
            resume_session(tx, session, Keys(digits))


@pytest.fixture
def survey(rt: Runtime) -> Runtime:
    with rt.db.begin() as tx:
        make_country(tx)
        contact_id = make_contact(tx)
    held(rt, "one", contact_id=contact_id)
    held(rt, "two", contact_id=contact_id)
    held(rt, "far", "11", "75")
    return rt


def rows(rt: Runtime, period: Period = Period()) -> list[list[object]]:  # noqa: B008 - frozen
    return list(export_rows(rt, "survey", period, "test"))


def test_each_answer_has_its_own_moment_and_proof_and_numbers_stay_inside(survey: Runtime) -> None:
    found = rows(survey)
    assert len(found) == 6
    assert [(row[0], row[4], row[5]) for row in found[:2]] == [
        ("2020-11-16T09:01:00+00:00", "start", "many"),
        ("2020-11-16T09:02:00+00:00", "answers.people", 12),
    ]
    told = json.dumps(found)
    assert "1980" not in told and "0639980077" not in told and "ctc" not in told
    assert rows(survey) == found


def test_one_person_has_one_pseudonym_in_one_flow(survey: Runtime) -> None:
    people = [str(row[2]) for row in rows(survey)]
    assert people[0] == people[2] != people[4]
    with survey.db.read() as tx:
        assert exporting.pseudonym(tx, "survey", "x") != exporting.pseudonym(tx, "other", "x")


def test_a_large_set_is_read_in_parts_and_every_session_once(
    survey: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rows(survey)
    for at_once in (1, 2, 3):
        monkeypatch.setattr(exporting, "AT_ONCE", at_once)
        assert rows(survey) == whole


def test_the_period_counts_from_the_beginning_of_a_session(survey: Runtime) -> None:
    second = datetime(2020, 11, 16, 9, 4, tzinfo=UTC)
    assert len(rows(survey, Period(until=second))) == 2
    assert len(rows(survey, Period(since=second, until=second + timedelta(seconds=1)))) == 2
    with pytest.raises(Invalid, match="period-invalid"):
        rows(survey, Period(since=second, until=second))
    with pytest.raises(NotFound, match="flow-unknown"):
        list(export_rows(survey, "nothing", Period(), "test"))


def test_running_sessions_trials_and_what_was_deleted_are_not_in_it(survey: Runtime) -> None:
    with survey.db.begin() as tx:
        subject = flow_session.c.subject_id
        tx.update(flow_session, subject == "leg-one", status="running")
        tx.update(flow_session, subject == "leg-two", state=b"")
    assert len(rows(survey)) == 2


def test_an_export_is_in_the_access_log_before_its_first_row(survey: Runtime) -> None:
    next(export_rows(survey, "survey", Period(since=datetime(2020, 1, 1, tzinfo=UTC)), "somebody"))
    with survey.db.read() as tx:
        row = tx.first(sa.select(access_log).where(access_log.c.action == "flow-results-exported"))
    assert row is not None and row.subject == "survey"
    assert row.details == {"since": "2020-01-01T00:00:00+00:00", "by": "somebody"}


def test_the_command_writes_a_package_that_only_its_owner_reads(survey: Runtime, tmp_path: Path) -> None:
    for style in ("json", "csv"):
        told = CliRunner().invoke(
            flow, ["results", "survey", "--format", style, "--output", str(tmp_path)], obj=lambda: survey
        )
        assert told.exit_code == 0 and "6 responses" in told.output, told.output
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("survey*")} == {0}
    described = json.loads((tmp_path / "survey.descriptor.json").read_text("utf-8"))
    [resource] = described["resources"]
    assert (resource["path"], resource["mediatype"]) == ("survey.csv", "text/csv")
    assert set(resource["schema"]["questions"]) == {"start", "answers.people"}
    table = list(csv.reader(io.StringIO((tmp_path / "survey.csv").read_text("utf-8"))))
    assert len(table) == 7 and len(json.loads((tmp_path / "survey.json").read_text("utf-8"))) == 6
    wrong = CliRunner().invoke(flow, ["results", "survey", "--since", "monday"], obj=lambda: survey)
    assert isinstance(wrong.exception, Invalid)


def api(rt: Runtime, *regions: str) -> FlaskClient:
    add_account(rt, "ana@example.org", password=None, role="administrator", regions=regions)
    key = create_key(rt, "ana@example.org", ("contacts",))
    client = create_app(rt).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


def test_programs_read_it_in_pages_within_their_regions(survey: Runtime) -> None:
    client = api(survey, "44")
    page = client.get("/api/v1/flows/survey/results/responses?limit=1").get_json()
    assert len(page["items"]) == 2 and page["next"]
    rest = client.get(page["next"]).get_json()
    assert len(rest["items"]) == 2 and rest["next"] is None
    described = client.get("/api/v1/flows/survey/results").get_json()
    assert described["profile"] == "flow-results-package"
    assert client.get("/api/v1/flows/nothing/results").status_code == 404
    assert client.get("/api/v1/flows/nothing/results/responses").status_code == 404
    late = "since=2020-11-17T00:00:00Z&until=2020-11-16T00:00:00Z"
    assert client.get(f"/api/v1/flows/survey/results/responses?{late}").get_json()["id"] == "period-invalid"


def test_who_hangs_up_has_answered_what_they_answered(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        make_country(tx)
    held(rt, "one")
    with rt.db.begin() as tx:
        tx.update(flow_session, flow_session.c.subject_id == "leg-one", status="running")
        session = session_of(tx, "leg-one")
        assert session is not None
        resume_session(tx, session, Hangup())
    assert len(rows(rt)) == 2
