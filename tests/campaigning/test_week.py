"""A week as the wizard draws it: open, barred, closed, and where the tries of somebody fall."""

from datetime import UTC, date, datetime

import pytest

from callsvc.campaigning.drawing import draw
from callsvc.campaigning.places import Place
from callsvc.campaigning.week import Span, bounds
from tests.factories import campaign_file

MONDAY = datetime(2020, 12, 21, 6, 0, tzinfo=UTC)
STRASBOURG = Place(department="67", zone="Europe/Paris", title="Bas-Rhin", people=3)
PARIS = Place(department="75", zone="Europe/Paris", title="Paris", people=3)
REUNION = Place(department="974", zone="Indian/Reunion", title="La Réunion", people=1)
EVERY_DAY = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "09:00", "to": "19:00"}


def drawn(place: Place = PARIS, now: datetime = MONDAY, language: str = "en", **settings: object):  # type: ignore[no-untyped-def]
    file = campaign_file(**{"windows": [EVERY_DAY], **settings})
    return draw(file, place, date(2020, 12, 21), now, language)


def test_what_the_law_forbids_is_drawn_apart_from_what_is_open() -> None:
    monday = drawn(preset="france-commercial").days[0]
    assert monday.spans == (
        Span(540, 600, "barred"),
        Span(600, 780, "open"),
        Span(780, 840, "barred"),
        Span(840, 1140, "open"),
    )
    saturday = drawn(preset="france-commercial").days[5]
    assert {span.kind for span in saturday.spans} <= {"barred"}


def test_a_public_holiday_closes_the_day_where_it_is_one_and_is_named() -> None:
    alsace, paris = drawn(STRASBOURG).days, drawn(PARIS).days
    assert alsace[4].holiday == "Christmas Day" and alsace[4].closed
    assert alsace[5].closed and alsace[5].spans == ()
    assert not paris[5].holiday and paris[5].open_minutes == 600
    assert drawn(STRASBOURG, language="fr").days[5].holiday == "Saint-Étienne"


def test_who_calls_on_holidays_sees_the_day_open_and_named() -> None:
    friday = drawn(call_on_holidays=True).days[4]
    assert friday.holiday and not friday.closed and friday.open_minutes == 600


def test_commercial_calls_close_on_holidays_whatever_the_campaign_says() -> None:
    assert drawn(call_on_holidays=True, preset="france-commercial").days[4].closed


def test_tries_begin_with_the_opening_and_wait_as_the_policy_says() -> None:
    retries = {"most_tries": 3, "delays_minutes": {"no-answer": 120}}
    tries = drawn(retries=retries).tries
    assert [(one.number, one.at.strftime("%d %H:%M")) for one in tries] == [
        (1, "21 09:00"),
        (2, "21 11:00"),
        (3, "21 13:00"),
    ]


def test_a_try_after_closing_waits_for_the_next_opening() -> None:
    retries = {"most_tries": 2, "delays_minutes": {"no-answer": 11 * 60}}
    assert [one.at.strftime("%d %H:%M") for one in drawn(retries=retries).tries] == ["21 09:00", "22 09:00"]


def test_times_are_those_of_the_place() -> None:
    there = drawn(REUNION)
    assert there.tries[0].at.strftime("%H:%M %z") == "10:00 +0400"  # 6:00 in London
    assert there.opens == MONDAY
    assert there.closes == datetime(2020, 12, 21, 15, 0, tzinfo=UTC)


def test_hours_in_which_nobody_can_be_called_draw_no_try() -> None:
    sunday = {"days": ["sun"], "from": "10:00", "to": "12:00"}
    assert drawn(windows=[sunday], preset="france-commercial").tries == []


@pytest.mark.parametrize(("start", "end"), [("10:00", "12:00"), ("00:00", "24:00"), ("22:00", "24:00")])
def test_at_least_eight_hours_are_drawn_and_never_more_than_a_day(start: str, end: str) -> None:
    first, last = bounds(drawn(windows=[EVERY_DAY | {"from": start, "to": end}], preset="none").days)
    assert 0 <= first < last <= 24 and last - first >= 8
