"""The fields of one JSON object, each read with a check; a refusal names the field and what to write."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from typing import Any


class Fields:
    """Reads one object; `path` is where it stands inside its person, such as `replies[0].`."""

    def __init__(self, facts: Any, path: str = "") -> None:
        if not isinstance(facts, dict):
            raise ValueError(f"{path.rstrip('.') or 'person'}: {facts!r} is no object: write {{...}}")
        self._facts = facts
        self._path = path

    def wrong(self, name: str, problem: str) -> ValueError:
        """The refusal of one field."""
        return ValueError(f"{self._path}{name}: {problem}")

    def given(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._facts.get(name) is not None

    def know(self, names: Collection[str]) -> None:
        """Refuse a field that is not one of these."""
        for name in self._facts:
            if name not in names:
                raise self.wrong(name, f"no such field; those known are {', '.join(sorted(names))}")

    def number(self, name: str, default: float, most: float = math.inf) -> float:
        """A number of 0 or more."""
        return self._number(name, self._facts[name], most) if self.given(name) else default

    def maybe_number(self, name: str, default: float | None) -> float | None:
        """A number, or null."""
        if name not in self._facts:
            return default
        return self.number(name, 0.0) if self.given(name) else None

    def numbers(self, name: str, default: float) -> tuple[float, ...]:
        """One number or a list of them."""
        values = self._listed(name) or [default]
        return tuple(self._number(name, value) for value in values)

    def maybe_numbers(self, name: str) -> tuple[float | None, ...]:
        """One number or null, or a list of them."""
        values = self._listed(name) or [None]
        return tuple(None if value is None else self._number(name, value) for value in values)

    def word(self, name: str, words: Collection[str], default: str) -> str:
        """One of these words."""
        value = self._facts.get(name, default)
        if value not in words:
            raise self.wrong(name, f"{value!r} is none of {', '.join(filter(None, words))}")
        return str(value)

    def words(self, name: str, words: Collection[str], default: tuple[str, ...]) -> tuple[str, ...]:
        """One of these words, or a list of them."""
        values = self._listed(name) or list(default)
        for value in values:
            if value not in words:
                raise self.wrong(name, f"{value!r} is none of {', '.join(words)}")
        return tuple(values)

    def text(self, name: str) -> str:
        """A text; nothing when absent."""
        value = self._facts.get(name, "")
        if isinstance(value, dict | list):
            raise self.wrong(name, "write a text")
        return "" if value is None else str(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A text or a list of them."""
        return tuple(str(value) for value in self._listed(name))

    def keys(self, name: str, known: Collection[str]) -> str:
        """Keys of a telephone."""
        text = self.text(name)
        if set(text) - set(known):
            raise self.wrong(name, f"{text!r} holds something that is no key: use 0-9, *, #, A-D, w or W")
        return text

    def flag(self, name: str) -> bool:
        """True or false; false when absent."""
        value = self._facts.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(name, f"{value!r} is neither true nor false")
        return value

    def times(self, default: int | None) -> int | None:
        """How many times; null is no limit."""
        value = self._facts.get("times", default)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise self.wrong("times", f"{value!r}: give a whole number from 1, or null for no limit")
        return value

    def pattern(self, name: str, default: str) -> re.Pattern[str]:
        """A regular expression, read without regard to case."""
        text = self.text(name) if self.given(name) else default
        try:
            return re.compile(text, re.IGNORECASE)
        except re.error as problem:
            raise self.wrong(name, f"{text!r} is no regular expression: {problem}") from problem

    def parts(self, name: str) -> list[Fields]:
        """The objects of a list; one alone counts as a list of one."""
        values = self._listed(name)
        single = not isinstance(self._facts.get(name), list)
        return [
            Fields(value, f"{self._path}{name}." if single else f"{self._path}{name}[{index}].")
            for index, value in enumerate(values)
        ]

    def _listed(self, name: str) -> list[Any]:
        value = self._facts.get(name)
        if isinstance(value, list):
            return value
        return [] if value is None else [value]

    def _number(self, name: str, value: Any, most: float = math.inf) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            limit = "" if most == math.inf else f" up to {most:g}"
            raise self.wrong(name, f"{value!r} is no number of 0 or more{limit}: write it without quotes")
        return float(value)
