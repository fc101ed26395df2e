"""Ending, cancelling and moving live calls: wanted once, done at least once, harmless when done again."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.conferences import open_conference
from callsvc.calls.events import LegMoveRefused
from callsvc.calls.settling import settle
from callsvc.calls.tables import carrier_update, incident, leg
from callsvc.calls.updates import end_leg, move_to_conference, perform
from callsvc.carrier.memory import MemoryCarrier
from callsvc.carrier.port import InDoubt, Refused, Throttled
from callsvc.core.events import Event
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from tests.factories import advance, places, start_campaign

NUMBER = "+33639980001"


def _planned(rt: Runtime) -> str:
    start_campaign(rt, NUMBER)
    plan_calls(rt)
    [leg_id] = [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids]  # type: ignore[attr-defined]
    return str(leg_id)


def _placed(rt: Runtime, status: str = "ringing") -> str:
    leg_id = _planned(rt)
    place_attempts(rt, [leg_id])
    _carrier(rt).set_status(_leg(rt).sid, status)
    return leg_id


def _carrier(rt: Runtime) -> MemoryCarrier:
    carrier = rt.carrier
    assert isinstance(carrier, MemoryCarrier)
    return carrier


def _leg(rt: Runtime) -> Any:
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(leg))
        return row


def _updates(rt: Runtime) -> list[Any]:
    with rt.db.read() as tx:
        return list(tx.all(sa.select(carrier_update).order_by(carrier_update.c.id)))


def _end(rt: Runtime, leg_id: str) -> None:
    with rt.db.begin() as tx:
        end_leg(tx, leg_id)


def _know(rt: Runtime, status: str) -> None:
    """What our row says, which may be older than the truth."""
    with rt.db.begin() as tx:
        tx.update(leg, sa.true(), status=status)


def _move(rt: Runtime, leg_id: str) -> str:
    with rt.db.begin() as tx:
        conference_id = open_conference(tx, tx.scalar(sa.select(leg.c.call_id)))
        move_to_conference(tx, leg_id, conference_id)
    return conference_id


@pytest.fixture
def refused_moves(rt: Runtime) -> list[Event]:
    heard: list[Event] = []
    rt.db.reactions = {**rt.db.reactions, LegMoveRefused: (lambda _tx, event: heard.append(event),)}
    return heard


@pytest.mark.parametrize(("known", "truth", "after"), [
    ("ringing", "ringing", "canceled"),
    ("queued", "ringing", "canceled"),
    ("in-progress", "in-progress", "completed"),
    ("ringing", "in-progress", "completed"),  # answered between our looking and our asking
])  # fmt: skip
def test_a_leg_is_cancelled_before_the_answer_and_hung_up_after_it(
    rt: Runtime, known: str, truth: str, after: str
) -> None:
    leg_id = _placed(rt, truth)
    _know(rt, known)
    _end(rt, leg_id)
    [update] = _updates(rt)
    perform(rt, update.id)
    assert _carrier(rt).calls[_leg(rt).sid].status == after
    assert _updates(rt)[0].result == "done"


def test_a_call_that_ended_by_itself_meanwhile_is_gone_and_no_failure(rt: Runtime) -> None:
    leg_id = _placed(rt, "busy")
    _end(rt, leg_id)
    perform(rt, _updates(rt)[0].id)
    assert _updates(rt)[0].result == "gone" and _carrier(rt).calls[_leg(rt).sid].status == "busy"


def test_wanting_the_end_twice_asks_once_and_doing_it_twice_is_harmless(rt: Runtime) -> None:
    leg_id = _placed(rt)
    _end(rt, leg_id)
    _end(rt, leg_id)
    [update] = _updates(rt)
    perform(rt, update.id)
    events = list(_carrier(rt).events)
    perform(rt, update.id)
    assert _carrier(rt).events == events


def test_a_leg_not_dialled_yet_is_withdrawn_and_never_dialled(rt: Runtime) -> None:
    leg_id = _planned(rt)
    _end(rt, leg_id)
    place_attempts(rt, [leg_id])
    assert (_leg(rt).placement, _updates(rt), _carrier(rt).calls) == ("withdrawn", [], {})
    assert places(rt)[0].status == "waiting"


@pytest.mark.parametrize("exists", [True, False])
def test_a_leg_in_doubt_that_is_to_be_ended_waits_until_it_is_known(rt: Runtime, exists: bool) -> None:
    leg_id = _planned(rt)
    _carrier(rt).fail_next(InDoubt("time-out"), after_placing=exists)
    place_attempts(rt, [leg_id])
    _end(rt, leg_id)
    perform(rt, _updates(rt)[0].id)
    assert _updates(rt)[0].result is None and _updates(rt)[0].tries == 0
    for _ in range(2):
        advance(rt, 6)
        settle(rt, leg_id, NUMBER)
    recreate_due(rt)
    assert ("update_calls", (_updates(rt)[0].id,)) in rt.jobs.take()  # type: ignore[attr-defined]
    perform(rt, _updates(rt)[0].id)
    if exists:
        assert [one.status for one in _carrier(rt).calls.values()] == ["canceled"]
    assert _updates(rt)[0].result == ("done" if exists else "gone")


def test_a_live_call_is_moved_to_its_conference(rt: Runtime, refused_moves: list[Event]) -> None:
    leg_id = _placed(rt, "in-progress")
    conference_id = _move(rt, leg_id)
    perform(rt, _updates(rt)[0].id)
    [(sid, url)] = _carrier(rt).moved
    assert sid == _leg(rt).sid and url.endswith(f"/webhooks/voice/{leg_id}/conference/{conference_id}")
    assert refused_moves == [] and _updates(rt)[0].result == "done"


def test_a_move_of_a_call_that_is_over_tells_that_the_person_hung_up(
    rt: Runtime, refused_moves: list[Event]
) -> None:
    leg_id = _placed(rt, "completed")
    _move(rt, leg_id)
    update = _updates(rt)[0]
    perform(rt, update.id)
    perform(rt, update.id)
    [refused] = refused_moves  # told once, however often it is asked
    assert isinstance(refused, LegMoveRefused) and refused.leg_id == leg_id
    assert _updates(rt)[0].result == "gone"


@pytest.mark.parametrize("error", [InDoubt("500"), Throttled("later")])
def test_a_change_that_got_no_answer_is_asked_for_again(rt: Runtime, error: Any) -> None:
    leg_id = _placed(rt)
    _end(rt, leg_id)
    _carrier(rt).fail_next_question(error)
    perform(rt, _updates(rt)[0].id)
    assert _updates(rt)[0].result is None
    rt.jobs.take()  # type: ignore[attr-defined]
    advance(rt, 4)
    recreate_due(rt)
    [(_, [update_id])] = [one for one in rt.jobs.take() if one[0] == "update_calls"]  # type: ignore[attr-defined]
    perform(rt, update_id)
    assert _updates(rt)[0].result == "done"


def test_a_change_refused_for_another_reason_has_failed(rt: Runtime) -> None:
    leg_id = _placed(rt)
    _end(rt, leg_id)
    _carrier(rt).fail_next_question(Refused(20003, "authenticate"))
    perform(rt, _updates(rt)[0].id)
    assert _updates(rt)[0].result == "failed"


@pytest.mark.parametrize("action", ["end", "move"])
def test_twenty_failures_are_given_up_and_become_an_incident(
    rt: Runtime, refused_moves: list[Event], action: str
) -> None:
    leg_id = _placed(rt, "in-progress")
    if action == "end":
        _end(rt, leg_id)
    else:
        _move(rt, leg_id)
    for tries in range(20):
        assert (_updates(rt)[0].result, _updates(rt)[0].tries) == (None, tries)
        _carrier(rt).fail_next_question(InDoubt("time-out"))
        perform(rt, _updates(rt)[0].id)
    assert _updates(rt)[0].result == "given-up"
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(incident))
    assert (row.kind, row.subject, row.details) == ("update-given-up", leg_id, {"action": action})
