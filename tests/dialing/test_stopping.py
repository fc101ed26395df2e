"""An emergency stop: what it ends, what it leaves, what it says, and who goes on when somebody dies."""

from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import carrier_update, leg
from callsvc.campaigns.halting import lift_stop
from callsvc.campaigns.service import change_state
from callsvc.campaigns.tables import campaign, stop_order
from callsvc.carrier.port import InDoubt, Throttled
from callsvc.core.errors import Conflict, NotFound
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.stop_reports import stop_report
from callsvc.dialing.stopping import carry_out, carry_out_left, emergency_stop
from callsvc.messages.sending import send_messages
from callsvc.messages.service import plan_message
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.dialing.ground import WorkerDied
from tests.factories import advance, campaign_file, places, start_campaign

NUMBERS = tuple(f"+336399800{i:02d}" for i in range(1, 9))


@pytest.fixture
def fast(rt: Runtime) -> Runtime:
    rt.db.settings = rt.settings.model_copy(update={"callsvc_calls_per_second": 50.0})
    return rt


def _plan(rt: Runtime) -> list[str]:
    plan_calls(rt)
    return [leg_id for job, ids in rt.jobs.take() if job == "place_calls" for leg_id in ids]  # type: ignore[attr-defined]


def _out(rt: Runtime, *numbers: str, **changes: Any) -> list[str]:
    """Calls at the carrier, in the order of the numbers; all queued."""
    start_campaign(rt, *numbers, file=campaign_file(pacing={"calls_per_second": 50}, **changes))
    leg_ids = _plan(rt)
    place_attempts(rt, leg_ids)
    return leg_ids


def _news(rt: Runtime, leg_id: str, status: str) -> None:
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        rt.carrier.set_status(row.sid, status)  # type: ignore[attr-defined]
        record_status(tx, leg_id, News(status=status, at=tx.now, source="callback", carrier_time=True))


def _statuses(rt: Runtime) -> list[str]:
    return [one.status for one in rt.carrier.calls.values()]  # type: ignore[attr-defined]


def _state(rt: Runtime, campaign_id: str = "tracing") -> str:
    with rt.db.read() as tx:
        return str(tx.scalar(sa.select(campaign.c.state).where(campaign.c.id == campaign_id)))


def _text(rt: Runtime, cause: str) -> None:
    with rt.db.begin() as tx:
        number_id = tx.scalar(sa.text("select id from phone_number limit 1"))
        plan_message(
            tx, number_id=number_id, body="Bonjour", sender="+33199000199", purpose="contact-tracing",
            cause=cause, campaign_contact_id=places(rt)[0].id,
        )  # fmt: skip


def test_a_stop_of_everything_ends_what_rings_or_waits_and_leaves_who_has_answered(fast: Runtime) -> None:
    ringing, talking, *_ = _out(fast, *NUMBERS[:4])
    _news(fast, ringing, "ringing")
    _news(fast, talking, "in-progress")
    advance(fast, 60)
    start_campaign(fast, "+33639980099", file=campaign_file(id="second"))
    assert len(_plan(fast)) == 1
    _text(fast, "promised")
    report = emergency_stop(fast, None, "alice")
    assert (report.campaigns, report.planned_dropped, report.sms_canceled) == (2, 1, 1)
    assert (report.ringing_hung_up, report.queued_canceled, report.in_progress_left) == (1, 2, 1)
    assert (report.unsettled, report.done, report.seconds) == (0, True, 0.0)
    assert sorted(_statuses(fast)) == ["canceled", "canceled", "canceled", "in-progress"]
    assert (_state(fast), _state(fast, "second")) == ("paused", "paused")
    with fast.db.read() as tx:
        assert tx.scalar(sa.select(message.c.placement)) == "withdrawn"


