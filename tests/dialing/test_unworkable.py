"""A wrong number ends the number, not the person; a carrier that refuses is not asked for ever."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import leg
from callsvc.carrier.port import Refused
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.flows.service import begin_session, resume_session, session_of
from callsvc.runtime import Runtime
from ivr_flows import Keys
from tests.factories import advance, places, start_campaign

FIRST, SECOND = "+33639980001", "+33639980002"
INVALID = Refused(21211, "Invalid 'To' Phone Number")


def _try(rt: Runtime, refusal: Refused | None = None) -> str:
    """Plan and place the one call that is due; the carrier may refuse it."""
    if refusal is not None:
        rt.carrier.fail_next(refusal)  # type: ignore[attr-defined]
    plan_calls(rt)
    jobs: Any = rt.jobs
    [leg_id] = [one for job, ids in jobs.take() if job == "place_calls" for one in ids]
    place_attempts(rt, [leg_id])
    return str(leg_id)


def _wrong_person(rt: Runtime, leg_id: str) -> None:
    """Somebody answers and presses 2: not the right person."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        record_status(tx, leg_id, News(status="in-progress", at=tx.now, source="voice"))
        version = tx.scalar(sa.text("select flow_version from campaign"))
        begin_session(
            tx,
            version=version,
            channel="voice",
            subject_id=row.id,
            facts={"contact": {"first_name": "Ana"}},
            language="fr",
            answered_by=None,
        )
        session = session_of(tx, leg_id)
        assert session is not None
        resume_session(tx, session, Keys("2"))
        record_status(tx, leg_id, News(status="completed", at=tx.now, source="callback", carrier_time=True))


def _dialled(rt: Runtime, leg_id: str) -> str:
    with rt.db.read() as tx:
        return str(tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == leg_id)))


@pytest.mark.parametrize("how", ["wrong-person", "invalid"])
def test_a_wrong_number_is_left_out_and_the_other_one_is_called_soon(rt: Runtime, how: str) -> None:
    start_campaign(rt, FIRST, numbers=(SECOND,))
    bad = _try(rt, INVALID if how == "invalid" else None)
    if how == "wrong-person":
        _wrong_person(rt, bad)
    [place] = places(rt)
    assert (place.status, place.next_try_at) == ("waiting", rt.clock.now() + timedelta(seconds=30))
    for _ in range(2):
        advance(rt, 1300)
        good = _try(rt)
        assert _dialled(rt, good) != _dialled(rt, bad)
        with rt.db.begin() as tx:
            lock_leg(tx, good)
            record_status(tx, good, News(status="no-answer", at=tx.now, source="callback", carrier_time=True))


@pytest.mark.parametrize(("how", "outcome"), [("wrong-person", "wrong-person"), ("invalid", "uncallable")])
def test_with_no_number_left_it_is_the_outcome(rt: Runtime, how: str, outcome: str) -> None:
    start_campaign(rt, FIRST, numbers=(SECOND,))
    for _ in range(2):
        leg_id = _try(rt, INVALID if how == "invalid" else None)
        if how == "wrong-person":
            _wrong_person(rt, leg_id)
        advance(rt, 31)
    assert (places(rt)[0].status, places(rt)[0].outcome) == ("done", outcome)


def test_a_carrier_that_keeps_refusing_is_asked_five_times_ever_more_rarely(rt: Runtime) -> None:
    start_campaign(rt, FIRST)
    for minutes in (0.5, 1, 2, 4):
        _try(rt, Refused(20500, "Internal server error"))
        assert places(rt)[0].next_try_at == rt.clock.now() + timedelta(minutes=minutes)
        advance(rt, minutes * 60 + 1)
    _try(rt, Refused(20500, "Internal server error"))
    assert places(rt)[0].outcome == "uncallable"


def test_a_refusal_of_our_account_ends_nobodys_place(rt: Runtime) -> None:
    start_campaign(rt, FIRST)
    for _ in range(9):
        _try(rt, Refused(20003, "Authenticate"))
        advance(rt, 3601)
    assert places(rt)[0].status == "waiting"
