"""Duplicated, reordered and lost news of the carrier converge to the same row."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsvc.calls.events import LegAnswered, LegEnded
from callsvc.calls.placing import plan_leg
from callsvc.calls.statuses import News, bind_sid, record_status
from callsvc.calls.tables import call, incident, leg, leg_transition
from callsvc.carrier.vocabulary import CALL_RANK, MESSAGE_RANK, rises
from callsvc.core.events import Event
from callsvc.runtime import Runtime
from tests.conftest import MORNING
from tests.factories import make_contact, make_country

TRACES = (
    ("queued", "initiated", "ringing", "in-progress", "completed"),
    ("queued", "initiated", "busy"),
    ("queued", "initiated", "ringing", "busy"),
    ("queued", "initiated", "ringing", "no-answer"),
    ("queued", "canceled"),
    ("queued", "initiated", "ringing", "canceled"),
    ("queued", "initiated", "failed"),
)


def _news(trace: tuple[str, ...]) -> list[News]:
    return [
        News(
            status=status,
            at=MORNING + timedelta(seconds=10 * place),
            source="callback",
            carrier_time=True,
            duration_s=10 if status == "completed" else None,
        )
        for place, status in enumerate(trace)
    ]


@pytest.fixture
def heard(rt: Runtime) -> list[Event]:
    events: list[Event] = []
    rt.db.reactions = {kind: (lambda _tx, event: events.append(event),) for kind in (LegAnswered, LegEnded)}
    return events


def _leg(rt: Runtime, number: str = "+33639980001") -> str:
    with rt.db.begin() as tx:
        if not tx.all(sa.text("select 1 from region")):
            make_country(tx)
        contact_id = make_contact(tx, number)
        call_id = tx.new_id("cal")
        tx.insert(
            call,
            id=call_id,
            direction="outbound",
            region_code="44",
            platform_code="67",
            contact_id=contact_id,
            started_at=tx.now,
        )
        leg_id = plan_leg(tx, call_id=call_id, role="contact", number_id=None, agent_id=None)
        tx.update(leg, leg.c.id == leg_id, placement="claimed", claimed_at=tx.now)
    with rt.db.begin() as tx:
        row = tx.first(sa.select(leg).where(leg.c.id == leg_id))
        assert row is not None
        bind_sid(tx, row, f"CA-{leg_id}")
    return leg_id


def _row(rt: Runtime, leg_id: str) -> dict[str, Any]:
    with rt.db.read() as tx:
        row = tx.first(sa.select(leg).where(leg.c.id == leg_id))
        assert row is not None
        return {
            name: getattr(row, name)
            for name in ("status", "rang_at", "answered_at", "ended_at", "duration_s")
        }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_with_repeats_ends_as_the_true_order(
    rt: Runtime, heard: list[Event], data: st.DataObject
) -> None:
    news = _news(data.draw(st.sampled_from(TRACES)))
    repeats = data.draw(st.lists(st.sampled_from(news), max_size=5))
    shuffled = data.draw(st.permutations(news + repeats))
    straight, jumbled = _leg(rt), _leg(rt)
    for leg_id, told in ((straight, news), (jumbled, shuffled)):
        heard.clear()
        for one in told:
            with rt.db.begin() as tx:
                record_status(tx, leg_id, one)
        kinds = [type(event).__name__ for event in heard]
        assert kinds.count("LegEnded") == 1
        assert kinds.count("LegAnswered") == (1 if news[-1].status == "completed" else 0)
    assert _row(rt, straight) == _row(rt, jumbled)
    with rt.db.read() as tx:
        seen = {
            leg_id: {
                r.status for r in tx.all(leg_transition.select().where(leg_transition.c.leg_id == leg_id))
            }
            for leg_id in (straight, jumbled)
        }
    assert seen[straight] == seen[jumbled] == {one.status for one in news}


def test_a_late_ringing_does_not_reopen_a_completed_call(rt: Runtime, heard: list[Event]) -> None:
    leg_id = _leg(rt)
    with rt.db.begin() as tx:
        assert record_status(tx, leg_id, _news(TRACES[0])[-1])
        assert not record_status(tx, leg_id, _news(TRACES[0])[2])
    assert _row(rt, leg_id)["status"] == "completed"


def test_a_completed_call_whose_answer_was_lost_still_counts_as_answered(
    rt: Runtime, heard: list[Event]
) -> None:
    leg_id = _leg(rt)
    with rt.db.begin() as tx:
        record_status(tx, leg_id, _news(TRACES[0])[-1])
    assert [type(event).__name__ for event in heard] == ["LegAnswered", "LegEnded"]
    assert isinstance(heard[-1], LegEnded) and heard[-1].answered


def test_an_answer_every_word_of_which_was_lost_is_worked_out_from_the_end(
    rt: Runtime, heard: list[Event]
) -> None:
    leg_id = _leg(rt)
    end = MORNING + timedelta(seconds=100)
    with rt.db.begin() as tx:
        news = News(status="completed", at=end, source="fetch", carrier_time=True, duration_s=61)
        record_status(tx, leg_id, news)
    assert _row(rt, leg_id)["answered_at"] == end - timedelta(seconds=61)


def test_the_carriers_own_time_replaces_ours_and_is_kept(rt: Runtime, heard: list[Event]) -> None:
    leg_id = _leg(rt)
    ours, theirs = MORNING + timedelta(seconds=33), MORNING + timedelta(seconds=30)
    for at, own in ((ours, False), (theirs, True), (ours, False)):
        with rt.db.begin() as tx:
            record_status(tx, leg_id, News(status="in-progress", at=at, source="x", carrier_time=own))
    assert _row(rt, leg_id)["answered_at"] == theirs


def test_a_second_call_for_one_intent_is_an_incident_and_keeps_the_first(
    rt: Runtime, heard: list[Event]
) -> None:
    leg_id = _leg(rt)
    with rt.db.begin() as tx:
        row = tx.first(sa.select(leg).where(leg.c.id == leg_id))
        assert row is not None
        assert not bind_sid(tx, row, "CA-another")
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(leg.c.sid).where(leg.c.id == leg_id)) == f"CA-{leg_id}"
        assert tx.scalar(sa.select(incident.c.kind)) == "second-call-for-leg"


@given(st.permutations(list(CALL_RANK)), st.sampled_from([CALL_RANK, MESSAGE_RANK]))
def test_an_unknown_word_never_rises(words: list[str], rank: dict[str, int]) -> None:
    assert not rises(words[0], "teleported", rank)


def test_an_answer_we_heard_of_late_is_put_right_by_the_end(rt: Runtime, heard: list[Event]) -> None:
    """The first request came only after our web process was back; no callback told the answer."""
    leg_id = _leg(rt)
    end, late = MORNING + timedelta(seconds=100), MORNING + timedelta(seconds=66)
    with rt.db.begin() as tx:
        record_status(tx, leg_id, News(status="in-progress", at=late, source="voice"))
        news = News(status="completed", at=end, source="callback", carrier_time=True, duration_s=61)
        record_status(tx, leg_id, news)
    assert _row(rt, leg_id)["answered_at"] == end - timedelta(seconds=61)
