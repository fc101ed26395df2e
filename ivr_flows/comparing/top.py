"""Changes of the flow itself: its name, languages, channels, voices, limits, variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ivr_flows.comparing.changes import Change, Node, became, change, differing, told
from ivr_flows.naming import language_in_words
from ivr_flows.reading import Path
from ivr_flows.saying import say

_WORDS = {
    "schema": say("The version of the format"),
    "id": say("The id of the flow"),
    "direction": say("The direction"),
    "limits": say("Limit"),
    "variables": say("Variable"),
}
_CHANNELS = {"voice": say("voice"), "sms": "SMS"}


def top_changes(before: Node, after: Node) -> Iterator[Change]:
    """Everything beside prompts and steps."""
    apart = ("languages", "channels", "prompts", "steps")
    old_rest, new_rest = ({k: v for k, v in node.items() if k not in apart} for node in (before, after))
    yield from _list_changes("languages", before, after)
    yield from _list_changes("channels", before, after)
    for path, old, new in differing(old_rest, new_rest):
        yield change("flow", path, say("{path} {new}", path=_name(path), new=became(old, new)))


def _list_changes(key: str, before: Node, after: Node) -> Iterator[Change]:
    old, new = before[key], after[key]
    for item in new:
        if item not in old:
            yield change("flow", (key,), _added(key, item))
    for item in old:
        if item not in new:
            yield change("flow", (key,), _removed(key, item))
    if key == "languages" and old[0] != new[0]:
        now, then = language_in_words(new[0]), language_in_words(old[0])
        said = say("The fallback language is now {now} instead of {then}", now=now, then=then)
        yield change("flow", (key,), said)
    elif [item for item in old if item in new] != [item for item in new if item in old]:
        yield change("flow", (key,), _ordered(key, new))


def _added(key: str, item: str) -> str:
    if key == "languages":
        return say("Language {item} added", item=_item(key, item))
    return say("Channel {item} added", item=_item(key, item))


def _removed(key: str, item: str) -> str:
    if key == "languages":
        return say("Language {item} removed", item=_item(key, item))
    return say("Channel {item} removed", item=_item(key, item))


def _ordered(key: str, items: Any) -> str:
    if key == "languages":
        return say("Languages are now in the order {items}", items=told(items))
    return say("Channels are now in the order {items}", items=told(items))


def _item(key: str, item: str) -> str:
    if key != "languages":
        return _CHANNELS.get(item, item)
    return say("{name} ({code})", name=language_in_words(item), code=item)


def _name(path: Path) -> str:
    top, *rest = path
    if top == "title" and rest:
        return say("The title in {language}", language=language_in_words(str(rest[0])))
    if top == "voice" and rest:
        return say("The voice in {language}", language=language_in_words(str(rest[0])))
    if top in ("title", "voice"):
        return say("The title") if top == "title" else say("The voice")
    name = _WORDS.get(str(top), str(top))
    return say("{name} {parts}", name=name, parts=" ".join(map(str, rest))) if rest else name
