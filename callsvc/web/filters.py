"""The filters of a table: each reads its part of the URL and answers with a condition, or says why not.

A value in a URL may be anything: what a filter cannot read it leaves out, and the page says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import format_date

from callsvc.web.texts import gettext

_LONGEST = 80  # characters of a text somebody searches for


class Unreadable(Exception):
    """A value of the URL that this filter cannot read; the text says which, to the reader."""


@dataclass(frozen=True)
class Chip:
    """A filter in force, as a page shows it; ``keys`` are the parameters that its removal drops."""

    title: str
    value: str
    keys: tuple[str, ...]


class Filter(Protocol):
    """What a listing asks of its filters; ``kind`` names the macro that draws the field."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> Any: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    def condition(self, given: Mapping[str, str]) -> sa.ColumnElement[bool]: ...
    def said(self, given: Mapping[str, str]) -> str: ...


@dataclass(frozen=True)
class TextFilter:
    """Free text; ``where`` turns it into a condition (see ``contains``)."""

    key: str
    title: Any
    where: Callable[[str], sa.ColumnElement[bool]]
    kind: str = "text"

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def condition(self, given: Mapping[str, str]) -> sa.ColumnElement[bool]:
        text = given[self.key]
        if len(text) > _LONGEST or not text.isprintable():
            raise Unreadable(gettext("at most %(count)s characters", count=_LONGEST))
        return self.where(text)

    def said(self, given: Mapping[str, str]) -> str:
        return given[self.key]


def contains(column: sa.ColumnElement[Any]) -> Callable[[str], sa.ColumnElement[bool]]:
    """A condition for ``TextFilter``: the text is in the column, in any case; % and _ are themselves."""
    return lambda text: column.icontains(text, autoescape=True)


@dataclass(frozen=True)
class ChoiceFilter:
    """One of ``choices``, pairs of value and title."""

    key: str
    title: Any
    choices: Sequence[tuple[str, Any]]
    where: Callable[[str], sa.ColumnElement[bool]]
    kind: str = "choice"

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def condition(self, given: Mapping[str, str]) -> sa.ColumnElement[bool]:
        if given[self.key] not in dict(self.choices):
            raise Unreadable(gettext("this choice does not exist"))
        return self.where(given[self.key])

    def said(self, given: Mapping[str, str]) -> str:
        return str(dict(self.choices)[given[self.key]])


def equals(column: sa.ColumnElement[Any]) -> Callable[[str], sa.ColumnElement[bool]]:
    """A condition for ``ChoiceFilter``: the column is the value."""
    return lambda value: column == value


@dataclass(frozen=True)
class DateFilter:
    """Days from and to, both included, as they are in ``zone``: ``day-from=2020-11-16&day-to=2020-11-17``."""

    key: str
    title: Any
    column: sa.ColumnElement[Any]
    zone: ZoneInfo
    kind: str = "date"

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"{self.key}-from", f"{self.key}-to")

    def condition(self, given: Mapping[str, str]) -> sa.ColumnElement[bool]:
        first, last = (_day(given.get(key, "")) for key in self.keys)
        if first and last and first > last:
            raise Unreadable(gettext("the first day is after the last"))
        bounds = []
        if first:
            bounds.append(self.column >= self._midnight(first))
        if last:
            bounds.append(self.column < self._midnight(last + timedelta(days=1)))
        return sa.and_(sa.true(), *bounds)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def said(self, given: Mapping[str, str]) -> str:
        first, last = (_day(given.get(key, "")) for key in self.keys)
        days = [str(format_date(day, "medium", rebase=False)) for day in (first, last) if day]
        if first == last:
            return days[0]
        if first and last:
            return gettext("%(first)s to %(last)s", first=days[0], last=days[1])
        return gettext("from %(day)s", day=days[0]) if first else gettext("until %(day)s", day=days[0])


def _day(text: str) -> date | None:
    """The day; years far from ours are refused, as their midnights do not exist in every zone."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unreadable(gettext("a day is written like 2020-11-16")) from None
    if not 1970 <= day.year <= 9000:
        raise Unreadable(gettext("a day is written like 2020-11-16"))
    return day


@dataclass(frozen=True)
class NumberFilter:
    """Whole numbers from and to, both included: ``waited-from=10&waited-to=60``."""

    key: str
    title: Any
    column: sa.ColumnElement[Any]
    unit: Any = ""
    least: int = 0
    most: int = 2**31 - 1  # what a column of integers holds
    kind: str = "number"

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"{self.key}-from", f"{self.key}-to")

    def condition(self, given: Mapping[str, str]) -> sa.ColumnElement[bool]:
        first, last = (self._number(given.get(key, "")) for key in self.keys)
        bounds = []
        if first is not None:
            bounds.append(self.column >= first)
        if last is not None:
            bounds.append(self.column <= last)
        return sa.and_(sa.true(), *bounds)

    def _number(self, text: str) -> int | None:
        if not text:
            return None
        # isdecimal accepts the digits of every script, and int() reads them.
        if len(text) > 10 or not text.isdecimal() or not self.least <= int(text) <= self.most:
            raise Unreadable(gettext("a whole number from %(least)s is needed", least=self.least))
        return int(text)

    def said(self, given: Mapping[str, str]) -> str:
        first, last = (given.get(key, "") for key in self.keys)
        unit = f" {self.unit}" if str(self.unit) else ""
        if first and last:
            return f"{first}–{last}{unit}"
        return f"≥ {first}{unit}" if first else f"≤ {last}{unit}"
