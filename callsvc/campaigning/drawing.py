"""What the week of the wizard shows: open hours in one place, its holidays, and the tries of somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from callsvc.campaigning.places import Place
from callsvc.campaigning.week import RING, Day, Try, bounds, holidays_ahead, week
from callsvc.campaigns.calendar import Hours
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import DISPOSITIONS, Flags
from callsvc.campaigns.facts import local_windows
from callsvc.campaigns.retrying import Tries, next_retry
from callsvc.campaigns.rules import hours_at
from callsvc.campaigns.whereabouts import Place as Whereabouts

WEEKS_AHEAD = 8  # in which holidays are told
_NO_ANSWER = DISPOSITIONS.get("no-answer", Flags(retry_after="no-answer"))


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A week from ``monday`` in ``place``; ``first_hour`` and ``last_hour`` bound what is drawn."""

    place: Place
    monday: date
    days: Sequence[Day]
    first_hour: int
    last_hour: int
    tries: Sequence[Try]
    holidays: Sequence[tuple[date, str]]
    opens: datetime | None  # the next opening from now on
    closes: datetime | None  # the end of that opening

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=7)

    def share(self, minute: int) -> str:
        """How far down a minute of the day stands, as SVG writes it."""
        drawn = (self.last_hour - self.first_hour) * 60
        return f"{100 * (minute - self.first_hour * 60) / drawn:.3f}%"

    def length(self, minutes: int) -> str:
        return f"{100 * minutes / ((self.last_hour - self.first_hour) * 60):.3f}%"

    @property
    def hours(self) -> range:
        return range(self.first_hour, self.last_hour)


def hours_of_place(file: CampaignFile, place: Place) -> Hours:
    """The hours that decide for somebody who lives there."""
    here = Whereabouts(department=place.department, zone=place.zone)
    hours = hours_at([here], local_windows(file), file.preset, file.call_on_holidays)
    if hours is None:
        raise LookupError(f"{place.zone} is no zone")
    return hours


def draw(file: CampaignFile, place: Place, monday: date, now: datetime, language: str) -> Drawing:
    """The week, with the tries of somebody who is first called as it begins and never picks up."""
    hours = hours_of_place(file, place)
    start = max(now, datetime(monday.year, monday.month, monday.day, tzinfo=hours.zone))
    tries = tries_from(file, hours, start)
    days = week(hours, monday, tries, language)
    first, last = bounds(days)
    opens = hours.next_opening(now)
    return Drawing(
        place=place,
        monday=monday,
        days=days,
        first_hour=first,
        last_hour=last,
        tries=tries,
        holidays=holidays_ahead(now.astimezone(hours.zone).date(), WEEKS_AHEAD, place.department, language),
        opens=opens,
        closes=hours.closing(opens) if opens is not None else None,
    )


def tries_from(file: CampaignFile, hours: Hours, start: datetime) -> list[Try]:
    """When the tries of somebody who never picks up fall, the first at the first opening from ``start``."""
    tries: list[Try] = []
    made = Tries()
    at: datetime | None = start
    while at is not None and len(tries) < file.retries.most_tries:
        opening = hours.next_opening(at)
        if opening is None:
            break
        tries.append(Try(len(tries) + 1, opening.astimezone(hours.zone)))
        made = made.with_one(_NO_ANSWER)
        at = next_retry(file.retries, _NO_ANSWER, made, opening + RING, spread=file.spread, zone=hours.zone)
    return tries
