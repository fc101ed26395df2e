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

``heard`` names prompts by id or quotes them. One of press, text, silence, machine, queue, transfer,
record (seconds; 0 when nothing was said), fetch (``{status: 200, values: {...}}``) and hangup goes
on; an exchange with none of them is the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ivr_flows.findings import Finding, FlowInvalid
from ivr_flows.reading import Document, Path, place, read
from ivr_flows.saying import say
from ivr_flows.schema import CONVERSATIONS, check
from ivr_flows.turns import (
    Channel,
    Fetched,
    Hangup,
    Input,
    Keys,
    MachineVerdict,
    NoKeys,
    QueueEnded,
    Recording,
    TransferEnded,
    Words,
)

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
"""When a conversation takes place unless it says otherwise: a Monday, noon in Paris."""

SPOKEN_SID = "RE" + "0" * 32
"""The id of a recording in a conversation, where no carrier gives one."""

_GIVEN = ("press", "text", "silence", "machine", "queue", "transfer", "record", "fetch", "hangup")


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
    """Read a file of conversations; raises :class:`FlowInvalid` with every finding."""
    document = read(text)
    findings = check(document, CONVERSATIONS)
    if findings:
        raise FlowInvalid(findings)
    shared = document.data.get("facts", {})
    return [_conversation(document, index, shared) for index in range(len(document.data["conversations"]))]


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Nested facts, the second over the first; null takes a fact away."""
    both = dict(base)
    for key, value in over.items():
        nested = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = merged(both[key], value) if nested else value
    return {key: value for key, value in both.items() if value is not None}


def _conversation(document: Document, index: int, shared: Mapping[str, Any]) -> Conversation:
    path: Path = ("conversations", index)
    data: Mapping[str, Any] = document.data["conversations"][index]
    effects = data.get("effects")
    exchanges = enumerate(data.get("exchanges", []))
    return Conversation(
        name=data.get("name", f"conversation {index + 1}"),
        line=document.line(*path),
        channel=data.get("channel", "voice"),
        language=data.get("language"),
        answered_by=data.get("answered_by"),
        now=_moment(document, path, data),
        facts=merged(shared, data.get("facts", {})),
        exchanges=tuple(_exchange(document, (*path, "exchanges", i), each) for i, each in exchanges),
        effects=None if effects is None else tuple(effects),
        outcome=data.get("outcome"),
    )


def _moment(document: Document, path: Path, data: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(data["now"]) if "now" in data else NOON
    except ValueError as error:
        raise _wrong(
            document, (*path, "now"), say("{problem}", problem=str(error)), say("write 2020-11-16T11:00:00Z")
        ) from None


def _exchange(document: Document, path: Path, data: Mapping[str, Any]) -> Exchange:
    heard = data.get("heard", [])
    given = [key for key in _GIVEN if key in data]
    if len(given) > 1:
        raise _wrong(
            document, path, say("{kinds} at once", kinds=", ".join(given)), say("make it two exchanges")
        )
    quoted = (heard,) if isinstance(heard, str) else tuple(heard)
    return Exchange(quoted, _input(given[0], data) if given else None, document.line(*path))


def _input(kind: str, data: Mapping[str, Any]) -> Input:
    match kind:
        case "press":
            return Keys(str(data[kind]))
        case "text":
            return Words(str(data[kind]))
        case "machine":
            return MachineVerdict(data[kind])
        case "queue":
            return QueueEnded(data[kind])
        case "transfer":
            return TransferEnded(data[kind])
        case "record":
            return Recording(SPOKEN_SID if data[kind] else "", data[kind])
        case "fetch":
            return Fetched(data[kind].get("status", 200), data[kind].get("values", {}))
    return NoKeys() if kind == "silence" else Hangup()


def _wrong(document: Document, path: Path, message: str, fix: str) -> FlowInvalid:
    return FlowInvalid([Finding("schema", "error", document.line(*path), place(path), message, fix)])
