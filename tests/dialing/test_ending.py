"""Pausing, stopping, sweeping, the last SMS: nobody waits for ever, and stop means stop."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import incident, leg
from callsvc.campaigns.service import change_state, complete_finished
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.dialing.callbacks import promised_campaigns
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.sweeping import sweep
from callsvc.flows.tables import flow_session, flow_version
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, start_campaign

NUMBER = "+33639980001"
FALLBACK = {
    "sender": "+33199000199",
    "text": {"fr": "Nous avons cherché à vous joindre.", "en": "We rang."},
}


def _planned(rt: Runtime) -> list[str]:
    plan_calls(rt)
    return [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids]  # type: ignore[attr-defined]


def _end(rt: Runtime, leg_id: str, status: str) -> None:
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(tx, leg_id, News(status=status, at=tx.now, source="callback", carrier_time=True))


def _messages(rt: Runtime) -> list[Any]:
    with rt.db.read() as tx:
        return list(tx.all(sa.select(message)))


def _incidents(rt: Runtime) -> list[str]:
    with rt.db.read() as tx:
        return [row.kind for row in tx.all(sa.select(incident.c.kind))]


def test_a_pause_keeps_what_is_planned_from_being_dialled_and_a_resume_dials_it(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    leg_ids = _planned(rt)
    change_state(rt, "tracing", "pause", "test")
    place_attempts(rt, leg_ids)
    assert rt.carrier.calls == {}  # type: ignore[attr-defined]
    assert (places(rt)[0].status, places(rt)[0].tries) == ("waiting", 0)
    advance(rt, 121)
    assert _planned(rt) == []
    change_state(rt, "tracing", "resume", "test")
    place_attempts(rt, _planned(rt))
    assert len(rt.carrier.calls) == 1  # type: ignore[attr-defined]


def test_a_pause_leaves_the_calls_under_way_alone(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _planned(rt)
    place_attempts(rt, [leg_id])
    change_state(rt, "tracing", "pause", "test")
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(leg.c.end_asked_at)) is None
    _end(rt, leg_id, "no-answer")
    assert (places(rt)[0].status, places(rt)[0].tries) == ("waiting", 1)


def test_a_stop_does_not_hang_up_on_who_has_answered(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _planned(rt)
    place_attempts(rt, [leg_id])
    _end(rt, leg_id, "in-progress")
    change_state(rt, "tracing", "stop", "test")
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(leg.c.end_asked_at)) is None
    assert places(rt)[0].status == "trying"
    _end(rt, leg_id, "completed")
    assert places(rt)[0].outcome == "not-reached"


def test_who_is_not_reached_is_texted_once_in_their_language(rt: Runtime) -> None:
    file = campaign_file(retries={"most_tries": 1}, sms_fallback=FALLBACK)
    start_campaign(rt, NUMBER, file=file, language="en")
    [leg_id] = _planned(rt)
    place_attempts(rt, [leg_id])
    _end(rt, leg_id, "no-answer")
    _end(rt, leg_id, "busy")  # higher in the order, and late: no second end
    [row] = _messages(rt)
    with rt.db.read() as tx:
        assert tx.keyring.decrypt(row.body, f"message:{row.id}") == "We rang."
    assert (row.cause, row.sender) == (f"fallback:{places(rt)[0].id}", "+33199000199")


@pytest.mark.parametrize(("kind", "fallback"), [("fixed", FALLBACK), ("mobile", None)])
def test_nobody_is_texted_at_a_landline_or_without_a_text(rt: Runtime, kind: str, fallback: Any) -> None:
    file = campaign_file(retries={"most_tries": 1}, sms_fallback=fallback)
    start_campaign(rt, NUMBER, file=file, kind=kind)
    [leg_id] = _planned(rt)
    place_attempts(rt, [leg_id])
    _end(rt, leg_id, "no-answer")
    assert places(rt)[0].outcome == "not-reached" and _messages(rt) == []


def test_pressing_stop_sends_no_sms_to_those_not_reached_yet(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, "+33639980002", file=campaign_file(sms_fallback=FALLBACK))
    first, second = _planned(rt)
    place_attempts(rt, [first, second])
    _end(rt, first, "no-answer")
    change_state(rt, "tracing", "stop", "test")
    _end(rt, second, "canceled")
    assert [place.outcome for place in places(rt)] == ["not-reached", "not-reached"]
    assert _messages(rt) == []


def test_a_session_past_its_deadline_is_ended(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    with rt.db.begin() as tx:
        tx.insert(
            flow_session,
            id="ses1",
            version=tx.scalar(sa.select(flow_version.c.version)),
            channel="voice",
            subject_id="leg1",
            turn=1,
            state=b"",
            status="running",
            started_at=tx.now,
            deadline_at=tx.now + timedelta(hours=4),
        )
    advance(rt, 4 * 3600)
    assert sweep(rt) == 0
    advance(rt, 1)
    assert (sweep(rt), sweep(rt)) == (1, 0)
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(flow_session))
    assert (row.status, row.outcome, row.ended_at) == ("ended", "timed-out", rt.clock.now())


def test_a_try_without_a_leg_is_told_and_waits_again(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    with rt.db.begin() as tx:
        tx.update(campaign_contact, sa.true(), status="trying")
    assert (sweep(rt), sweep(rt)) == (1, 0)
    assert places(rt)[0].next_try_at == rt.clock.now() + timedelta(minutes=5)
    assert _incidents(rt) == ["stray-try"]


def test_a_try_under_way_is_no_stray(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _planned(rt)
    assert sweep(rt) == 0
    place_attempts(rt, [leg_id])
    assert sweep(rt) == 0 and _incidents(rt) == []


@pytest.mark.parametrize("status", ["waiting", "held", "trying"])
def test_whoever_was_left_behind_by_a_stop_gets_an_outcome(rt: Runtime, status: str) -> None:
    start_campaign(rt, NUMBER)
    with rt.db.begin() as tx:
        tx.update(campaign, sa.true(), state="stopped")
        tx.update(campaign_contact, sa.true(), status=status)
    sweep(rt)
    assert (places(rt)[0].status, places(rt)[0].outcome) == ("done", "stopped")


def test_a_campaign_completes_by_itself_when_everybody_has_an_outcome_and_not_before(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, "+33639980002", file=campaign_file(retries={"most_tries": 1}))
    legs = _planned(rt)
    place_attempts(rt, legs)
    for leg_id, state in zip(legs, ("running", "completed"), strict=True):
        _end(rt, leg_id, "no-answer")
        plan_calls(rt)
        with rt.db.read() as tx:
            assert tx.scalar(sa.select(campaign.c.state)) == state


def test_whether_a_campaign_is_over_is_read_from_its_own_people_by_index(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    asked: list[Any] = []
    note = lambda *given: asked.append(given[2:4])  # noqa: E731
    sa.event.listen(rt.db.engine, "before_cursor_execute", note)
    with rt.db.begin() as tx:
        complete_finished(tx, but=promised_campaigns())
    sa.event.remove(rt.db.engine, "before_cursor_execute", note)
    if rt.db.dialect == "sqlite":  # PostgreSQL reads so small a table whole
        [(query, values)] = [one for one in asked if "campaign_contact" in one[0]]
        with rt.db.engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
        steps = [step for *_, step in plan if "campaign_contact" in step]
        assert steps and all(step.startswith("SEARCH") for step in steps), steps


def test_a_campaign_without_people_waits_for_them(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    with rt.db.begin() as tx:
        tx.delete(campaign_contact, sa.true())
    plan_calls(rt)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(campaign.c.state)) == "running"


def test_a_claim_long_after_its_plan_counts_for_a_day_from_the_claim(rt: Runtime) -> None:
    file = campaign_file(retries={"most_tries": 9, "delays_minutes": {"busy": 1}}, caps={"per_number_24h": 1})
    start_campaign(rt, NUMBER, file=file)
    [leg_id] = _planned(rt)
    advance(rt, 2 * 3600)  # the workers were down
    place_attempts(rt, [leg_id])
    _end(rt, leg_id, "busy")
    advance(rt, 22.5 * 3600)
    assert _planned(rt) == [] and "cap-reached" in places(rt)[0].skip_reasons
    advance(rt, 2 * 3600)
    assert len(_planned(rt)) == 1
