"""Conversations as data: who answers, what is heard, what is pressed or written, what comes of it.

They live beside the flow (``contact-tracing.test.yaml``)::

    facts: {contact: {first_name: Ana, birth_year: 1980}}
    conversations:
      - name: No symptoms
        answered_by: human
        exchanges:
          - {heard: [hello, "tapez 1"], press: "1"}
          - {heard: birth_year, press: "1980"}
          - {heard: symptoms, press: "2"}
          - {heard: "conseils par SMS"}
        effects: [{set: {identity.confirmed: true}}, {sms: advice}]
        outcome: reached

``heard`` names prompts by id or quotes them. One of press, text, silence, machine, queue, hangup
goes on; an exchange with none of them is the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from ivr_flows.findings import Finding, FlowInvalid
from ivr_flows.reading import Document, Path, place, read
from ivr_flows.turns import Channel, Hangup, Input, Keys, MachineVerdict, NoKeys, QueueEnd, QueueEnded, Words

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
"""When a conversation takes place unless it says otherwise: a Monday, noon in Paris."""

_FILE = frozenset({"facts", "conversations", "flow"})
_FIELDS = frozenset(
    {"name", "channel", "language", "facts", "answered_by", "now", "exchanges", "effects", "outcome"}
)
_GIVEN = ("press", "text", "silence", "machine", "queue", "hangup")
_QUEUE_ENDS = ("connected", "closed", "callback", "unavailable")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What must be heard, then what the person or the service does; None ends the conversation."""

    heard: tuple[str, ...]
    given: Input | None
    line: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation; ``effects`` None means that they are not checked."""

    name: str
    line: int
    channel: Channel
    language: str | None
    answered_by: str | None
    now: datetime
    facts: Mapping[str, Any]
    exchanges: tuple[Exchange, ...]
    effects: tuple[Mapping[str, Any], ...] | None
    outcome: str | None


def read_conversations(text: str) -> list[Conversation]:
    """Read a file of conversations; raises :class:`FlowInvalid` with ``conversation`` findings."""
    document = read(text)
    data = _mapping(document, (), document.data, _FILE)
    found = data.get("conversations")
    if not isinstance(found, list) or not found:
        raise _wrong(document, ("conversations",), "there are no conversations", "write a list of them")
    shared = data.get("facts") or {}
    return [_conversation(document, index, item, shared) for index, item in enumerate(found)]


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Nested facts, the second over the first; null takes a fact away."""
    both = dict(base)
    for key, value in over.items():
        nested = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = merged(both[key], value) if nested else value
    return {key: value for key, value in both.items() if value is not None}


def _conversation(document: Document, index: int, item: Any, shared: Mapping[str, Any]) -> Conversation:
    path: Path = ("conversations", index)
    data = _mapping(document, path, item, _FIELDS)
    exchanges = data.get("exchanges") or []
    effects = data.get("effects")
    return Conversation(
        name=str(data.get("name", f"conversation {index + 1}")),
        line=document.line(*path),
        channel=cast(Channel, data.get("channel", "voice")),
        language=data.get("language"),
        answered_by=data.get("answered_by"),
        now=datetime.fromisoformat(data["now"]) if "now" in data else NOON,
        facts=merged(shared, data.get("facts") or {}),
        exchanges=tuple(_exchange(document, (*path, "exchanges", i), e) for i, e in enumerate(exchanges)),
        effects=None if effects is None else tuple(effects),
        outcome=data.get("outcome"),
    )


def _exchange(document: Document, path: Path, item: Any) -> Exchange:
    data = _mapping(document, path, item, frozenset({"heard", *_GIVEN}))
    heard = data.get("heard", [])
    quoted = tuple(str(part) for part in heard) if isinstance(heard, list) else (str(heard),)
    given = [key for key in _GIVEN if key in data]
    if len(given) > 1:
        raise _wrong(document, path, f"{' and '.join(given)} at once", "make it two exchanges")
    return Exchange(quoted, _input(document, path, given[0], data) if given else None, document.line(*path))


def _input(document: Document, path: Path, kind: str, data: Mapping[str, Any]) -> Input:
    value = str(data[kind])
    match kind:
        case "press":
            return Keys(value)
        case "text":
            return Words(value)
        case "machine":
            return MachineVerdict(value)
        case "queue":
            if value not in _QUEUE_ENDS:
                raise _wrong(
                    document, (*path, kind), f"a queue does not end {value!r}", ", ".join(_QUEUE_ENDS)
                )
            return QueueEnded(cast(QueueEnd, value))
    return NoKeys() if kind == "silence" else Hangup()


def _mapping(document: Document, path: Path, item: Any, known: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(item, Mapping):
        raise _wrong(
            document, path, "a mapping is expected here", f"write some of {', '.join(sorted(known))}"
        )
    for key in item:
        if key not in known:
            raise _wrong(
                document, (*path, key), f"{key!r} means nothing here", f"use {', '.join(sorted(known))}"
            )
    return item


def _wrong(document: Document, path: Path, message: str, fix: str) -> FlowInvalid:
    return FlowInvalid([Finding("conversation", "error", document.line(*path), place(path), message, fix)])
