"""What the value of an attribute may be. Each rule answers whether this carrier can use the text."""

from __future__ import annotations

import re
from collections.abc import Callable

Rule = Callable[[str], bool]

_POSITIVE = re.compile(r"0*[1-9]\d*")
_WHOLE = re.compile(r"\d+")


def anything(text: str) -> bool:
    """Any text: addresses are judged when they are used, names by whoever owns them."""
    return text is not None


def boolean(text: str) -> bool:
    """`true` or `false`."""
    return text.strip().lower() in ("true", "false")


def method(text: str) -> bool:
    """`GET` or `POST`."""
    return text.strip().upper() in ("GET", "POST")


def positive(text: str) -> bool:
    """A whole number of at least 1."""
    return _POSITIVE.fullmatch(text.strip()) is not None


def whole(text: str) -> bool:
    """A whole number of at least 0."""
    return _WHOLE.fullmatch(text.strip()) is not None


def positive_or_auto(text: str) -> bool:
    """A whole number of at least 1, or `auto`."""
    return text.strip() == "auto" or positive(text)


def one_of(*words: str) -> Rule:
    """One of these words, in any case."""
    allowed = {word.lower() for word in words}
    return lambda text: text.strip().lower() in allowed


def some_of(*words: str) -> Rule:
    """Some of these words, between spaces."""
    allowed = {word.lower() for word in words}
    return lambda text: bool(text.split()) and {word.lower() for word in text.split()} <= allowed


def made_of(letters: str) -> Rule:
    """Nothing but these letters, or nothing at all."""
    return lambda text: set(text) <= set(letters)
