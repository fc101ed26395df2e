"""Digits as people say them: "un neuf huit zéro", "one", "واحد"; a carrier may write them as words.

Only single digits: a number said in one word ("quatre-vingts") is written in digits by the carriers, or not
understood, and then the keys remain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ivr_flows.text import ascii_digits, fold

NUMERALS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "fr": (("zéro",), ("un", "une"), ("deux",), ("trois",), ("quatre",), ("cinq",), ("six",), ("sept",),
           ("huit",), ("neuf",)),
    "en": (("zero", "oh"), ("one",), ("two",), ("three",), ("four",), ("five",), ("six",), ("seven",),
           ("eight",), ("nine",)),
    "es": (("cero",), ("uno", "una"), ("dos",), ("tres",), ("cuatro",), ("cinco",), ("seis",), ("siete",),
           ("ocho",), ("nueve",)),
    "pt": (("zero",), ("um", "uma"), ("dois", "duas"), ("três",), ("quatro",), ("cinco",), ("seis",),
           ("sete",), ("oito",), ("nove",)),
    "ar": (("صفر",), ("واحد",), ("اثنان", "اثنين"), ("ثلاثة",), ("أربعة",), ("خمسة",), ("ستة",), ("سبعة",),
           ("ثمانية",), ("تسعة",)),
}  # fmt: skip
"""The words of each digit by language, the one to listen for first."""

_DIGITS = {
    fold(word): str(digit) for words in NUMERALS.values() for digit, said in enumerate(words) for word in said
}


def digits_said(text: str) -> str:
    """The digits in a text, whether written or said.

    >>> digits_said("né en un neuf huit zéro"), digits_said("19 80")
    ('1980', '1980')
    """
    words = fold(text).split()
    return "".join(_DIGITS[word] if word in _DIGITS else ascii_digits(word) for word in words)


def key_said(text: str) -> str:
    """A text that is nothing but a key: ``1``, "un", "two." ; empty for any other.

    >>> key_said("Deux."), key_said("un conseiller")
    ('2', '')
    """
    words = fold(text).split()
    return _DIGITS.get(words[0], "") if len(words) == 1 else ""


def key_written(text: str) -> str:
    """A text that is only a key, as it is written: ``" 1. "`` is ``1``."""
    return text.strip().rstrip(".!) ")


def key_of(text: str) -> str:
    """Words that are only a key: ``" 1. "`` and "un" are ``1``."""
    return key_said(text) or key_written(text)


def words_for(keys: Iterable[str], language: str) -> tuple[str, ...]:
    """What to listen for where these keys may be pressed: the digits as they are said in this language.

    >>> words_for(["1", "2", "*"], "en")
    ('one', 'two')
    """
    said = NUMERALS.get(language, ())
    return tuple(said[int(key)][0] for key in keys if len(key) == 1 and key.isdecimal() and said)
