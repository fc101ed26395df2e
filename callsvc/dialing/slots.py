"""Slots of announced calls: a span that lies within the person's hours and is not promised to too many."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from callsvc.campaigns.calendar import Hours

Full = Callable[[datetime], bool]

_LAST = timedelta(minutes=1)  # a slot may end when the hours do: nobody is called in its last moment
_LOOKS = 400  # grid places looked at before giving up: more than ten days of twenty-minute slots


def first_slot(hours: Hours, after: datetime, length: timedelta, full: Full) -> datetime | None:
    """The beginning of the first slot from ``after`` on, on a grid of its own length; None if there is none.

    Example: after 13:07 with slots of 20 minutes in hours from 09:00 to 20:00 it is 13:20.
    """
    at = on_grid(after, length)
    for _ in range(_LOOKS):
        opening = hours.next_opening(at, length - _LAST)
        if opening is None:
            return None
        fitting = on_grid(opening, length)
        if fitting == opening and not full(fitting):
            return fitting
        at = fitting if fitting != opening else fitting + length
    return None


def on_grid(at: datetime, length: timedelta) -> datetime:
    """The first instant from ``at`` on at which a slot of this length begins, counted from midnight UTC."""
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    gone = at - midnight
    return midnight + -(-gone // length) * length


def room_in_slot(calls_per_second: float, length: timedelta) -> int:
    """How many calls may be promised in one slot: half of what could be set up, so that each can be kept.

    >>> room_in_slot(1.0, timedelta(minutes=20))
    600
    """
    return max(1, int(calls_per_second * length.total_seconds() / 2))
