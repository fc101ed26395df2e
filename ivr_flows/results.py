"""What people answered, as a FLOIP Flow Results package: a descriptor, and one row for each response.

The rows are read by whoever analyses a survey, so that they carry no name and no number: the contact
is an id that means nothing outside, given by the caller. Answers may still be health data; whoever
exports them answers for that.

    answers = answers_of(turn, at=now)            # kept turn by turn
    described = descriptor(definition, id=uuid, created=now, path="data.json")
    lines = as_json_lines(rows(definition, sessions))

A response is what a question remembered (``collect ... into``, ``set``), under the name of the
variable, or the step that a key led to, under the name of the menu. What proves who somebody is, and
what is a telephone number, is no response: neither is in a row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr_flows.definition import Definition
from ivr_flows.effects import Recorded, Scalar, SetValue
from ivr_flows.pinning import NO_FLOWS, Flows
from ivr_flows.steps.collect import IDENTITY, Collect
from ivr_flows.steps.menu import Menu
from ivr_flows.steps.record import Record
from ivr_flows.steps.set import Set
from ivr_flows.turns import Hop, Turn

SPECIFICATION = "1.0.0-rc1"
FIELDS = (
    ("timestamp", "Timestamp", "datetime"),
    ("row_id", "Row ID", "string"),
    ("contact_id", "Contact ID", "string"),
    ("session_id", "Session ID", "string"),
    ("question_id", "Question ID", "string"),
    ("response", "Response", "any"),
    ("response_metadata", "Response Metadata", "object"),
)
_OURS = frozenset({IDENTITY, "language"})
"""What the engine itself sets: no answers to a question."""

_NUMBERS = frozenset({"number", "year"})

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One response with its moment, which says its offset from UTC; ``question`` as in :func:`questions`."""

    at: datetime
    question: str
    response: Scalar
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """One session: what was answered in it, in its order."""

    id: str
    contact_id: str
    channel: str
    answers: Sequence[Answer]


def answers_of(turn: Turn, *, at: datetime) -> list[Answer]:
    """What was answered in one turn; a key pressed again in it counts once, with the last choice."""
    left = {hop.step: hop for hop in turn.path if hop.exit.startswith(("keys.", "words."))}
    found = [Answer(at, hop.step, hop.to, _chosen(hop)) for hop in left.values() if hop.to is not None]
    for effect in turn.effects:
        match effect:
            case SetValue(name, value) if name not in _OURS and value is not None:
                found.append(Answer(at, name, value))
            case Recorded(sid, seconds) if turn.path:
                found.append(Answer(at, turn.path[0].step, sid, {"duration_s": seconds}))
    return found


def questions(definition: Definition, flows: Flows = NO_FLOWS) -> dict[str, dict[str, Any]]:
    """Everything that the flow and its sub-flows may learn, by question id: type, label, choices.

    The label is the question in the flow's first language, with the names of its variables. A menu of a
    sub-flow is named after both: ``identity/start``.
    """
    found = _questions(definition, "")
    for name, flow in flows.items():
        found = {**_questions(flow, f"{name}/"), **found}
    return found


