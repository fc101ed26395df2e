"""The second hand's calendar agrees with a published one where both speak of the same days."""

from datetime import UTC, date, datetime

import holidays as published
import pytest

from callsvc.audit.hours import holidays, why_outside

ALL_WEEK = {
    "windows": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "09:00", "to": "20:00"}]
}


@pytest.mark.parametrize(
    ("department", "subdivision"), [("", None), ("57", "57"), ("67", "6AE"), ("974", "974")]
)
def test_public_holidays_of_thirty_years(department: str, subdivision: str | None) -> None:
    for year in range(2010, 2040):
        assert holidays(year, department) == frozenset(published.France(subdiv=subdivision, years=year))


@pytest.mark.parametrize("department", ["971", "972", "973", "976"])
def test_overseas_days_of_the_law_are_among_the_days_of_custom(department: str) -> None:
    for year in range(2010, 2040):
        assert holidays(year, department) <= frozenset(published.France(subdiv=department, years=year))


def test_a_holiday_of_alsace_is_a_working_day_in_paris() -> None:
    noon = datetime(2020, 12, 26, 11, tzinfo=UTC)
    assert date(2020, 12, 26) in holidays(2020, "67")
    assert "holiday" in why_outside(noon, config=ALL_WEEK, zone="Europe/Paris", department="67")
    assert not why_outside(noon, config=ALL_WEEK, zone="Europe/Paris", department="75")


@pytest.mark.parametrize(
    ("utc", "allowed"),
    [
        ("2020-03-28T08:00:00", True),  # 09:00 in Paris, winter time
        ("2020-03-29T07:00:00", True),  # 09:00, summer time since that night
        ("2020-03-29T06:59:59", False),
        ("2020-10-25T07:59:59", False),  # 08:59:59, winter time since that night
        ("2020-10-25T08:00:00", True),
        ("2020-10-24T17:59:59", True),  # 19:59:59
        ("2020-10-24T18:00:00", False),  # the closing minute is already outside
    ],
)
def test_both_nights_on_which_clocks_change(utc: str, allowed: bool) -> None:
    instant = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    why = why_outside(instant, config=ALL_WEEK, zone="Europe/Paris", department="75")
    assert (why == "") == allowed


def test_an_unknown_zone_allows_no_hour() -> None:
    noon = datetime(2020, 11, 16, 11, tzinfo=UTC)
    assert "unknown" in why_outside(noon, config=ALL_WEEK, zone="Mars/Base", department="")