def test_nothing_starts_until_an_administrator_lifts_the_stop_and_then_by_hand(fast: Runtime) -> None:
    _out(fast, *NUMBERS[:2])
    emergency_stop(fast, None, "alice")
    with pytest.raises(Conflict) as refused:
        change_state(fast, "tracing", "resume", "bob")
    assert refused.value.id == "everything-stopped"
    with fast.db.begin() as tx:
        assert lift_stop(tx, "bob")
        assert not lift_stop(tx, "bob")
    assert _state(fast) == "paused" and _plan(fast) == []
    assert change_state(fast, "tracing", "resume", "bob") == "running"
    with fast.db.read() as tx:
        report = stop_report(tx, str(tx.scalar(sa.select(stop_order.c.id))))
    assert (report.asked_by, report.lifted_by, report.lifted_at) == ("alice", "bob", fast.clock.now())


def test_stopping_everything_twice_does_nothing_new_and_says_the_same(fast: Runtime) -> None:
    _out(fast, *NUMBERS[:3])
    first = emergency_stop(fast, None, "alice")
    advance(fast, 5)
    assert emergency_stop(fast, None, "bob") == first
    with fast.db.read() as tx:
        assert len(tx.all(sa.select(carrier_update))) == 3


def test_a_campaign_that_runs_in_spite_of_the_stop_calls_nobody(fast: Runtime) -> None:
    start_campaign(fast, NUMBERS[0])
    emergency_stop(fast, None, "alice")
    with fast.db.begin() as tx:  # what a callback that falls due does to a campaign that had completed
        tx.update(campaign, campaign.c.id == "tracing", state="running")
    place_attempts(fast, _plan(fast))
    assert _statuses(fast) == []


def test_a_stop_of_one_campaign_leaves_the_others(fast: Runtime) -> None:
    _out(fast, *NUMBERS[:2])
    advance(fast, 60)
    start_campaign(fast, NUMBERS[4], file=campaign_file(id="second"))
    place_attempts(fast, _plan(fast))
    report = emergency_stop(fast, "tracing", "alice")
    assert (report.campaign_id, report.campaigns, report.queued_canceled) == ("tracing", 1, 2)
    assert sorted(_statuses(fast)) == ["canceled", "canceled", "queued"]
    assert (_state(fast), _state(fast, "second")) == ("stopped", "running")
    assert emergency_stop(fast, "tracing", "bob") == report


def test_a_campaign_nobody_knows_cannot_be_stopped(rt: Runtime) -> None:
    with pytest.raises(NotFound):
        emergency_stop(rt, "nobody-knows-it", "alice")
    with pytest.raises(NotFound) as unknown, rt.db.read() as tx:
        stop_report(tx, "stp-nobody")
    assert unknown.value.id == "stop-unknown"


def test_whoever_stops_may_die_in_the_middle_and_a_worker_goes_on(fast: Runtime) -> None:
    _out(fast, *NUMBERS)
    asked = fast.carrier.cancel_call
    seen: list[str] = []

    def dies(sid: str) -> None:
        seen.append(sid)
        if len(seen) == 4:
            raise WorkerDied
        asked(sid)

    fast.carrier.cancel_call = dies  # type: ignore[method-assign]
    with suppress(WorkerDied):
        emergency_stop(fast, None, "alice")
    assert "queued" in _statuses(fast)
    fast.carrier.cancel_call = asked  # type: ignore[method-assign]
    fast.jobs.take()  # type: ignore[attr-defined]
    assert carry_out_left(fast) == 0  # somebody may still be at work on it
    advance(fast, 4.1)
    assert carry_out_left(fast) == 1
    [stop_id] = [ids[0] for job, ids in fast.jobs.take() if job == "carry_out_stop"]  # type: ignore[attr-defined]
    assert carry_out(fast, stop_id)
    assert set(_statuses(fast)) == {"canceled"}
    with fast.db.read() as tx:
        report = stop_report(tx, stop_id)
    assert (report.queued_canceled, report.unsettled, report.seconds) == (8, 0, 4.1)


