"""What was thought to be over and was not: revived, revised, lost. The number is never left unguarded."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, bind_sid, record_status
from callsvc.calls.tables import carrier_update, incident, leg, live_call
from callsvc.calls.updates import perform
from callsvc.campaigns.tables import campaign
from callsvc.carrier.port import NOT_FOUND, InDoubt, Refused
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.settling import reconcile, settle_doubts
from callsvc.dialing.sweeping import sweep
from callsvc.flows.tables import flow_session
from callsvc.runtime import Runtime
from tests.factories import advance, places, start_campaign

NUMBER = "+33639980001"


def _plan(rt: Runtime) -> str:
    plan_calls(rt)
    [leg_id] = [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids]  # type: ignore[attr-defined]
    return str(leg_id)


def _placed(rt: Runtime) -> str:
    start_campaign(rt, NUMBER)
    leg_id = _plan(rt)
    place_attempts(rt, [leg_id])
    return leg_id


def _leg(rt: Runtime, leg_id: str) -> Any:
    with rt.db.read() as tx:
        return tx.first(sa.select(leg).where(leg.c.id == leg_id))


def _tell(rt: Runtime, leg_id: str, status: str) -> None:
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(tx, leg_id, News(status=status, at=tx.now, source="callback", carrier_time=True))


def _guarded_by(rt: Runtime) -> list[str]:
    with rt.db.read() as tx:
        return [row.attempt_id for row in tx.all(sa.select(live_call))]


def _incidents(rt: Runtime) -> list[str]:
    with rt.db.read() as tx:
        return [row.kind for row in tx.all(sa.select(incident).order_by(incident.c.at, incident.c.id))]


def _unplaced(rt: Runtime) -> str:
    """A leg proven not placed: looked for twice, in vain."""
    start_campaign(rt, NUMBER)
    rt.carrier.fail_next(InDoubt("time-out"))  # type: ignore[attr-defined]
    leg_id = _plan(rt)
    place_attempts(rt, [leg_id])
    for _ in range(2):
        advance(rt, 6)
        settle_doubts(rt, [leg_id])
    assert _leg(rt, leg_id).placement == "not-placed"
    return leg_id


def test_a_call_placed_after_all_guards_its_number_and_is_ended_at_once(rt: Runtime) -> None:
    leg_id = _unplaced(rt)
    with rt.db.begin() as tx:
        bind_sid(tx, lock_leg(tx, leg_id), "CA-late")
    assert _guarded_by(rt) == [leg_id]
    assert _leg(rt, leg_id).end_asked_at is not None
    assert [job for job, _ in rt.jobs.take()] == ["update_calls"]  # type: ignore[attr-defined]
    advance(rt, 60)
    assert plan_calls(rt) == 0 and places(rt)[0].skip_reasons == "number-busy"
    _tell(rt, leg_id, "canceled")
    assert _guarded_by(rt) == []


def test_a_call_placed_after_all_does_not_take_the_guard_from_a_newer_one(rt: Runtime) -> None:
    older = _unplaced(rt)
    advance(rt, 60)
    newer = _plan(rt)
    place_attempts(rt, [newer])
    with rt.db.begin() as tx:
        bind_sid(tx, lock_leg(tx, older), "CA-late")
    assert _guarded_by(rt) == [newer] and _leg(rt, older).end_asked_at is not None


def test_two_jobs_in_a_row_are_one_look_however_often_they_look(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    rt.carrier.fail_next(InDoubt("time-out"))  # type: ignore[attr-defined]
    leg_id = _plan(rt)
    place_attempts(rt, [leg_id])
    advance(rt, 6)
    settle_doubts(rt, [leg_id, leg_id])
    advance(rt, 4)
    settle_doubts(rt, [leg_id])
    assert _leg(rt, leg_id).placement == "in-doubt"
    advance(rt, 1)
    settle_doubts(rt, [leg_id])
    assert _leg(rt, leg_id).placement == "not-placed"


def test_a_doubt_that_nobody_answers_is_told_once(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    rt.carrier.fail_next(InDoubt("time-out"))  # type: ignore[attr-defined]
    leg_id = _plan(rt)
    place_attempts(rt, [leg_id])
    for _ in range(12):
        advance(rt, 6)
        rt.carrier.fail_next_question(InDoubt("time-out"))  # type: ignore[attr-defined]
        settle_doubts(rt, [leg_id])
    assert _leg(rt, leg_id).placement == "in-doubt" and _incidents(rt) == ["doubt-unanswered"]


def _say(rt: Runtime, leg_id: str, outcome: str) -> None:
    """The conversation's outcome, as the flow would have left it."""
    with rt.db.begin() as tx:
        tx.insert(
            flow_session,
            id="ses-late",
            version=tx.scalar(sa.select(campaign.c.flow_version)),
            channel="voice",
            subject_id=leg_id,
            turn=3,
            state=b"",
            status="ended",
            outcome=outcome,
            started_at=tx.now,
            deadline_at=tx.now,
        )


