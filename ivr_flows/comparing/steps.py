"""Changes of what happens: steps that came, went, or lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ivr_flows.comparing.changes import (
    Change,
    Node,
    became,
    canonical,
    change,
    differing,
    keys_of,
    same,
    told,
)
from ivr_flows.definition import Definition
from ivr_flows.drawing.kinds import KINDS, kind_of
from ivr_flows.naming import exit_in_words, language_in_words
from ivr_flows.saying import say
from ivr_flows.steps import REPEAT

_MAPS = ("keys", "outcomes")


def step_changes(old: Definition, new: Definition, before: Node, after: Node) -> Iterator[Change]:
    """Steps in the order of the new file; a step with another name and the same content was renamed."""
    renamed = dict(_renamed(before, after))
    for name in keys_of(before, after):
        path = ("steps", name)
        if name in renamed:
            yield change(
                "steps", path, say("Step {name} is now called {name2}", name=renamed[name], name2=name)
            )
        elif name in renamed.values():
            continue
        elif name not in before:
            kind = KINDS[kind_of(after[name])].label
            yield change("steps", path, say("Step {name} added ({kind})", name=name, kind=kind))
        elif name not in after:
            yield change("steps", path, say("Step {name} removed", name=name))
        else:
            yield from _changes(new if name in new.steps else old, name, before[name], after[name])


def _renamed(before: Node, after: Node) -> Iterator[tuple[str, str]]:
    gone = {canonical(before[name]): name for name in before if name not in after}
    for name in after:
        if name not in before:
            was = gone.pop(canonical(after[name]), None)
            if was is not None:
                yield name, was


def _changes(definition: Definition, name: str, before: Node, after: Node) -> Iterator[Change]:
    for part in keys_of(before, after):
        old, new = before.get(part), after.get(part)
        if part in before and part in after and same(old, new):
            continue
        path = ("steps", name, part)
        if part == "branch":
            for sentence in _branch(old or [], new or []):
                yield change("steps", path, say("Step {name}: {sentence}", name=name, sentence=sentence))
        elif part in _MAPS:
            yield from _exits(definition, name, part, old or {}, new or {})
        elif part == "words":
            yield from _words(name, old or {}, new or {})
        elif part in ("next", "otherwise") or part.startswith("on_"):
            yield change(
                "steps",
                path,
                say(
                    "Step {name}: {part} {new}",
                    name=name,
                    part=exit_in_words(definition, name, part),
                    new=_led(old, new),
                ),
            )
        elif part == "end":
            yield change("steps", path, say("Step {name}: {new}", name=name, new=_end(old, new)))
        else:
            yield from _rest(name, part, before, after)


def _exits(definition: Definition, name: str, part: str, before: Node, after: Node) -> Iterator[Change]:
    for key in keys_of(before, after):
        if not same(before.get(key), after.get(key)):
            path = ("steps", name, part, key)
            way = exit_in_words(definition, name, f"{part}.{key}")
            yield change(
                "steps",
                path,
                say(
                    "Step {name}: {way} {key}", name=name, way=way, key=_led(before.get(key), after.get(key))
                ),
            )


def _led(old: Any, new: Any) -> str:
    if new is None:
        return say("is gone (it {old})", old=_leads(old))
    if old is None:
        return say("is new and {new}", new=_leads(new))
    if isinstance(old, str) and isinstance(new, str) and REPEAT not in (old, new):
        return say("now leads to {new} instead of {old}", new=new, old=old)
    return say("now {new} (before, it {old})", new=_leads(new), old=_leads(old))


def _leads(to: Any) -> str:
    if isinstance(to, str):
        return say("asks again") if to == REPEAT else say("leads to {to}", to=to)
    return say("switches to {language}", language=language_in_words(to["language"]))


def _branch(old: list[Node], new: list[Node]) -> Iterator[str]:
    before = {case["when"]: case["next"] for case in old}
    after = {case["when"]: case["next"] for case in new}
    said = False
    for when in keys_of(before, after):
        if before.get(when) != after.get(when):
            said = True
            yield say(
                "when {when}, the way {when2}", when=when, when2=_led(before.get(when), after.get(when))
            )
    shared = [
        [case["when"] for case in cases if case["when"] in before.keys() & after.keys()]
        for cases in (old, new)
    ]
    if shared[0] != shared[1] or not said:
        yield say("its conditions are now tried in another order")


def _words(name: str, before: Node, after: Node) -> Iterator[Change]:
    for to in keys_of(before, after):
        old, new = before.get(to, []), after.get(to, [])
        path = ("steps", name, "words", to)
        came, went = ([word for word in one if word not in other] for one, other in ((new, old), (old, new)))
        if came:
            yield change(
                "steps",
                path,
                say("Step {name}: the words {came} now lead to {to}", name=name, came=told(came), to=to),
            )
        if went:
            yield change(
                "steps",
                path,
                say(
                    "Step {name}: the words {went} no longer lead to {to}", name=name, went=told(went), to=to
                ),
            )
        if not came and not went and not same(old, new):
            yield change(
                "steps",
                path,
                say("Step {name}: the words for {to} are written in another order", name=name, to=to),
            )


def _end(old: Any, new: Any) -> str:
    if new is None:
        return say("no longer ends the session (it ended it as {old})", old=_outcome(old))
    if old is None:
        return say("now ends the session as {new}", new=_outcome(new))
    return say("now ends the session as {new} instead of {old}", new=_outcome(new), old=_outcome(old))


def _outcome(end: Any) -> str:
    return (
        end
        if isinstance(end, str)
        else say("the disposition set before, else {default}", default=end["default"])
    )


def _rest(name: str, part: str, before: Node, after: Node) -> Iterator[Change]:
    """Any other part, told by its place: ``menu timeout is now 6 instead of 5``."""
    was, is_now = ({part: node[part]} if part in node else {} for node in (before, after))
    for path, old, new in differing(was, is_now):
        words = " ".join(str(word) for word in path)
        yield change(
            "steps",
            ("steps", name, *path),
            say("Step {name}: {words} {new}", name=name, words=words, new=became(old, new)),
        )
