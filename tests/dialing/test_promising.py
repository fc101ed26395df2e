"""What is offered is what is agreed, and what is agreed is what is dialled."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from callsvc.calls.queries import call_of_leg
from callsvc.calls.tables import leg
from callsvc.campaigns.calendar import PRESETS, Hours, LocalWindow
from callsvc.dialing.callbacks import book_callback
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.promising import fitted, offered_times
from callsvc.runtime import Runtime
from tests.factories import start_campaign

NUMBER = "+33639980001"
WEEK = (LocalWindow(frozenset(range(5)), 8 * 60, 20 * 60),)
HOURS = Hours(ZoneInfo("Europe/Paris"), "67", WEEK, PRESETS["public-health"], False)


@pytest.mark.parametrize(
    ("wished", "agreed"),
    [
        ("2020-11-16T14:00", "2020-11-16T14:00"),
        ("2020-11-16T19:49", "2020-11-16T19:49"),
        ("2020-11-16T19:55", "2020-11-17T08:00"),  # no room left to dial before eight
        ("2020-11-16T23:00", "2020-11-17T08:00"),
        ("2020-11-20T21:00", "2020-11-23T08:00"),  # a Friday evening
        ("2020-12-25T10:00", "2020-12-28T08:00"),  # Christmas, and the day after it in Alsace
    ],
)
def test_a_wish_becomes_the_next_moment_at_which_a_call_may_be_made(wished: str, agreed: str) -> None:
    paris = ZoneInfo("Europe/Paris")
    at, then = (datetime.fromisoformat(text).replace(tzinfo=paris) for text in (wished, agreed))
    assert fitted(HOURS, at.astimezone(UTC)) == then


def _leg(rt: Runtime, **traits: Any) -> str:
    start_campaign(rt, NUMBER, **traits)
    plan_calls(rt)
    with rt.db.read() as tx:
        leg_id = str(tx.scalar(sa.select(leg.c.id)))
    place_attempts(rt, [leg_id])
    return leg_id


def test_every_time_offered_is_booked_as_it_was_offered(rt: Runtime) -> None:
    leg_id = _leg(rt)
    with rt.db.begin() as tx:
        times = offered_times(tx, call_of_leg(tx, leg_id))
        assert [f"{at:%d %H:%M}" for at in times[:3]] == ["16 11:15", "16 18:00", "17 10:00"]
        for at in times:
            assert book_callback(tx, leg_id, in_minutes=None, at=None, days=0, time=at.isoformat()) == at


@pytest.mark.parametrize("time", ["2020-11-16T09:00:00+01:00", "soon", "2020-11-16T14:00:00"])
def test_a_moment_that_was_not_offered_is_not_taken_at_its_word(rt: Runtime, time: str) -> None:
    leg_id = _leg(rt)
    with rt.db.begin() as tx:
        booked = book_callback(tx, leg_id, in_minutes=60, at=None, days=0, time=time)
    assert booked == datetime(2020, 11, 16, 10, 0, tzinfo=UTC)


def test_an_hour_from_now_in_the_evening_is_tomorrow_morning(rt: Runtime) -> None:
    leg_id = _leg(rt)
    with rt.db.begin() as tx:
        booked = book_callback(tx, leg_id, in_minutes=11 * 60, at=None, days=0)
    assert booked == datetime(2020, 11, 17, 7, 0, tzinfo=UTC)
