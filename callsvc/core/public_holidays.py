"""Public holidays of France by department: Alsace-Moselle and each overseas territory have their own."""

from datetime import date
from functools import lru_cache

import holidays

# Subdivisions with holidays of their own, by department, as the `holidays` library names them.
_SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


def is_holiday(day: date, department: str) -> bool:
    """Whether this day is a public holiday in this department (INSEE's code).

    >>> is_holiday(date(2020, 12, 26), "67"), is_holiday(date(2020, 12, 26), "75")
    (True, False)
    """
    return day in _holidays_of(_SUBDIVISIONS.get(department, ""), day.year)


def same_holidays(department: str) -> str:
    """A department with the same public holidays: one name for all that need not be told apart.

    >>> same_holidays("75"), same_holidays("13"), same_holidays("68"), same_holidays("974")
    ('', '', '67', '974')
    """
    mine = _SUBDIVISIONS.get(department, "")
    return next((one for one, subdivision in _SUBDIVISIONS.items() if subdivision == mine), "")


@lru_cache(maxsize=64)
def _holidays_of(subdivision: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=subdivision or None, years=year))
