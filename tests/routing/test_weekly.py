"""What the coming days bring: the mean of the same weekdays, on the clock of the place."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from callsvc.routing.rules.weekly import agents_for, days_ahead

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2020, 11, 16, 9, tzinfo=UTC)  # a Monday, ten o'clock in Paris


def mondays(*, weeks: int, each: int, at: datetime = NOW) -> list[datetime]:
    return [at - timedelta(weeks=back) for back in range(1, weeks + 1) for _ in range(each)]


def told(arrivals: list[datetime], begins: datetime = NOW, ends: datetime | None = None) -> dict[date, float]:
    return {one.day: one.calls for one in days_ahead(arrivals, begins, ends, NOW, PARIS)}


def test_a_day_is_the_mean_of_the_last_four_of_its_name() -> None:
    arrivals = [*mondays(weeks=4, each=2), *mondays(weeks=1, each=4), *[NOW] * 50]  # today is not over
    found = told(arrivals)
    assert len(found) == 7
    assert found[date(2020, 11, 16)] == 3.0
    assert set(found.values()) == {3.0, 0.0}


def test_days_before_anything_was_known_are_no_days_without_calls() -> None:
    assert told(mondays(weeks=2, each=6))[date(2020, 11, 16)] == 6.0
    assert told([]) == {}
    yesterday = [NOW - timedelta(days=1)]
    assert set(told(yesterday)) == {date(2020, 11, 22)}, "of six weekdays nothing is known"


def test_only_what_lies_between_the_two_ends_counts() -> None:
    arrivals = [*mondays(weeks=4, each=1), *mondays(weeks=4, each=1, at=NOW + timedelta(hours=12))]
    assert told(arrivals)[date(2020, 11, 16)] == 2.0
    assert told(arrivals, begins=NOW + timedelta(hours=2))[date(2020, 11, 16)] == 1.0
    assert told(arrivals, ends=NOW + timedelta(hours=2)) == {date(2020, 11, 16): 1.0}
    midnight = datetime(2020, 11, 17, tzinfo=PARIS)
    assert told(arrivals, ends=midnight) == {date(2020, 11, 16): 2.0}
    assert told(arrivals, begins=NOW + timedelta(weeks=9))[date(2021, 1, 18)] == 2.0, "declared far ahead"


def test_hours_are_those_of_the_clock_on_the_wall_when_it_changes() -> None:
    monday = datetime(2020, 10, 19, 8, 30, tzinfo=PARIS)  # summer
    now = datetime(2020, 10, 26, 8, tzinfo=PARIS)  # winter since yesterday
    found = days_ahead([monday], now, None, now, PARIS)
    assert found[0].calls == 1.0 and found[0].busiest_hour == 1.0


def test_more_calls_take_more_agents_and_fewer_for_each() -> None:
    few, many = agents_for(20, 540, 150), agents_for(200, 540, 150)
    assert 3 < few < many < 10 * few
