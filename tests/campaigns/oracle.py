"""``may_contact`` once more, by somebody who knows none of its code: minute after minute, by the wall clock.

Public holidays are typed from the calendars of the prefectures; hours are compared as texts; spans are
counted by walking over the claims. Slow, and simple enough to be believed.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# From 20 October to 8 November 2020 and from 8 March to 10 April 2021.
COMMON = {date(2020, 11, 1), date(2021, 4, 5)}
OWN = {
    "67": {date(2021, 4, 2)},  # Good Friday
    "971": {date(2021, 3, 11), date(2021, 4, 2)},  # Mi-Carême, Good Friday
    "987": {date(2021, 4, 2)},
}
GRIDS = {
    "none": [(WEEK, "00:00", "24:00")],
    "public-health": [(WEEK, "08:00", "21:00")],
    "france-commercial": [(WEEK[:5], "10:00", "13:00"), (WEEK[:5], "14:00", "20:00")],
}


@dataclass(frozen=True)
class Story:
    """A person, a campaign and what the number has been through, all of it before the first minute asked."""

    places: list[tuple[str, str]]  # IANA zone, department
    windows: list[tuple[tuple[str, ...], str, str]]
    preset: str = "public-health"
    on_holidays: bool = False
    claims: list[datetime] = field(default_factory=list)
    caps: dict[str, int] = field(default_factory=dict)  # 1, 7, 30 (days) -> most
    parts: tuple[str, ...] = ("00:00", "12:00", "17:00")
    per_part: int = 0
    per_day: int = 0
    rests_until: datetime | None = None
    starts_at: datetime | None = None
    spent_on: date | None = None  # a day of Paris


def forbids(story: Story, at: datetime, in_hours: bool) -> set[str]:
    """Every reason that holds in this minute; empty: the person may be called."""
    found = set() if in_hours else {"outside-window"}
    for days, reason in ((1, "cap-reached"), (7, "week-cap-reached"), (30, "month-cap-reached")):
        within = [claim for claim in story.claims if (at - claim) < timedelta(days=days)]
        if story.caps.get(str(days)) and len(within) >= story.caps[str(days)]:
            found.add(reason)
    if story.preset == "france-commercial" and _within(story, at, 31) >= 4:
        found.add("legal-cap-reached")
    home = ZoneInfo(story.places[0][0])
    today = [claim for claim in story.claims if claim.astimezone(home).date() == at.astimezone(home).date()]
    if story.per_day and len(today) >= story.per_day:
        found.add("day-spent")
    now_in = _part(story, at.astimezone(home))
    like_now = [claim for claim in today if _part(story, claim.astimezone(home)) == now_in]
    if story.per_part and len(like_now) >= story.per_part:
        found.add("part-of-day-spent")
    if story.rests_until and at < story.rests_until:
        found.add("redial-lock")
    if story.starts_at and at < story.starts_at:
        found.add("campaign-not-started")
    if story.spent_on and at.astimezone(ZoneInfo("Europe/Paris")).date() == story.spent_on:
        found.add("budget-spent")
    return found


def _within(story: Story, at: datetime, days: int) -> int:
    return sum(1 for claim in story.claims if claim + timedelta(days=days) > at)


def _part(story: Story, wall: datetime) -> str:
    return max(part for part in story.parts if part <= wall.strftime("%H:%M"))


def _open_everywhere(story: Story, at: datetime) -> bool:
    return all(_open(story, at.astimezone(ZoneInfo(zone)), department) for zone, department in story.places)


def _open(story: Story, wall: datetime, department: str) -> bool:
    day, clock = wall.date(), wall.strftime("%H:%M")
    free = day in COMMON or day in OWN.get(department, ())
    if free and (not story.on_holidays or story.preset == "france-commercial"):
        return False
    name = WEEK[day.weekday()]

    def inside(grid: list[tuple[tuple[str, ...], str, str]]) -> bool:
        return any(name in days and opens <= clock < closes for days, opens, closes in grid)

    return inside(story.windows) and inside(list(GRIDS[story.preset]))


def scan(story: Story, start: datetime, minutes: int) -> list[set[str]]:
    """The reasons of every minute from ``start`` on."""
    opens = [_open_everywhere(story, start + MINUTE * step) for step in range(minutes + 1)]
    return [forbids(story, start + MINUTE * step, opens[step] and opens[step + 1]) for step in range(minutes)]


def next_yes(reasons: list[set[str]]) -> list[int | None]:
    """For every minute the first from it on at which nothing forbids; None when there is none in the list."""
    found: list[int | None] = []
    following: int | None = None
    for step in range(len(reasons) - 1, -1, -1):
        following = step if not reasons[step] else following
        found.append(following)
    return found[::-1]


# A week of autumn and one of spring: the nights on which clocks change, else holidays of the place's own.
WEEKS = {
    "Europe/Paris": (datetime(2020, 10, 22, tzinfo=UTC), datetime(2021, 3, 27, tzinfo=UTC)),
    "America/Miquelon": (datetime(2020, 10, 29, tzinfo=UTC), datetime(2021, 3, 11, tzinfo=UTC)),
    "Indian/Reunion": (datetime(2020, 10, 29, tzinfo=UTC), datetime(2021, 4, 1, tzinfo=UTC)),
    "Indian/Mayotte": (datetime(2020, 10, 24, tzinfo=UTC), datetime(2021, 3, 27, tzinfo=UTC)),
    "America/Guadeloupe": (datetime(2020, 10, 29, tzinfo=UTC), datetime(2021, 3, 8, tzinfo=UTC)),
    "America/Cayenne": (datetime(2020, 10, 24, tzinfo=UTC), datetime(2021, 3, 27, tzinfo=UTC)),
    "Pacific/Noumea": (datetime(2020, 10, 29, tzinfo=UTC), datetime(2021, 3, 27, tzinfo=UTC)),
    "Pacific/Tahiti": (datetime(2020, 10, 24, tzinfo=UTC), datetime(2021, 3, 30, tzinfo=UTC)),
}
