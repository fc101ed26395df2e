"""Text as it may be spoken, sent and compared."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

LONGEST_VALUE = 500
"""Characters kept of one substituted value: a fact is a name or a place, never a document."""

_UNSPEAKABLE = frozenset({"Cc", "Cs", "Cf", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # Persian and Indic spelling needs them


def clean(text: str) -> str:
    """The text without control and format characters or lone surrogates, white space made single.

    A TwiML builder escapes markup but lets these through, and the person then hears an error.

    >>> clean("Zo\\u00e9\\x00\\ud800 \\n Martin")
    'Zoé Martin'
    """
    spaced = "".join(" " if character.isspace() else character for character in text)
    kept = (c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _UNSPEAKABLE)
    return " ".join("".join(kept).split())


def fold(text: str) -> str:
    """The text without case, accents or punctuation, for comparing answers.

    >>> fold(" Arrêt ! ")
    'arret'
    """
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = (c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join("".join(letters).split())


def ascii_digits(text: str) -> str:
    """The decimal digits of the text, whatever the script they are written in.

    >>> ascii_digits("né en ١٩٨٠")
    '1980'
    """
    return "".join(str(unicodedata.decimal(c)) for c in text if unicodedata.decimal(c, None) is not None)


def kebab(name: str) -> str:
    """Outcome and disposition names are kebab-case; ``opted_out`` is read as ``opted-out``."""
    return name.replace("_", "-")


def plain(value: Any) -> Any:
    """A fact as plain JSON that survives any store: text cleaned, dates as ISO 8601, NaN as None."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return clean(value[:LONGEST_VALUE])
    if isinstance(value, date):  # a datetime is a date too
        return value.isoformat()
    if isinstance(value, Mapping):
        return {clean(str(key)[:100]): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return clean(str(value)[:LONGEST_VALUE])


def as_words(value: Any, language: str) -> str:
    """A fact as it is put into a prompt; missing facts are empty text.

    A mapping by language gives the person's own: ``{"fr": "lundi", "en": "Monday"}``.
    """
    if isinstance(value, Mapping):
        value = value.get(language, next(iter(value.values()), None))
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(as_words(item, language) for item in value)[:LONGEST_VALUE]
    return clean(str(value)[:LONGEST_VALUE])
