"""Opening hours: when a platform's own people answer, in the local time of its region."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callsvc.core.errors import Invalid

DAY_END = "24:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """One window a day, every day, in local time; ``00:00`` to ``24:00`` never closes."""

    opens: str  # HH:MM
    closes: str  # HH:MM, after ``opens``; 24:00 is midnight
    zone: str  # IANA


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Whether a platform is open at an instant, and when that changes next (UTC)."""

    is_open: bool
    changes_at: datetime


def check_hours(hours: Hours) -> None:
    """Raise ``hours-invalid`` unless both ends are clock times and the window opens before it closes."""
    try:
        valid = _minutes(hours.opens) < _minutes(hours.closes)
    except ValueError:
        valid = False
    if not valid:
        raise Invalid(
            "hours-invalid",
            "Opening hours are two local times such as 08:00 and 20:00, the first before the second.",
            opens=hours.opens,
            closes=hours.closes,
        )


def opening(hours: Hours, now: datetime) -> Opening:
    """Is the platform open, and until when or from when?

    Both ends are computed as local wall-clock times, so the two nights a year on which clocks change need
    no special care.

    >>> from datetime import UTC
    >>> reunion = Hours(opens="08:00", closes="20:00", zone="Indian/Reunion")
    >>> opening(reunion, datetime(2020, 11, 16, 17, tzinfo=UTC)).is_open
    False
    """
    zone = ZoneInfo(hours.zone)
    today = now.astimezone(zone).date()
    for day in (today, today + timedelta(days=1)):
        opens = datetime.combine(day, time.fromisoformat(hours.opens), zone)
        closes = _closing(day, hours.closes, zone)
        if now < opens:
            return Opening(is_open=False, changes_at=opens.astimezone(now.tzinfo))
        if now < closes:
            return Opening(is_open=True, changes_at=closes.astimezone(now.tzinfo))
    raise AssertionError("a window that opens every day opens before tomorrow ends")


def _closing(day: date, closes: str, zone: ZoneInfo) -> datetime:
    if closes == DAY_END:
        return datetime.combine(day + timedelta(days=1), time(), zone)
    return datetime.combine(day, time.fromisoformat(closes), zone)


def _minutes(text: str) -> int:
    if text == DAY_END:
        return 24 * 60
    clock = time.fromisoformat(text)
    return clock.hour * 60 + clock.minute
