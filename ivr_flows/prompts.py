"""Prompts: what is said, by language and channel, with places for facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ivr_flows.text import as_words, clean

Says = Literal["neutral", "purpose", "health"]

_PLACE = re.compile(r"\{\{|\}\}|\{\s*([A-Za-z_][\w.]*)\s*\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Template:
    """Text with places: ``"Bonjour {contact.first_name}."``; ``{{`` is a brace."""

    parts: tuple[str, ...]
    """Text and names by turns: text at even positions, names at odd ones."""

    @property
    def names(self) -> frozenset[str]:
        """The variables used."""
        return frozenset(self.parts[1::2])

    def render(self, lookup: Callable[[str], Any], language: str) -> str:
        """The text with its facts; white space made single, a missing fact is empty text."""
        words = (as_words(lookup(part), language) if odd % 2 else part for odd, part in enumerate(self.parts))
        return " ".join("".join(words).split())

    @classmethod
    def of(cls, text: str) -> Template:
        """Read a text once, so that rendering it is only joining."""
        text = clean(text)
        parts: list[str] = []
        literal, end = "", 0
        for match in _PLACE.finditer(text):
            literal += text[end : match.start()]
            end = match.end()
            if match.group(1) is None:
                literal += match.group(0)[0]
            else:
                parts += [literal, match.group(1)]
                literal = ""
        return cls((*parts, literal + text[end:]))


@dataclass(frozen=True, slots=True)
class Wording:
    """A prompt in one language."""

    text: Template
    sms: Template
    audio: str | None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt in all its languages. ``says`` is None when the file does not declare it."""

    id: str
    says: Says | None
    wordings: Mapping[str, Wording]

    @property
    def names(self) -> frozenset[str]:
        """The variables used in any language and channel."""
        every = [w.text.names | w.sms.names for w in self.wordings.values()]
        return frozenset().union(*every)

    @classmethod
    def of(cls, prompt_id: str, node: Mapping[str, Any]) -> Prompt:
        """Read ``{says: neutral, fr: {text: ...}, en: {text: ..., sms: ..., audio: ...}}``."""
        wordings = {language: _wording(item) for language, item in node.items() if language != "says"}
        return cls(prompt_id, cast(Says | None, node.get("says")), wordings)


def _wording(node: Mapping[str, Any]) -> Wording:
    text = Template.of(node["text"])
    return Wording(text, Template.of(node["sms"]) if "sms" in node else text, node.get("audio"))
