"""The hours in which a person may be rung, computed apart from the service.

Written a second time on purpose, without the service's calendar and without the library it uses for public
holidays: two hands that make the same mistake are rarer than one.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = list(_DAYS)

# Code de la consommation, L223-1 and decree 2022-1313; the public-health grid is the project's own.
LEGAL: dict[str, Sequence[Mapping[str, Any]]] = {
    "france-commercial": (
        {"days": _WEEK[:5], "from": "10:00", "to": "13:00"},
        {"days": _WEEK[:5], "from": "14:00", "to": "20:00"},
    ),
    "public-health": ({"days": _WEEK, "from": "08:00", "to": "21:00"},),
    "none": ({"days": _WEEK, "from": "00:00", "to": "24:00"},),
}

# (month, day) of what is a holiday everywhere in France: Code du travail, L3133-1.
_EVERYWHERE = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_ALSACE_MOSELLE = ("57", "67", "68")  # L3134-13: also Good Friday and 26 December
# The day slavery was abolished there (L3422-2), and the territories' own days.
_OVERSEAS = {
    "971": (5, 27),
    "972": (5, 22),
    "973": (6, 10),
    "974": (12, 20),
    "976": (4, 27),
    "977": (10, 9),
    "978": (5, 28),
}


def why_outside(rang_at: datetime, *, config: Mapping[str, Any], zone: str, department: str) -> str:
    """Empty when the person was rung inside the hours, else a few words that say which rule was broken."""
    try:
        local = rang_at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return f"the time zone {zone!r} is unknown, so no hour is known to be allowed"
    at = f"{_DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M:%S} local time"
    if not config.get("call_on_holidays", False) and local.date() in holidays(local.year, department):
        return f"{at} is a public holiday there"
    if not _inside(local, config.get("windows", ())):
        return f"{at} is outside the campaign's windows"
    if not _inside(local, LEGAL.get(config.get("preset", "none"), ())):
        return f"{at} is outside the legal grid {config.get('preset')}"
    return ""


def _inside(local: datetime, windows: Sequence[Mapping[str, Any]]) -> bool:
    # "HH:MM" sorts as text; 24:00 sorts after every minute of the day.
    minute = f"{local:%H:%M}"
    today = _DAYS[local.weekday()]
    return any(today in window["days"] and window["from"] <= minute < window["to"] for window in windows)


@cache
def holidays(year: int, department: str) -> frozenset[date]:
    """Public holidays of a year in a department (``"67"``, ``"974"``; empty for the common ones)."""
    easter = _easter(year)
    days = {date(year, month, day) for month, day in _EVERYWHERE}
    days |= {easter + timedelta(days=after) for after in (1, 39, 50)}
    if department in _ALSACE_MOSELLE:
        days |= {easter - timedelta(days=2), date(year, 12, 26)}
    if department in _OVERSEAS:
        days.add(date(year, *_OVERSEAS[department]))
    return frozenset(days)


def _easter(year: int) -> date:
    """Easter Sunday: Gauss's rule with the corrections for 1900 to 2099."""
    golden, leap, week = year % 19, year % 4, year % 7
    full_moon = (19 * golden + 24) % 30
    sunday = (2 * leap + 4 * week + 6 * full_moon + 5) % 7
    after = full_moon + sunday
    if (full_moon == 29 and sunday == 6) or (full_moon == 28 and sunday == 6 and golden > 10):
        after -= 7
    return date(year, 3, 22) + timedelta(days=after)
