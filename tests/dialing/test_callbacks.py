"""A time the person chose is a promise: kept in their local time, in front, whatever became of the rest."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.placing import plan_leg
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import call, leg
from callsvc.campaigns.service import add_contacts, finish_contact
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.dialing.callbacks import book_callback, call_back_due
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from tests.factories import advance, make_contact, places, start_campaign

NUMBER = "+33639980001"


def _called(rt: Runtime, **traits: Any) -> str:
    """One call to one person, under way."""
    start_campaign(rt, NUMBER, **traits)
    [leg_id] = _due(rt)
    place_attempts(rt, [leg_id])
    return leg_id


def _due(rt: Runtime) -> list[str]:
    plan_calls(rt)
    return [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids]  # type: ignore[attr-defined]


def _book(rt: Runtime, leg_id: str, **when: Any) -> datetime:
    with rt.db.begin() as tx:
        return book_callback(tx, leg_id, **{"in_minutes": None, "at": None, "days": 0, **when})


def _ends(rt: Runtime, leg_id: str, outcome: str = "callback-booked") -> None:
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(tx, leg_id, News(status="no-answer", at=tx.now, source="callback", carrier_time=True))
        finish_contact(tx, _place_id(tx), outcome)


def _place_id(tx: Any) -> str:
    return str(tx.scalar(sa.select(campaign_contact.c.id).order_by(campaign_contact.c.id)))


@pytest.mark.parametrize(
    ("zone", "at", "days", "agreed"),
    [
        ("Europe/Paris", "14:00", 0, datetime(2020, 11, 16, 13, 0, tzinfo=UTC)),
        ("Europe/Paris", "09:30", 0, datetime(2020, 11, 17, 8, 30, tzinfo=UTC)),  # past today: tomorrow
        ("Europe/Paris", "10:00", 0, datetime(2020, 11, 17, 9, 0, tzinfo=UTC)),  # this very minute: tomorrow
        ("Indian/Reunion", "14:00", 0, datetime(2020, 11, 16, 10, 0, tzinfo=UTC)),
        ("Indian/Reunion", "09:00", 2, datetime(2020, 11, 18, 5, 0, tzinfo=UTC)),
        ("America/Guadeloupe", "18:00", 0, datetime(2020, 11, 16, 22, 0, tzinfo=UTC)),
        ("Europe/Paris", "10:00", 150, datetime(2021, 4, 15, 8, 0, tzinfo=UTC)),  # summer time by then
    ],
)
def test_a_time_of_day_is_meant_where_the_person_lives_and_never_in_the_past(
    rt: Runtime, zone: str, at: str, days: int, agreed: datetime
) -> None:
    start_campaign(rt, NUMBER, zone=zone)
    leg_id = _any_leg(rt)
    assert _book(rt, leg_id, at=at, days=days) == agreed


def _any_leg(rt: Runtime) -> str:
    """A leg of the person, whatever the hour there."""
    with rt.db.begin() as tx:
        tx.insert(
            call,
            id="cal-x",
            direction="outbound",
            region_code="44",
            platform_code="67",
            campaign_contact_id=_place_id(tx),
            contact_id=tx.scalar(sa.text("select id from contact")),
            started_at=tx.now,
        )
        number_id = find_number(tx, NUMBER)
        return plan_leg(tx, call_id="cal-x", role="contact", number_id=number_id, agent_id=None)


def test_in_so_many_minutes_counts_from_now_and_an_hour_is_the_default(rt: Runtime) -> None:
    leg_id = _called(rt)
    assert (_book(rt, leg_id, in_minutes=25) - rt.clock.now()).total_seconds() == 25 * 60
    assert (_book(rt, leg_id) - rt.clock.now()).total_seconds() == 3600


def test_a_campaign_whose_people_are_all_done_stays_open_for_its_promises(rt: Runtime) -> None:
    leg_id = _called(rt)
    _book(rt, leg_id, in_minutes=30)
    _ends(rt, leg_id)
    for _ in range(29):
        advance(rt, 60)
        plan_calls(rt)
        assert call_back_due(rt) == 0
    advance(rt, 61)
    assert call_back_due(rt) == 1 and call_back_due(rt) == 0
    assert len(_due(rt)) == 1
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(campaign.c.state)) == "running"


def test_once_the_promise_is_kept_the_campaign_completes(rt: Runtime) -> None:
    leg_id = _called(rt)
    _book(rt, leg_id, in_minutes=1)
    _ends(rt, leg_id)
    advance(rt, 61)
    call_back_due(rt)
    [again] = _due(rt)
    place_attempts(rt, [again])
    _ends(rt, again, "reached")
    plan_calls(rt)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(campaign.c.state)) == "completed"


def test_a_promise_comes_before_everybody_else_who_is_due(rt: Runtime) -> None:
    leg_id = _called(rt)
    _book(rt, leg_id, in_minutes=5)
    _ends(rt, leg_id)
    with rt.db.begin() as tx:
        ids = [make_contact(tx, f"+336399800{n:02d}", fragility=50) for n in range(10, 40)]
        add_contacts(tx, "tracing", ids)
    advance(rt, 301)
    call_back_due(rt)
    first = _due(rt)[0]
    with rt.db.read() as tx:
        number_id = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == first))
        assert number_id == find_number(tx, NUMBER)


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_nobody_is_called_back_while_their_campaign_does_not_run(rt: Runtime, state: str) -> None:
    leg_id = _called(rt)
    _book(rt, leg_id, in_minutes=1)
    _ends(rt, leg_id)
    with rt.db.begin() as tx:
        tx.update(campaign, sa.true(), state=state)
    advance(rt, 61)
    assert call_back_due(rt) == 0 and places(rt)[0].status == "done"
    with rt.db.begin() as tx:
        tx.update(campaign, sa.true(), state="running")
    assert call_back_due(rt) == 1


def test_who_says_stop_after_asking_for_a_callback_is_not_called(rt: Runtime) -> None:
    leg_id = _called(rt)
    _book(rt, leg_id, in_minutes=1)
    _ends(rt, leg_id)
    with rt.db.begin() as tx:
        suppress(tx, find_number(tx, NUMBER) or "", "all", source="test")
    advance(rt, 61)
    call_back_due(rt)
    assert _due(rt) == [] and places(rt)[0].outcome == "suppressed"


def test_the_call_back_is_made_to_the_number_on_which_it_was_asked_for(rt: Runtime) -> None:
    """The other number is the preferred one, and its turn has come; it is taken where that one is no more."""
    second = "+33639980002"
    start_campaign(rt, NUMBER, numbers=(second,))
    leg_id = _any_leg(rt)
    with rt.db.begin() as tx:
        asked, other = find_number(tx, second), find_number(tx, NUMBER)
        tx.update(leg, leg.c.id == leg_id, number_id=asked, placement="placed", sid="CA0")
    _book(rt, leg_id, in_minutes=1)
    _ends(rt, leg_id)
    with rt.db.begin() as tx:
        tx.update(campaign_contact, sa.true(), tries=2)  # the turn of the first number
    advance(rt, 61)
    call_back_due(rt)
    called = _due(rt)
    with rt.db.begin() as tx:
        assert [_number_of(tx, one) for one in called] == [asked]
        tx.update(leg, leg.c.id == called[0], placement="withdrawn", ended_at=tx.now, lease_until=None)
        tx.update(campaign_contact, sa.true(), status="waiting")
        suppress(tx, asked or "", "all", source="test")
    [again] = _due(rt)
    with rt.db.read() as tx:
        assert _number_of(tx, again) == other


def _number_of(tx: Any, leg_id: str) -> str:
    return str(tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == leg_id)))


def test_a_promise_at_a_forbidden_hour_is_noted_for_when_the_window_opens_and_kept_then(rt: Runtime) -> None:
    leg_id = _called(rt)
    eight_in_paris = datetime(2020, 11, 17, 7, 0, tzinfo=UTC)
    assert _book(rt, leg_id, at="23:00") == eight_in_paris
    _ends(rt, leg_id)
    advance(rt, 13.1 * 3600)
    assert call_back_due(rt) == 0
    advance(rt, (eight_in_paris - rt.clock.now()).total_seconds())
    assert call_back_due(rt) == 1
    assert len(_due(rt)) == 1
