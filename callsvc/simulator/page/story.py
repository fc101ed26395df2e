"""One subject's timeline and exchanges as one story: what a page shows, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from callsvc.simulator.calls.placing import without_secrets
from callsvc.simulator.exchanges import Exchange, Exchanges
from callsvc.simulator.page.pretty import pretty

# Kinds of the timeline that an exchange tells better, and the exchange's place.
_TOLD_BY = {
    "callback": ("status-callback", "conference-callback", "message-callback"),
    "amd-callback": ("amd-callback",),
    "recording-callback": ("recording-callback",),
    "response": ("voice-webhook", "message-webhook"),
    "rest": ("rest",),
}
_EVENTS = ("StatusCallbackEvent", "MessageStatus", "RecordingStatus", "AnsweredBy", "CallStatus")
_BAD = ("failed", "undelivered")


@dataclass
class Line:
    """One line. `what`: said, spoke, heard, keys, played, status, verb, exchange, notification, fact."""

    at: str
    offset: float
    what: str
    title: str = ""
    text: str = ""
    bad: bool = False
    facts: list[tuple[str, str]] = field(default_factory=list)
    exchange: Exchange | None = None
    answer: str = ""
    event: str = ""
    late: float | None = None  # lived seconds between what happened and its callback


def tell(began: datetime, entries: list[dict[str, Any]], exchanges: Exchanges, subject: str) -> list[Line]:
    """Every line; exchanges replace the timeline's short notes of them when all are still known."""
    known = exchanges.about(subject) if exchanges.covers(began) else []
    lines = [_told(entry, began) for entry in _untold(entries, known)]
    met = min((entry["at"] for entry in entries if entry["kind"] in ("joined", "bridged")), default="~")
    for line in lines:
        if line.what == "spoke" and line.at >= met:
            line.title = ""  # no Gather listened, but somebody did
    lines += [_exchanged(one, began, entries) for one in known]
    lines.sort(key=lambda line: line.at)
    return _with_keys_together(lines)


def _untold(entries: list[dict[str, Any]], known: list[Exchange]) -> list[dict[str, Any]]:
    """The notes that no exchange tells; a request that has no answer yet stays."""
    places = {one.place for one in known}
    answered = sum(one.place == "voice-webhook" for one in known)
    kept = []
    for entry in entries:
        if entry["kind"] == "request" and answered > 0:
            answered -= 1
        elif places.isdisjoint(_TOLD_BY.get(entry["kind"], ())):
            kept.append(entry)
    return kept


def _told(entry: dict[str, Any], began: datetime) -> Line:
    facts = {name: value for name, value in entry.items() if name not in ("at", "kind")}
    line = Line(entry["at"], _offset(entry["at"], began), entry["kind"])
    match entry["kind"]:
        case "said":
            line.text, line.title = str(facts["text"]), str(facts.get("language") or "")
        case "spoke":
            line.text, line.title = str(facts["words"]), "" if facts.get("taken") else "unheard"
        case "heard":
            line.text, line.title = str(facts["words"]), str(facts["by"])
        case "key":
            line.what, line.text = "keys", str(facts["key"])
            line.title = "" if facts.get("taken") else "unheard"
        case "played":
            line.text = str(facts.get("url") or facts.get("digits") or "")
        case "status":
            line.text, line.title = str(facts["status"]), str(facts.get("by") or "")
            line.bad = line.text in _BAD
        case "verb":
            attributes = "".join(
                f' {name}="{value}"' for name, value in (facts.get("attributes") or {}).items()
            )
            line.text = f"<{facts['verb']}{attributes}>"
        case "notification":
            line.title, line.text, line.bad = str(facts.get("code", "")), str(facts.get("message", "")), True
        case _:
            line.what, line.title = "fact", entry["kind"]
            line.facts = [
                (name, _word(value)) for name, value in facts.items() if value not in (None, "", {})
            ]
    return line


def _exchanged(one: Exchange, began: datetime, entries: list[dict[str, Any]]) -> Line:
    at = one.at.isoformat(timespec="microseconds")
    line = Line(at, _offset(at, began), "exchange", one.place, bad=one.code != 0 or one.status >= 400)
    line.exchange, line.text = one, without_secrets(one.url)
    line.facts = [(name, _without_secrets(value)) for name, value in one.parameters if value]
    line.answer = pretty(one.body)
    line.event = next(filter(None, map(one.value, _EVENTS)), "") if one.place.endswith("-callback") else ""
    status = one.value("CallStatus") if one.place == "status-callback" else one.value("MessageStatus")
    if status and one.place.endswith("-callback"):
        due = next((e["at"] for e in entries if e["kind"] == "status" and e.get("status") == status), None)
        line.late = None if due is None else max(0.0, _offset(at, datetime.fromisoformat(due)))
    return line


def _with_keys_together(lines: list[Line]) -> list[Line]:
    """Keys pressed one after the other make one line."""
    told: list[Line] = []
    for line in lines:
        if line.what == "keys" and told and told[-1].what == "keys" and told[-1].title == line.title:
            told[-1].text += line.text
        else:
            told.append(line)
    return told


def _offset(at: str, began: datetime) -> float:
    return (datetime.fromisoformat(at) - began).total_seconds()


def _without_secrets(value: str) -> str:
    return without_secrets(value) if value.startswith(("http://", "https://")) else value


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
