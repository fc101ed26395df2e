"""A platform's week as it is stored, and the hours it makes on its own clock, holidays of its department
included.

Stored: ``{"windows": {"0": [["08:00", "12:00"]]}, "exceptions": {"2020-12-25": []}, "on_holidays": false}``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.engine import Row

from callsvc.core.public_holidays import is_holiday
from callsvc.platforms.rules import Hours, Week, Window


def hours_of(row: Row[Any]) -> Hours | Week:
    """Of a platform's row with its region's ``zone``: code, opens, closes, week, zone."""
    if row.week is None:
        return Hours(opens=row.opens, closes=row.closes, zone=row.zone)
    exceptions = {date.fromisoformat(day): _windows(found) for day, found in row.week["exceptions"].items()}
    return Week(
        windows={int(day): _windows(found) for day, found in row.week["windows"].items()},
        exceptions=exceptions if row.week["on_holidays"] else _Closed(exceptions, row.code),
        zone=row.zone,
    )


def stored(week: Week, *, on_holidays: bool) -> dict[str, Any]:
    """What ``hours_of`` reads back."""
    return {
        "windows": {str(day): [list(one) for one in found] for day, found in sorted(week.windows.items())},
        "exceptions": {
            day.isoformat(): [list(one) for one in found] for day, found in sorted(week.exceptions.items())
        },
        "on_holidays": on_holidays,
    }


@dataclass(frozen=True)
class _Closed(Mapping[date, tuple[Window, ...]]):
    """Exceptions, and no window on a public holiday that is not one of them."""

    exceptions: Mapping[date, tuple[Window, ...]]
    department: str

    def __getitem__(self, day: date) -> tuple[Window, ...]:
        if day in self.exceptions:
            return self.exceptions[day]
        if is_holiday(day, self.department):
            return ()
        raise KeyError(day)

    def __iter__(self) -> Iterator[date]:
        return iter(self.exceptions)

    def __len__(self) -> int:
        return len(self.exceptions)


def _windows(found: list[list[str]]) -> tuple[Window, ...]:
    return tuple((opens, closes) for opens, closes in found)