def _questions(definition: Definition, inside: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, step in definition.steps.items():
        for action in step.actions:
            match action:
                case Menu():
                    steps = dict.fromkeys([*action.keys.values(), *action.words])
                    label = _label(definition, action.question.prompt)
                    choices = [f"{inside}{step}" for step in steps]
                    found[inside + name] = _question("select_one", label, choices=choices)
                case Collect() if action.into and _may_be_told(action):
                    label = _label(definition, action.question.prompt)
                    found[action.into] = _collected(action, label)
                case Record():
                    found[inside + name] = _question("audio", _label(definition, action.prompt))
                case Set():
                    for key, value in action.values:
                        if key not in _OURS and key != "disposition":
                            found.setdefault(key, _kept(key, value))
    return found


def _may_be_told(action: Collect) -> bool:
    """Neither what proves who somebody is, nor a number they can be called on."""
    return action.match is None and action.kind != "phone"


def descriptor(
    definition: Definition,
    *,
    id: str,
    created: datetime,
    path: str,
    flows: Flows = NO_FLOWS,
    mediatype: str = "application/json",
) -> dict[str, Any]:
    """The description of a package whose rows are at ``path``; ``id`` is a UUID."""
    resource = {
        "name": f"{definition.id}-data",
        "path": path,
        "mediatype": mediatype,
        "encoding": "utf-8",
        "schema": {
            "fields": [{"name": name, "title": title, "type": kind} for name, title, kind in FIELDS],
            "questions": questions(definition, flows),
        },
    }
    return {
        "profile": "flow-results-package",
        "flow_results_specification_version": SPECIFICATION,
        "name": definition.id,
        "title": next(iter(definition.title.values())),
        "id": id,
        "created": _moment(created),
        "modified": _moment(created),
        "resources": [resource],
    }


def rows(definition: Definition, sessions: Iterable[Session], flows: Flows = NO_FLOWS) -> Iterator[Row]:
    """One row for each response, in the order of :data:`FIELDS`; sessions are read one at a time.

    A row's id is that of its session and its place in it: the same at every export.
    """
    known = questions(definition, flows)
    for session in sessions:
        told = (answer for answer in session.answers if answer.question in known)
        for count, answer in enumerate(told, start=1):
            yield [
                _moment(answer.at),
                f"{session.id}-{count}",
                session.contact_id,
                session.id,
                answer.question,
                answer.response,
                {"channel": session.channel, **answer.metadata},
            ]


def as_json_lines(found: Iterable[Row]) -> Iterator[str]:
    """The rows as one JSON array, a line at a time."""
    before = "[\n"
    for row in found:
        yield before + json.dumps(row, ensure_ascii=False, allow_nan=False)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def as_csv_lines(found: Iterable[Row]) -> Iterator[str]:
    """The rows as RFC 4180, with a heading; what is not text is written as JSON.

    A text that a spreadsheet would compute is kept from it by an apostrophe.
    """
    yield ",".join(name for name, _, _ in FIELDS) + "\r\n"
    for row in found:
        yield ",".join(_cell(value) for value in row) + "\r\n"


def _chosen(hop: Hop) -> dict[str, Any]:
    kind, _, value = hop.exit.partition(".")
    return {"key": value} if kind == "keys" else {}


def _collected(action: Collect, label: str) -> dict[str, Any]:
    if action.kind in _NUMBERS:
        return _question("numeric", label, **({"range": list(action.between)} if action.between else {}))
    if action.kind == "date":
        return _question("date", label)
    if action.kind == "yes-no":
        return _question("select_one", label, choices=[True, False])
    return _question("text", label)


def _kept(name: str, value: object) -> dict[str, Any]:
    """What a ``set`` keeps, as far as its first constant tells."""
    if isinstance(value, bool):
        return _question("select_one", name, choices=[True, False])
    return _question("numeric" if isinstance(value, int | float) else "text", name)


def _question(kind: str, label: str, **options: Any) -> dict[str, Any]:
    return {"type": kind, "label": label, "type_options": options}


def _label(definition: Definition, prompt_id: str) -> str:
    prompt = definition.prompts.get(prompt_id)
    wordings = prompt.wordings if prompt else {}
    wording = next((wordings[lang] for lang in definition.languages if lang in wordings), None)
    return wording.text.render(lambda name: f"[{name}]", definition.languages[0]) if wording else prompt_id


def _moment(at: datetime) -> str:
    """RFC 3339 with the offset written out; a moment without one is refused."""
    if at.tzinfo is None:
        raise ValueError("a moment of a result needs its offset from UTC")
    return at.isoformat()


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
    if isinstance(value, str) and text[:1] in ("=", "+", "-", "@"):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text
