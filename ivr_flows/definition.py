"""A flow that was read: typed, complete with line numbers, and known by the hash of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ivr_flows.findings import Finding, FlowInvalid
from ivr_flows.prompts import Prompt
from ivr_flows.reading import Document, Path, line_of, place, read
from ivr_flows.saying import say
from ivr_flows.schema import check
from ivr_flows.steps import Need, Step, StepInvalid, read_step
from ivr_flows.steps.menu import Menu


@dataclass(frozen=True, slots=True)
class Limits:
    """``steps`` counts steps entered and answers taken; ``say`` is spoken when a limit is reached."""

    steps: int = 60
    visits_per_step: int = 6
    sms_segments: int = 3
    say: str | None = None
    declared: bool = False


@dataclass(frozen=True)
class Definition:
    """One immutable version of a flow.

    ``version`` is the SHA-256 (64 hexadecimal digits) of the content: other comments, white space
    or order of keys are the same version; another word in a prompt is another one.
    """

    id: str
    version: str
    title: Mapping[str, str]
    direction: str
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    voices: Mapping[str, str]
    limits: Limits
    variables: Mapping[str, Mapping[str, Any]]
    prompts: Mapping[str, Prompt]
    steps: Mapping[str, Step]
    source: str = field(repr=False)
    lines: Mapping[Path, int] = field(repr=False)

    @cached_property
    def reads(self) -> frozenset[str]:
        """Every variable the flow reads; a session keeps no other fact about the person."""
        prompts = (prompt.names for prompt in self.prompts.values())
        actions = (action.reads() for step in self.steps.values() for action in step.actions)
        return frozenset().union(*prompts, *actions)

    @cached_property
    def needs(self) -> tuple[tuple[str, Need], ...]:
        """What the flow asks for outside itself, with the step that does."""
        return tuple(
            (name, need)
            for name, step in self.steps.items()
            for action in step.actions
            for need in action.needs()
        )

    @cached_property
    def subflows(self) -> tuple[str, ...]:
        """The ids of the flows it calls, each once, in the order of the file."""
        return tuple(dict.fromkeys(need.name for _, need in self.needs if need.kind == "flow"))

    def line(self, *path: str | int) -> int:
        """The line, from 1, of a place in the file: ``line("steps", "start")``."""
        return line_of(self.lines, path)


def load(text: str) -> Definition:
    """Read a flow.

    Raises :class:`FlowInvalid` carrying every finding (ids ``yaml``, ``schema``, ``expression``).
    A definition that loads can run; ``lint`` says whether it should be published.
    """
    document = read(text)
    findings = check(document)
    if findings:
        raise FlowInvalid(findings)
    data: dict[str, Any] = document.data
    return Definition(
        id=data["id"],
        version=content_hash(data),
        title=data["title"],
        direction=data.get("direction", "outbound"),
        languages=tuple(data["languages"]),
        channels=tuple(data["channels"]),
        voices={language: item["voice"] for language, item in data.get("voice", {}).items()},
        limits=Limits(**data["limits"], declared=True) if data.get("limits") else Limits(),
        variables=data.get("variables", {}),
        prompts={name: Prompt.of(name, node) for name, node in data["prompts"].items()},
        steps=_steps(document),
        source=text,
        lines=document.lines,
    )


def content_hash(data: Any) -> str:
    """SHA-256 of the content written in one canonical way (sorted keys, no white space)."""
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _steps(document: Document) -> dict[str, Step]:
    steps: dict[str, Step] = {}
    findings: list[Finding] = []
    for name, node in document.data["steps"].items():
        try:
            steps[name] = read_step(name, node)
        except StepInvalid as error:
            path: Path = ("steps", name, *error.path)
            line = document.line(*path)
            findings.append(Finding(error.id, "error", line, place(path), error.message, error.fix))
    findings += [*_calls_itself(document, steps), *_unknown_languages(document, steps)]
    if findings:
        raise FlowInvalid(findings)
    return steps


def _calls_itself(document: Document, steps: Mapping[str, Step]) -> Iterator[Finding]:
    for name, step in steps.items():
        for need in (need for action in step.actions for need in action.needs()):
            if need.kind == "flow" and need.name == document.data["id"]:
                path: Path = ("steps", name, *need.where)
                yield Finding(
                    "flow-recursion",
                    "error",
                    document.line(*path),
                    place(path),
                    say("the flow calls itself"),
                    say("lead back to one of its steps, under its limits"),
                )


def _unknown_languages(document: Document, steps: Mapping[str, Step]) -> Iterator[Finding]:
    """A key that switches to a language without a single text would change nothing."""
    for name, step in steps.items():
        for menu in (action for action in step.actions if isinstance(action, Menu)):
            for key, language in menu.languages.items():
                if language not in document.data["languages"]:
                    path: Path = ("steps", name, "keys", key)
                    yield Finding(
                        "missing-translation",
                        "error",
                        document.line(*path),
                        place(path),
                        say("the flow does not speak {language}", language=language),
                        say(
                            "add {language} to languages with all its texts, or remove the key",
                            language=language,
                        ),
                    )
