"""Changes of what is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ivr_flows.comparing.changes import Change, Node, became, change, differing, keys_of, reworded, same, told
from ivr_flows.naming import language_in_words
from ivr_flows.saying import say

_PARTS = {"text": "", "sms": say(" by SMS"), "audio": say(" (recording)")}


def prompt_changes(before: Node, after: Node) -> Iterator[Change]:
    """Prompts that came, went, or say something else."""
    for name in keys_of(before, after):
        path = ("prompts", name)
        if name not in before:
            yield change(
                "prompts", path, say("Prompt {name} added: {name2}", name=name, name2=_sentence(after[name]))
            )
        elif name not in after:
            yield change("prompts", path, say("Prompt {name} removed", name=name))
        elif not same(before[name], after[name]):
            yield from _changes(name, before[name], after[name])


def _changes(name: str, before: Node, after: Node) -> Iterator[Change]:
    for key in keys_of(before, after):
        old, new = before.get(key), after.get(key)
        path = ("prompts", name, key)
        if key == "says":
            if not same(old, new):
                then, now = (told(value) if value else say("nothing") for value in (old, new))
                yield change(
                    "prompts",
                    path,
                    say(
                        "Prompt {name} is declared to say {now} instead of {then}",
                        name=name,
                        now=now,
                        then=then,
                    ),
                )
        elif old is None:
            sentence = say(
                "Prompt {name} is now worded in {key}: {new}",
                name=name,
                key=language_in_words(key),
                new=_text(new),
            )
            yield change("prompts", path, sentence)
        elif new is None:
            yield change(
                "prompts",
                path,
                say("Prompt {name} is no longer worded in {key}", name=name, key=language_in_words(key)),
            )
        else:
            yield from _wordings(name, key, old, new)


def _wordings(name: str, language: str, before: Node, after: Node) -> Iterator[Change]:
    for path, old, new in differing(before, after):
        part = _PARTS.get(str(path[0]), say(" ({part})", part=path[0]))
        texts = isinstance(old, str) and isinstance(new, str) and path[0] != "audio"
        what = say(
            "Prompt {name} changed in {language}{part}: {how}",
            name=name,
            language=language_in_words(language),
            part=part,
            how=reworded(old, new) if texts else became(old, new),
        )
        yield change("prompts", ("prompts", name, language, *path), what)


def _sentence(node: Node) -> str:
    return next((_text(item) for key, item in node.items() if key != "says"), say("no words"))


def _text(node: Any) -> str:
    return f'"{" ".join(str(node["text"]).split())}"'
