"""The windows of a week as a form holds them: rows of days, from, to, with one empty row to write another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from callsvc.campaigns.definitions.windows import Window
from callsvc.core.weekdays import WEEKDAYS
from callsvc.web.texts import gettext

MOST = 14  # rows that are read: two windows for each day of a week
_TIME = re.compile(r"(\d{1,2})\s*(?:[:.hH]\s*(\d{2})?)?")


@dataclass
class Row:
    """What was typed in one row, and what is wrong with it."""

    days: list[str] = field(default_factory=list)
    opens: str = ""
    closes: str = ""
    wrong: str = ""

    @property
    def empty(self) -> bool:
        return not (self.days or self.opens or self.closes)

    @property
    def values(self) -> dict[str, Any]:
        return {"days": self.days, "from": self.opens, "to": self.closes}


def rows_of(windows: list[Mapping[str, Any]]) -> list[Row]:
    """The rows of a form before anything was typed."""
    return [Row(list(one["days"]), one["from"], one["to"]) for one in windows]


def rows_sent(sent: "MultiDict[str, str]") -> list[Row]:
    """The rows of a form that came back, each with what is wrong in it; empty rows are left out."""
    rows = []
    for number in range(MOST):
        row = Row(
            [day for day in sent.getlist(f"w{number}-days") if day in WEEKDAYS],
            _time(sent.get(f"w{number}-from", "")),
            _time(sent.get(f"w{number}-to", "")),
        )
        if not row.empty:
            row.wrong = _wrong(row)
            rows.append(row)
    return rows


def _time(text: str) -> str:
    """As the file writes it: 9, 9h, 9:00 and 9h00 are 09:00. What is no time stays as it was typed."""
    text = text.strip()
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 24:
        return text
    return f"{int(found[1]):02d}:{found[2] or '00'}"


def _wrong(row: Row) -> str:
    if not row.days:
        return gettext("Choose the days of this window.")
    if not (row.opens and row.closes):
        return gettext("A window has a beginning and an end, such as 09:00 and 19:00.")
    try:
        Window.model_validate(row.values)
    except ValidationError as wrong:
        told = any(error["type"] == "value_error" for error in wrong.errors())
        if told:
            return gettext("A window closes after it opens; write a night as two windows.")
        return gettext("Times are written like 09:00; the last one is 24:00.")
    return ""
