"""The carrier's side: the ledger of the simulator, as plain facts. The only place that knows its shape."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from callsvc.core.errors import Invalid, Unavailable

TERMINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
OURS = "outbound-api"  # asked for by us over REST; a carrier's own messages have another direction
PATH = "/_simulator/ledger"


@dataclass(frozen=True, kw_only=True)
class CarrierFact:
    """One call of the ledger; instants are lived, None for what never happened; ``duration`` in seconds."""

    sid: str
    to: str
    from_: str
    direction: str
    status: str
    created_at: datetime
    initiated_at: datetime | None
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    duration: int
    url: str
    parent_sid: str | None

    @property
    def outbound(self) -> bool:
        """We placed it to a person's number; agents' softphones (``client:``) are not persons rung."""
        return self.direction == OURS and not self.to.startswith("client:")

    @property
    def began_at(self) -> datetime | None:
        return self.initiated_at or self.ringing_at or self.answered_at

    @property
    def far_end(self) -> str:
        return self.from_ if self.direction == "inbound" else self.to


@dataclass(frozen=True, kw_only=True)
class MessageFact:
    sid: str
    to: str
    from_: str
    direction: str
    status: str
    created_at: datetime


@dataclass(frozen=True)
class Ledger:
    calls: tuple[CarrierFact, ...]
    messages: tuple[MessageFact, ...]


def fetch_ledger(base_url: str) -> Ledger:
    """Ask the simulator for its ledger; ``ledger-unavailable`` when it does not answer."""
    if urlsplit(base_url).scheme not in ("http", "https"):
        raise Invalid("ledger-address", "The carrier's address must begin with http:// or https://.")
    try:
        with urllib.request.urlopen(base_url.rstrip("/") + PATH, timeout=60) as answer:  # noqa: S310 - checked
            return read_ledger(json.load(answer))
    except (OSError, ValueError) as error:
        raise Unavailable(
            "ledger-unavailable",
            "The carrier's ledger could not be read. Only the simulator has one: start it, or use --ledger.",
            error=type(error).__name__,
        ) from error


def load_ledger(path: Path) -> Ledger:
    """A ledger saved to a file."""
    try:
        return read_ledger(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise Invalid("ledger-unreadable", f"{path.name} is not a ledger in JSON.") from error


def read_ledger(data: Mapping[str, Any]) -> Ledger:
    """The facts of ``{"calls": [...], "messages": [...]}``."""
    try:
        return Ledger(tuple(_calls(data["calls"])), tuple(_messages(data["messages"])))
    except (KeyError, TypeError) as error:
        raise Invalid("ledger-unreadable", f"The ledger lacks {error}.") from error


def _calls(rows: list[dict[str, Any]]) -> Iterator[CarrierFact]:
    for row in rows:
        yield CarrierFact(
            sid=row["sid"],
            to=row["to"],
            from_=row["from"],
            direction=row["direction"],
            status=row["status"],
            created_at=_required(row["created_at"]),
            initiated_at=_instant(row.get("initiated_at")),
            ringing_at=_instant(row.get("ringing_at")),
            answered_at=_instant(row.get("answered_at")),
            ended_at=_instant(row.get("ended_at")),
            duration=int(row.get("duration") or 0),
            url=row.get("url") or "",
            parent_sid=row.get("parent_sid"),
        )


def _messages(rows: list[dict[str, Any]]) -> Iterator[MessageFact]:
    for row in rows:
        yield MessageFact(
            sid=row["sid"],
            to=row["to"],
            from_=row["from"],
            direction=row["direction"],
            status=row["status"],
            created_at=_required(row["created_at"]),
        )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _required(text: str) -> datetime:
    return datetime.fromisoformat(text)
