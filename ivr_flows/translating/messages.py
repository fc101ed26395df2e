"""What there is to translate in a flow, and what must survive it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr_flows.definition import Definition
from ivr_flows.lint.speech import speaks_of
from ivr_flows.lint.usage import sent_by_sms, uses
from ivr_flows.prompts import Template
from ivr_flows.reading import read

TITLE = "title"
_HOW = {"say": "spoken in", "ask": "asked in", "wait": "heard while waiting in", "sms": "sent by SMS in"}


@dataclass(frozen=True, slots=True)
class Message:
    """One text to translate. ``keys`` are those it speaks of, ``places`` the facts in it."""

    context: str
    source: str
    translation: str
    where: tuple[str, ...]
    keys: tuple[str, ...]
    sms: bool

    @property
    def places(self) -> frozenset[str]:
        """The names of the facts in the text."""
        return Template.of(self.source).names


def messages_of(definition: Definition, language: str) -> Iterator[Message]:
    """The title, then every prompt in the order of the file, by voice and by SMS."""
    data = read(definition.source).data
    first = definition.languages[0]
    titles: Mapping[str, str] = data["title"]
    source = titles.get(first) or next(iter(titles.values()))
    yield Message(TITLE, source, titles.get(language, ""), ("the title of the flow",), (), False)
    keys = _keys(definition)
    by_sms = sent_by_sms(definition)
    for prompt, node in data["prompts"].items():
        fallback: Mapping[str, Any] | None = node.get(first)
        if fallback is None:
            continue
        here: Mapping[str, Any] = node.get(language, {})
        for part in ("text", "sms"):
            if part == "sms" and "sms" not in fallback and "sms" not in here:
                continue
            words = _one_line(fallback.get(part, fallback["text"]))
            yield Message(
                context=f"{prompt}:{part}",
                source=words,
                translation=_one_line(here.get(part, "")),
                where=tuple(_where(definition, prompt)),
                keys=tuple(key for key in keys.get(prompt, ()) if speaks_of(words, key)),
                sms=part == "sms" or (prompt in by_sms and "sms" not in fallback),
            )


def _keys(definition: Definition) -> dict[str, list[str]]:
    """The keys that may be pressed where a prompt is spoken."""
    found: dict[str, list[str]] = {}
    for step in definition.steps.values():
        keys = [key for action in step.actions for key in action.choices()]
        for use in step.prompts():
            known = found.setdefault(use.prompt, [])
            known += [key for key in keys if key not in known]
    return found


def _where(definition: Definition, prompt: str) -> Iterator[str]:
    for use, path in uses(definition):
        if use.prompt == prompt:
            yield f"{_HOW[use.how]} {path[1]}" if path[0] == "steps" else "spoken when a limit is reached"


def _one_line(text: str) -> str:
    return " ".join(text.split())
