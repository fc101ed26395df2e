"""Changes of what is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ivr_flows.comparing.changes import Change, Node, became, change, differing, keys_of, reworded, same, told
from ivr_flows.naming import language_in_words

_PARTS = {"text": "", "sms": " by SMS", "audio": " (recording)"}


def prompt_changes(before: Node, after: Node) -> Iterator[Change]:
    """Prompts that came, went, or say something else."""
    for name in keys_of(before, after):
        path = ("prompts", name)
        if name not in before:
            yield change("prompts", path, f"Prompt {name} added: {_sentence(after[name])}")
        elif name not in after:
            yield change("prompts", path, f"Prompt {name} removed")
        elif not same(before[name], after[name]):
            yield from _changes(name, before[name], after[name])


def _changes(name: str, before: Node, after: Node) -> Iterator[Change]:
    for key in keys_of(before, after):
        old, new = before.get(key), after.get(key)
        path = ("prompts", name, key)
        if key == "says":
            if not same(old, new):
                then, now = (told(value) if value else "nothing" for value in (old, new))
                yield change("prompts", path, f"Prompt {name} is declared to say {now} instead of {then}")
        elif old is None:
            sentence = f"Prompt {name} is now worded in {language_in_words(key)}: {_text(new)}"
            yield change("prompts", path, sentence)
        elif new is None:
            yield change("prompts", path, f"Prompt {name} is no longer worded in {language_in_words(key)}")
        else:
            yield from _wordings(name, key, old, new)


def _wordings(name: str, language: str, before: Node, after: Node) -> Iterator[Change]:
    for path, old, new in differing(before, after):
        part = _PARTS.get(str(path[0]), f" ({path[0]})")
        texts = isinstance(old, str) and isinstance(new, str) and path[0] != "audio"
        what = f"changed in {language_in_words(language)}{part}: "
        what += reworded(old, new) if texts else became(old, new)
        yield change("prompts", ("prompts", name, language, *path), f"Prompt {name} {what}")


def _sentence(node: Node) -> str:
    return next((_text(item) for key, item in node.items() if key != "says"), "no words")


def _text(node: Any) -> str:
    return f'"{" ".join(str(node["text"]).split())}"'