def test_what_redis_and_the_stopper_forgot_is_also_found_by_the_ticker_alone(fast: Runtime) -> None:
    leg_ids = _out(fast, *NUMBERS[:2])
    change_state(fast, "tracing", "stop", "alice")
    fast.jobs.take()  # type: ignore[attr-defined]
    advance(fast, 4.1)
    recreate_due(fast)
    asked = [job for job, _ in fast.jobs.take()]  # type: ignore[attr-defined]
    assert "update_calls" in asked and len(leg_ids) == 2


@pytest.mark.parametrize("error", [InDoubt("HTTP 500"), InDoubt("time-out")])
def test_a_carrier_that_does_not_answer_is_asked_again_and_the_report_says_so(
    fast: Runtime, error: InDoubt
) -> None:
    _out(fast, *NUMBERS[:3])
    for _ in range(3):
        fast.carrier.fail_next_question(error)  # type: ignore[attr-defined]
    change_state(fast, "tracing", "stop", "alice")
    with fast.db.read() as tx:
        stop_id = str(tx.scalar(sa.select(stop_order.c.id)))
    assert not carry_out(fast, stop_id, patience_s=0)
    with fast.db.read() as tx:
        report = stop_report(tx, stop_id)
    assert (report.unsettled, report.queued_canceled, report.done) == (3, 0, False)
    assert carry_out(fast, stop_id)
    assert set(_statuses(fast)) == {"canceled"}


def test_a_carrier_that_limits_our_requests_is_given_a_moment(fast: Runtime) -> None:
    _out(fast, *NUMBERS[:2])
    fast.carrier.fail_next_question(Throttled("slow down"))  # type: ignore[attr-defined]
    assert emergency_stop(fast, None, "alice").queued_canceled == 2


def test_a_call_whose_request_is_under_way_is_ended_once_it_has_a_name(fast: Runtime) -> None:
    start_campaign(fast, NUMBERS[0])
    [leg_id] = _plan(fast)
    fast.carrier.fail_next(WorkerDied(), after_placing=True)  # type: ignore[attr-defined]
    with suppress(WorkerDied):
        place_attempts(fast, [leg_id])
    change_state(fast, "tracing", "stop", "alice")
    with fast.db.read() as tx:
        stop_id = str(tx.scalar(sa.select(stop_order.c.id)))
    assert not carry_out(fast, stop_id, patience_s=0)
    sid = next(iter(fast.carrier.calls))  # type: ignore[attr-defined]
    with fast.db.begin() as tx:
        tx.update(leg, leg.c.id == leg_id, sid=sid, placement="placed")
    assert carry_out(fast, stop_id)
    assert _statuses(fast) == ["canceled"]


def test_a_claim_after_a_pause_has_committed_places_nothing_and_the_person_waits(fast: Runtime) -> None:
    start_campaign(fast, *NUMBERS[:3])
    leg_ids = _plan(fast)
    change_state(fast, "tracing", "pause", "alice")
    place_attempts(fast, leg_ids)
    assert _statuses(fast) == []
    assert {place.status for place in places(fast)} == {"waiting"}
    change_state(fast, "tracing", "resume", "alice")
    advance(fast, 121)
    place_attempts(fast, _plan(fast))
    assert len(_statuses(fast)) == 3


def test_sms_planned_while_everything_is_stopped_waits_until_it_is_lifted(fast: Runtime) -> None:
    start_campaign(fast, NUMBERS[0])
    emergency_stop(fast, None, "alice")
    _text(fast, "later")
    with fast.db.read() as tx:
        message_id = str(tx.scalar(sa.select(message.c.id)))
    send_messages(fast, [message_id])
    assert fast.carrier.messages == {}  # type: ignore[attr-defined]
    with fast.db.begin() as tx:
        lift_stop(tx, "bob")
    advance(fast, 120)
    send_messages(fast, [message_id])
    assert len(fast.carrier.messages) == 1  # type: ignore[attr-defined]