@pytest.mark.parametrize("next_planned", [False, True])
def test_completed_after_no_answer_closes_the_place_and_withdraws_the_next_try(
    rt: Runtime, next_planned: bool
) -> None:
    first = _placed(rt)
    _tell(rt, first, "no-answer")
    second = ""
    if next_planned:
        advance(rt, 601)
        second = _plan(rt)
    _say(rt, first, "reached")
    _tell(rt, first, "completed")
    [place] = places(rt)
    assert (place.status, place.outcome, place.tries) == ("done", "reached", 1)
    assert _leg(rt, first).disposition == "reached"
    if next_planned:
        assert (_leg(rt, second).placement, _leg(rt, second).reasons) == ("withdrawn", "revised")


def test_busy_after_no_answer_only_moves_the_next_try(rt: Runtime) -> None:
    leg_id = _placed(rt)
    _tell(rt, leg_id, "no-answer")
    by_no_answer = places(rt)[0].next_try_at
    _tell(rt, leg_id, "busy")
    [place] = places(rt)
    assert (place.status, place.last_disposition, place.tries) == ("waiting", "busy", 1)
    assert place.next_try_at < by_no_answer  # five minutes instead of ten


def test_a_next_try_that_rings_already_is_left_alone(rt: Runtime) -> None:
    first = _placed(rt)
    _tell(rt, first, "no-answer")
    advance(rt, 601)
    second = _plan(rt)
    place_attempts(rt, [second])
    _tell(rt, first, "completed")
    assert places(rt)[0].status == "trying" and _guarded_by(rt) == [second]


def test_a_leg_longer_than_its_limit_is_ended_then_lost_and_its_number_freed(rt: Runtime) -> None:
    leg_id = _placed(rt)
    _tell(rt, leg_id, "in-progress")
    advance(rt, 3600)
    sweep(rt)
    assert _leg(rt, leg_id).end_asked_at is None
    advance(rt, 600)
    sweep(rt)
    assert _leg(rt, leg_id).end_asked_at is not None and _guarded_by(rt) == [leg_id]
    advance(rt, 601)
    sweep(rt)
    row = _leg(rt, leg_id)
    assert row.status == "in-progress" and row.lost_at is not None  # ours beside theirs
    assert _guarded_by(rt) == [] and _incidents(rt) == ["leg-lost"]
    assert places(rt)[0].status == "waiting"


def test_the_end_of_a_lost_leg_is_still_joined_and_counts_no_second_try(rt: Runtime) -> None:
    leg_id = _placed(rt)
    advance(rt, 4300)
    sweep(rt)
    advance(rt, 601)
    sweep(rt)
    assert _leg(rt, leg_id).disposition == "failed"
    _tell(rt, leg_id, "no-answer")
    [place] = places(rt)
    assert (_leg(rt, leg_id).status, place.last_disposition, place.tries) == ("no-answer", "no-answer", 1)


def test_a_call_the_carrier_does_not_know_is_lost_after_two_answers_a_settle_time_apart(rt: Runtime) -> None:
    leg_id = _placed(rt)
    for wait, lost in ((9, False), (1, False), (5, True)):
        advance(rt, wait)
        rt.carrier.fail_next_question(Refused(NOT_FOUND, "no such call"))  # type: ignore[attr-defined]
        reconcile(rt, [leg_id])
        assert (_leg(rt, leg_id).lost_at is not None) is lost
    assert _guarded_by(rt) == []


def test_an_end_given_up_may_be_asked_for_again(rt: Runtime) -> None:
    leg_id = _placed(rt)
    advance(rt, 4300)
    sweep(rt)
    for _ in range(20):
        rt.carrier.fail_next_question(InDoubt("time-out"))  # type: ignore[attr-defined]
        with rt.db.read() as tx:
            update_id = str(tx.scalar(sa.select(carrier_update.c.id)))
        perform(rt, update_id)
    assert _leg(rt, leg_id).end_asked_at is None
    sweep(rt)
    with rt.db.read() as tx:
        assert len(tx.all(sa.select(carrier_update).where(carrier_update.c.result.is_(None)))) == 1
