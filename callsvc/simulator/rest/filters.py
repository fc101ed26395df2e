"""Date filters of lists: `StartTime`, `StartTime<` (on or before) and `StartTime>` (on or after)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from multidict import MultiMapping

from callsvc.simulator.dates import iso
from callsvc.simulator.rest.errors import ApiError


def equal_conditions(query: MultiMapping[str], columns: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """SQL conditions for plain filters, from the parameter's name to the column's."""
    given = [(column, query[name]) for name, column in columns.items() if name in query]
    return [f"{column} = ?" for column, _ in given], [value for _, value in given]


def date_conditions(query: MultiMapping[str], name: str, column: str) -> tuple[list[str], list[str | None]]:
    """SQL conditions for one date; a value is a day (YYYY-MM-DD) or an instant in UTC.

    A row without that date never matches.
    """
    conditions: list[str] = []
    values: list[str | None] = []
    for mark, comparison in (("", "="), ("<", "<="), (">", ">=")):
        text = query.get(name + mark)
        if not text:
            continue
        start, length = _span(name, text.lstrip("="))
        if comparison == "=":
            if (start.hour, start.minute, start.second) == (0, 0, 0):
                length = timedelta(days=1)  # the vendor's clients write a day as its first instant
            conditions += [f"{column} >= ?", f"{column} < ?"]
            values += [iso(start), iso(start + length)]
        elif comparison == "<=":
            conditions.append(f"{column} < ?")
            values.append(iso(start + length))
        else:
            conditions.append(f"{column} >= ?")
            values.append(iso(start))
    return conditions, values


def _span(name: str, text: str) -> tuple[datetime, timedelta]:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(20001, f"Invalid parameter {name}: {text}") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    # Some write the end of time for "no end": a day more must still be a date.
    instant = instant.replace(year=min(9998, max(2, instant.year)))
    return instant, timedelta(days=1) if len(text) == 10 else timedelta(seconds=1)
