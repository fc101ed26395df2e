"""What prompts say about keys: which one they speak of, which they tell people to press or to send."""

from __future__ import annotations

import re
import unicodedata

from ivr_flows.definition import Definition
from ivr_flows.prompts import Template
from ivr_flows.steps import Action, Step

_SIGNS = {"*": r"\*|étoile|star", "#": r"#|dièse|hash|pound"}
_PRESS = r"tapez|appuyez sur|faites le|press|pulse|presione|marque|drücken sie|prema|premere|pressione|اضغط"
_KEY = r"\s+(?:la touche\s+|the\s+|key\s+|el\s+|die\s+|على\s+|par\s+|with\s+)*([0-9*#]{1,4})(?![0-9])"
_PRESSED = re.compile(rf"(?<!\w)(?:{_PRESS}){_KEY}", re.IGNORECASE)
_VOICE_ONLY = re.compile(
    rf"(?<!\w)(?:(?:{_PRESS})(?=\s)|restez en ligne|raccroche[rz]|hang up|hold the line)", re.IGNORECASE
)


def heard(definition: Definition, step: Step, action: Action, language: str) -> str:
    """The words around a question, without what fills their places; a recording counts as written."""
    uses = [*(use for use in step.prompts() if use.how == "say"), *action.prompts()]
    return " ".join(_words(definition, use.prompt, language, "text") for use in uses)


def read_by_sms(definition: Definition, step: Step, action: Action, language: str) -> str:
    """The same by SMS."""
    uses = [*(use for use in step.prompts() if use.how == "say"), *action.prompts()]
    return " ".join(_words(definition, use.prompt, language, "sms") for use in uses)


def speaks_of(text: str, key: str) -> bool:
    """Whether a text names a key.

    >>> speaks_of("Pour un conseiller, tapez 1.", "1"), speaks_of("Appelez le 15.", "1")
    (True, False)
    """
    pattern = _SIGNS.get(key, rf"(?<!\d){re.escape(key)}(?!\d)")
    return re.search(pattern, ascii_numerals(text).casefold()) is not None


def keys_pressed(template: Template) -> set[str]:
    """The keys that a text tells people to press: ``tapez 1``, ``press 1``, ``اضغط على ١``."""
    return set(_PRESSED.findall(ascii_numerals(" ".join(template.parts[::2]))))


def for_voice_only(template: Template) -> str | None:
    """The words that make no sense in an SMS, if there are any: pressing, holding, hanging up."""
    found = _VOICE_ONLY.search(" ".join(template.parts[::2]))
    return found.group(0) if found else None


def ascii_numerals(text: str) -> str:
    """The text with every decimal digit written as 0 to 9, whatever its script."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _words(definition: Definition, prompt_id: str, language: str, channel: str) -> str:
    prompt = definition.prompts.get(prompt_id)
    wording = prompt.wordings.get(language) if prompt else None
    template: Template | None = getattr(wording, channel) if wording else None
    return " ".join(template.parts[::2]) if template else ""
