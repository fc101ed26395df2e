"""A week of windows as people write it: ``mon-fri 08:00-12:00 13:00-18:00; sat 09:00-12:00``.

Days in French or English, three letters; nothing at all means at any time.
"""

import re
from typing import Final

from callsvc.core.errors import Invalid
from callsvc.core.weekdays import WEEKDAYS
from callsvc.routing.rules.agreements import Week, check_week

FRENCH: Final = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")
_NUMBER: Final = {name: number for names in (WEEKDAYS, FRENCH) for number, name in enumerate(names)}
_PART: Final = re.compile(r"([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(.+)", re.ASCII)
_WINDOW: Final = re.compile(r"(\d\d:\d\d)\s*-\s*(\d\d:\d\d)", re.ASCII)


def read_week(text: str) -> Week | None:
    """The week, or None when nothing is written. Raises ``agreement-hours``.

    >>> read_week("lun-mar 08:00-12:00; sam 09:00-12:00 14:00-24:00")
    {'0': [['08:00', '12:00']], '1': [['08:00', '12:00']], '5': [['09:00', '12:00'], ['14:00', '24:00']]}
    """
    week: dict[str, list[list[str]]] = {}
    for part in filter(None, (one.strip() for one in text.lower().split(";"))):
        found = _PART.fullmatch(part)
        windows = _WINDOW.findall(found[3]) if found else []
        if found is None or not windows or _WINDOW.sub("", found[3]).strip(" ,"):
            raise _unreadable(part)
        first, last = found[1], found[2] or found[1]
        if first not in _NUMBER or last not in _NUMBER or _NUMBER[last] < _NUMBER[first]:
            raise _unreadable(part)
        for day in range(_NUMBER[first], _NUMBER[last] + 1):
            week.setdefault(str(day), []).extend([opens, closes] for opens, closes in windows)
    check_week(week)
    return week or None


def write_week(week: Week | None, *, french: bool = False) -> str:
    """The same back; days that are alike and follow one another are one.

    >>> write_week({"0": [["08:00", "12:00"]], "1": [["08:00", "12:00"]], "5": [["09:00", "12:00"]]})
    'mon-tue 08:00-12:00; sat 09:00-12:00'
    """
    names, parts = FRENCH if french else WEEKDAYS, []
    days = sorted(
        (int(day), " ".join(f"{opens}-{closes}" for opens, closes in found))
        for day, found in (week or {}).items()
        if found
    )
    while days:
        first, said = days.pop(0)
        last = first
        while days and days[0] == (last + 1, said):
            last = days.pop(0)[0]
        span = names[first] if last == first else f"{names[first]}-{names[last]}"
        parts.append(f"{span} {said}")
    return "; ".join(parts)


def _unreadable(part: str) -> Invalid:
    return Invalid(
        "agreement-hours",
        "Write hours as in: mon-fri 08:00-12:00 13:00-18:00; sat 09:00-12:00.",
        part=part[:60],
    )
