"""A question and the split on its answer are one menu, when nothing else asks what the answer was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr_flows.importing.source import NotExpressible, number
from ivr_flows.importing.studio.conditions import alternatives
from ivr_flows.importing.studio.liquid import Reference, parse, references
from ivr_flows.importing.studio.scope import Scope
from ivr_flows.importing.studio.states import Condition, Definition, State
from ivr_flows.text import fold

GATHER = "gather-input-on-call"
REPLY = "send-and-wait-for-reply"
SPLIT = "split-based-on"
ASKED = {GATHER: "keypress", REPLY: "incomingMessage"}
"""The event by which each asking widget gives its answer."""

MOST_KEYS = 40
MOST_WORDS = 100
_KEY = re.compile(r"[0-9*#]{1,4}")


@dataclass(slots=True)
class Menu:
    """What a question and its splits say together: targets are states, None is the end."""

    split: State
    keys: dict[str, str | None] = field(default_factory=dict)
    words: list[tuple[str, str | None]] = field(default_factory=list)
    no_match: str | None = None
    speech: State | None = None


def menus(definition: Definition, scope: Scope) -> dict[str, Menu]:
    """The menus by the name of the state that asks."""
    into = _entrances(definition)
    found = {}
    for state in definition.states.values():
        menu = _menu(state, definition, scope, into) if state.type in ASKED else None
        if menu is not None:
            found[state.name] = menu
    return found


def swallowed(found: Mapping[str, Menu]) -> dict[str, str]:
    """The splits that became part of a menu, and the state of that menu."""
    gone = {menu.split.name: name for name, menu in found.items()}
    return gone | {menu.speech.name: name for name, menu in found.items() if menu.speech}


def _entrances(definition: Definition) -> dict[str, set[str]]:
    into: dict[str, set[str]] = {}
    for state in (*definition.states.values(), *definition.doubles):
        for after in state.after():
            into.setdefault(after, set()).add(state.name)
    return into


def _menu(state: State, definition: Definition, scope: Scope, into: Mapping[str, set[str]]) -> Menu | None:
    split = definition.states.get(state.to(ASKED[state.type]) or "")
    name = scope.name(("widgets", state.name, "Digits"))
    if split is None or not _only_here(split, state, name, scope, into):
        return None
    menu = Menu(split, no_match=split.to("noMatch"))
    for condition, to in _cases(split):
        if not _take(menu, condition, to, scope, name, words=state.type == REPLY):
            return None
    if not _sensible(menu, state):
        return None
    if state.type == GATHER:
        _hear(menu, state, definition, scope, into)
    return menu


def _only_here(split: State, asking: State, name: str, scope: Scope, into: Mapping[str, set[str]]) -> bool:
    """The split follows this question alone, and nobody else reads the answer."""
    if split.type != SPLIT or into.get(split.name) != {asking.name}:
        return False
    here = [scope.name(found.path) for text in split.texts() for found in references(text)]
    return name in here and scope.uses.get(name, 0) == here.count(name)


def _cases(split: State) -> list[tuple[Condition | None, str | None]]:
    """The single condition of each case in order; None for one that no menu can say."""
    matches = [t for t in split.transitions if t.event == "match"]
    return [(t.conditions[0] if len(t.conditions) == 1 else None, t.next) for t in matches]


def _take(
    menu: Menu,
    condition: Condition | None,
    to: str | None,
    scope: Scope,
    name: str,
    *,
    words: bool,
) -> bool:
    """Add one case; False when it cannot be a key or a word."""
    if condition is None or _tested(condition, menu.split, scope) != name:
        return False
    listed = alternatives(condition.type, condition.value)
    if listed is None and words and condition.type == "contains" and "{{" not in condition.value:
        listed = [condition.value.strip()]
    for each in listed or []:
        if _KEY.fullmatch(each):
            menu.keys.setdefault(each, to)
        elif words and fold(each) and len(each) <= 80:
            menu.words.append((each, to))
        else:
            return False
    return bool(listed)


def _tested(condition: Condition, split: State, scope: Scope) -> str | None:
    try:
        parts = parse(condition.subject or str(split.properties.get("input", "")))
    except NotExpressible:
        return None
    whole = [part for part in parts if not isinstance(part, str) or part.strip()]
    if len(whole) == 1 and isinstance(whole[0], Reference):
        plain = all(each.name in ("strip", "downcase", "upcase") for each in whole[0].filters)
        return scope.name(whole[0].path) if plain else None
    return None


def _sensible(menu: Menu, state: State) -> bool:
    most = number(state.properties, "number_of_digits", "numDigits", "num_digits")
    if state.type == GATHER and any(len(key) > (most or 4) for key in menu.keys):
        return False
    return 0 < len(menu.keys) + len(menu.words) <= MOST_KEYS and len(menu.words) <= MOST_WORDS


def _hear(
    menu: Menu, state: State, definition: Definition, scope: Scope, into: Mapping[str, set[str]]
) -> None:
    """The split on what was said, when it is a list of words with the same way out."""
    split = definition.states.get(state.to("speech") or "")
    name = scope.name(("widgets", state.name, "SpeechResult"))
    if split is None or split is menu.split or not _only_here(split, state, name, scope, into):
        return
    heard = Menu(split, no_match=split.to("noMatch"))
    for condition, to in _cases(split):
        if not _take(heard, condition, to, scope, name, words=True):
            return
    if heard.no_match == menu.no_match and all(menu.keys.get(k, to) == to for k, to in heard.keys.items()):
        menu.words = heard.words
        menu.speech = split
