"""Hours by weekday and single days, held against a walk minute by minute; and which platforms pool."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsvc.core.errors import Invalid
from callsvc.platforms.rules import Week, Window, check_week, is_open, opening, pooled

CLOCKS = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 30)]
ZONES = ("Europe/Paris", "Indian/Reunion", "America/Martinique")
# Around the night of 24 to 25 October 2020, which has an hour more in Paris.
START = datetime(2020, 10, 23, tzinfo=UTC)


@st.composite
def days(draw: st.DrawFn) -> tuple[Window, ...]:
    ends = sorted(draw(st.sets(st.sampled_from([*CLOCKS, "24:00"]), max_size=4)))
    return tuple(zip(ends[::2], ends[1::2], strict=False))


WEEKS = st.builds(
    Week,
    windows=st.dictionaries(st.integers(0, 6), days(), max_size=7),
    exceptions=st.dictionaries(st.sampled_from([date(2020, 10, day) for day in (24, 25, 26)]), days()),
    zone=st.sampled_from(ZONES),
)


def is_open_at(week: Week, at: datetime) -> bool:
    """By reading the clock on the wall."""
    local = at.astimezone(ZoneInfo(week.zone))
    wall = local.strftime("%H:%M")
    return any(opens <= wall < closes for opens, closes in week.windows_on(local.date()))


@given(WEEKS, st.integers(0, 4 * 48))
def test_a_week_is_open_when_the_clock_on_the_wall_says_so_until_it_does_not(week: Week, halves: int) -> None:
    now = START + timedelta(minutes=30 * halves)
    found = opening(week, now)
    assert found.is_open == is_open(week, now) == is_open_at(week, now)
    if found.changes_at is None:
        return
    assert found.changes_at > now
    assert is_open_at(week, found.changes_at) != found.is_open
    for step in range(min(600, int((found.changes_at - now) / timedelta(minutes=30)))):
        assert is_open_at(week, now + timedelta(minutes=30 * step)) == found.is_open


def test_what_never_opens_and_what_never_closes_have_no_next_change() -> None:
    never = Week(windows={}, zone="Europe/Paris")
    always = Week(windows=dict.fromkeys(range(7), (("00:00", "24:00"),)), zone="Europe/Paris")
    assert (opening(never, START).is_open, opening(never, START).changes_at) == (False, None)
    assert (opening(always, START).is_open, opening(always, START).changes_at) == (True, None)


def test_windows_that_overlap_are_refused() -> None:
    week = Week(windows={0: (("08:00", "12:30"), ("12:00", "18:00"))}, zone="Europe/Paris")
    with pytest.raises(Invalid, match="hours-overlap"):
        check_week(week)


COUNTS = st.dictionaries(st.sampled_from(["67", "68", "57", "54", "08"]), st.integers(0, 60))


@given(COUNTS, st.frozensets(st.sampled_from(["67", "68", "57"])), st.integers(0, 40))
def test_small_platforms_pool_and_come_apart_only_well_above_the_size(
    counts: dict[str, int], was: frozenset[str], below: int
) -> None:
    now = pooled(counts, was, below)
    assert len(now) != 1
    assert now <= set(counts)
    for code in now:
        assert counts[code] < below * (1.25 if code in was else 1)
    assert pooled(counts, now, below) >= now  # the same counts again change nothing by themselves
    assert not pooled(counts, was, 0)


def test_a_window_to_midnight_and_one_from_midnight_are_one() -> None:
    week = Week(windows={0: (("18:00", "24:00"),), 1: (("00:00", "06:00"),)}, zone="Europe/Paris")
    monday_night = datetime.combine(date(2020, 11, 16), time(22), UTC)
    assert opening(week, monday_night).changes_at == datetime(2020, 11, 17, 5, tzinfo=UTC)
