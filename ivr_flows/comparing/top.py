"""Changes of the flow itself: its name, languages, channels, voices, limits, variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ivr_flows.comparing.changes import Change, Node, became, change, differing, told
from ivr_flows.naming import language_in_words
from ivr_flows.reading import Path

_WORDS = {
    "schema": "The version of the format",
    "id": "The id of the flow",
    "direction": "The direction",
    "limits": "Limit",
    "variables": "Variable",
}
_CHANNELS = {"voice": "voice", "sms": "SMS"}


def top_changes(before: Node, after: Node) -> Iterator[Change]:
    """Everything beside prompts and steps."""
    apart = ("languages", "channels", "prompts", "steps")
    old_rest, new_rest = ({k: v for k, v in node.items() if k not in apart} for node in (before, after))
    yield from _list_changes("languages", "Language", before, after)
    yield from _list_changes("channels", "Channel", before, after)
    for path, old, new in differing(old_rest, new_rest):
        yield change("flow", path, f"{_name(path)} {became(old, new)}")


def _list_changes(key: str, word: str, before: Node, after: Node) -> Iterator[Change]:
    old, new = before[key], after[key]
    for item in new:
        if item not in old:
            yield change("flow", (key,), f"{word} {_item(key, item)} added")
    for item in old:
        if item not in new:
            yield change("flow", (key,), f"{word} {_item(key, item)} removed")
    if key == "languages" and old[0] != new[0]:
        now, then = language_in_words(new[0]), language_in_words(old[0])
        yield change("flow", (key,), f"The fallback language is now {now} instead of {then}")
    elif [item for item in old if item in new] != [item for item in new if item in old]:
        yield change("flow", (key,), f"{word}s are now in the order {told(new)}")


def _item(key: str, item: str) -> str:
    return f"{language_in_words(item)} ({item})" if key == "languages" else _CHANNELS.get(item, item)


def _name(path: Path) -> str:
    top, *rest = path
    if top in ("title", "voice") and rest:
        return f"The {top} in {language_in_words(str(rest[0]))}"
    if top in ("title", "voice"):
        return f"The {top}"
    words: list[Any] = [_WORDS.get(str(top), str(top)), *rest]
    return " ".join(map(str, words))
