"""A change, and how values are told and told apart."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ivr_flows.reading import Path, place
from ivr_flows.saying import in_language, say

Group = Literal["flow", "prompts", "steps"]
Node = Mapping[str, Any]

CONTEXT = 4
"""Words kept on each side of a difference."""


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence about one place of the file (``steps.start.keys.1``)."""

    group: Group
    place: str
    sentence: str

    def spoken(self, language: str) -> str:
        """The sentence in this language (:mod:`ivr_flows.saying`)."""
        return str(in_language(self.sentence, language))

    def as_dict(self) -> dict[str, str]:
        """The change as plain JSON, for ``--format json`` and the console."""
        return {"group": self.group, "place": self.place, "sentence": str(self.sentence)}


def change(group: Group, path: Path, sentence: str) -> Change:
    """A change at a path of the file."""
    return Change(group, place(path), sentence)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same content: 1, 1.0, true and "1" are four different things."""
    return canonical(one) == canonical(other)


def canonical(value: Any) -> str:
    """A value in the one way in which the version of a flow is computed."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def told(value: Any) -> str:
    """A value as a person writes it; text that could be taken for something else is quoted."""
    if isinstance(value, str):
        plain = value.replace("_", "").replace("-", "").replace(".", "").replace(":", "")
        return value if plain.isalnum() and not plain.isdigit() and plain not in _WORDS else canonical(value)
    if isinstance(value, list):
        return ", ".join(map(told, value)) or say("an empty list")
    return canonical(value)


_WORDS = {"true", "false", "null"}


def keys_of(before: Node, after: Node) -> Iterator[str]:
    """The names of both: those of the new one in its order, then those that are gone."""
    yield from after
    yield from (name for name in before if name not in after)


def differing(before: Any, after: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Each place where two trees differ, with both values (:class:`_Nothing` where one tree ends)."""
    if before is _NOTHING and isinstance(after, Mapping) and after:
        before = {}
    if after is _NOTHING and isinstance(before, Mapping) and before:
        after = {}
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in keys_of(before, after):
            yield from differing(before.get(name, _NOTHING), after.get(name, _NOTHING), (*path, name))
    elif before is _NOTHING or after is _NOTHING or not same(before, after):
        yield path, before, after


class _Nothing:
    """Where one of the two trees ends; null is a value."""


_NOTHING = _Nothing()


def became(before: Any, after: Any) -> str:
    """``is now 6 instead of 5``, ``is 6 (it was not given before)``, ``is no longer given``."""
    if isinstance(after, _Nothing):
        return say("is no longer given (it was {before})", before=told(before))
    if isinstance(before, _Nothing):
        return say("is {after} (it was not given before)", after=told(after))
    return say("is now {after} instead of {before}", after=told(after), before=told(before))


def reworded(before: str, after: str) -> str:
    """Two texts, cut down to where they differ.

    >>> reworded("Pour un conseiller, tapez 1.", "Pour un conseiller, tapez 2.")
    '"Pour un conseiller, tapez 1." became "Pour un conseiller, tapez 2."'
    """
    old, new = before.split(), after.split()
    blocks = [
        op for op in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if op[0] != "equal"
    ]
    if not blocks:  # only white space differs
        return say("{before} became {after}", before=canonical(before), after=canonical(after))
    first, last = blocks[0], blocks[-1]
    return say(
        "{last} became {last2}", last=_excerpt(old, first[1], last[2]), last2=_excerpt(new, first[3], last[4])
    )


def _excerpt(words: list[str], start: int, end: int) -> str:
    start, end = max(0, start - CONTEXT), end + CONTEXT
    head, tail = ("… " if start else ""), (" …" if end < len(words) else "")
    return f'"{head}{" ".join(words[start:end])}{tail}"'
