"""Sentences that can be said in more than one language: a template, and what fills its places.

    said = say("there is no step {name!r}", name="bye")
    said                       # "there is no step 'bye'": text in English, like any other
    in_language(said, "fr")    # "il n'y a pas d'étape 'bye'"

A sentence is text wherever text is wanted; whoever shows it to a person asks for their language. What fills
a place may be a sentence itself. The French stands in ``sentences.fr.json``, by the English template.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "fr")


class Said(str):
    """A rendered sentence that remembers what it was made of."""

    template: str
    facts: Mapping[str, Any]

    def spoken(self, language: str) -> str:
        """The sentence in this language."""
        template = catalogue(language).get(self.template, self.template)
        return template.format(**{name: in_language(fact, language) for name, fact in self.facts.items()})


def say(template: str, **facts: Any) -> Said:
    """The sentence in English; places are those of ``str.format``."""
    said = Said(template.format(**facts))
    said.template, said.facts = template, facts
    return said


def in_language(said: Any, language: str) -> Any:
    """The sentence in this language; what is no sentence of ours as it is."""
    return said.spoken(language) if isinstance(said, Said) else said


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Templates by the English one; empty for English, and for a language nobody wrote."""
    if language == "en" or language not in LANGUAGES:
        return {}
    found: dict[str, str] = json.loads((files("ivr_flows") / f"sentences.{language}.json").read_text("utf-8"))
    return found
