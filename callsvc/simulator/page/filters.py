"""Filters of a list, from its address to conditions, and the way to the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from aiohttp import web

PAGE = 50
_RECENT = 200_000  # lines of the timeline in which words are looked for, so that no search stops the calls


class _Numbered(Protocol):
    @property
    def seq(self) -> int:
        """Its place in the ledger."""


Row = TypeVar("Row", bound=_Numbered)


class Wanted:
    """What the address asks for; `values` belong to the question marks of `conditions`."""

    def __init__(self, request: web.Request) -> None:
        self.query = {
            name: request.query.get(name, "").strip() for name in ("status", "direction", "number", "text")
        }
        self.before = _whole(request.query.get("before"))
        self.conditions: list[str] = []
        self.values: list[Any] = []
        if self.query["status"]:
            self._add("status = ?", self.query["status"])
        if self.query["direction"] == "inbound":
            self._add("direction = 'inbound'")
        elif self.query["direction"] == "outbound":
            self._add("direction <> 'inbound'")
        if self.query["number"]:
            like = _like(self.query["number"].replace(" ", ""))
            self._add(r"(to_number like ? escape '\' or from_number like ? escape '\')", like, like)

    def search_messages(self) -> None:
        """The text is part of the message, or its SID."""
        if self.query["text"]:
            self._add(r"(sid = ? or body like ? escape '\')", self.query["text"], _like(self.query["text"]))

    def search_calls(self) -> None:
        """The text was said or spoken in the call, or is its SID."""
        if not self.query["text"]:
            return
        self._add(
            "(sid = ? or sid in (select subject from timeline where seq > (select coalesce(max(seq), 0) - ?"
            r" from timeline) and kind in ('said', 'spoke') and facts like ? escape '\'))",
            self.query["text"],
            _RECENT,
            _like(self.query["text"]),
        )

    def _add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values


@dataclass(frozen=True)
class Page:
    """One page of a list, the newest first; `older` is the address of the next, empty at the end."""

    rows: Sequence[Any]
    newest: str
    older: str


def paged(wanted: Wanted, read: Callable[[list[str], list[Any], int], list[Row]]) -> Page:
    """Read one page. `read` gets conditions, values and a limit, and answers the newest first."""
    conditions, values = list(wanted.conditions), list(wanted.values)
    if wanted.before:
        conditions.append("seq < ?")
        values.append(wanted.before)
    rows = read(conditions, values, PAGE + 1)
    older = _link(wanted, before=rows[PAGE - 1].seq) if len(rows) > PAGE else ""
    return Page(rows[:PAGE], _link(wanted) if wanted.before else "", older)


def _link(wanted: Wanted, **more: int) -> str:
    return "?" + urlencode({name: value for name, value in {**wanted.query, **more}.items() if value})


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
