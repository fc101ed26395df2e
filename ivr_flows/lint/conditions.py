"""Conditions that cannot hold: condition-never-holds.

Things of different kinds are neither equal nor ordered, so that ``answers.code == 12`` never holds
when the code was collected as digits, which are text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from ivr_flows.definition import Definition
from ivr_flows.expressions import Expression, tokens
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.reading import Path
from ivr_flows.saying import say
from ivr_flows.steps.branch import Branch
from ivr_flows.steps.collect import Collect
from ivr_flows.steps.set import Set

_SIGNS = ("==", "<", "<=", ">", ">=", "in")
_TRUTHS = ("contact.has_mobile", "contact.isolating", "contact.symptoms", "contact.vulnerable",
           "platform.open_now", "call.has_number")  # fmt: skip
_KINDS = {"contact.birth_year": "number", **dict.fromkeys(_TRUTHS, "truth")}
_COLLECTED = {"number": "number", "year": "number", "yes-no": "truth"}  # all others are text
_WORDS = {"call.direction": ("inbound", "outbound"), "session.channel": ("voice", "sms")}
_NAMES = {"number": say("a number"), "text": say("text"), "truth": say("true or false")}


def condition_never_holds(definition: Definition) -> Iterator[Finding]:
    """A comparison of a fact with something it can never be."""
    kinds, words = _kinds(definition), {**_WORDS, "session.language": definition.languages}
    for expression, path in _conditions(definition):
        for name, values in _comparisons(expression.source):
            kind, allowed = kinds.get(name), words.get(name)
            if kind and not any(_kind(value) in (kind, "other") for value in values):
                message = say(
                    "{name} is {kind}, never {values}",
                    name=name,
                    kind=_NAMES[kind],
                    values=", ".join(text for _, text in values),
                )
            elif allowed and not any(text[1:-1] in allowed or tag != "text" for tag, text in values):
                message = say("{name} is one of {allowed}", name=name, allowed=", ".join(allowed))
            else:
                continue
            fix = say("compare it with a value of its own kind")
            yield report(definition, "condition-never-holds", path, message, fix)


def _conditions(definition: Definition) -> Iterator[tuple[Expression, Path]]:
    for name, step in definition.steps.items():
        for action in step.actions:
            if isinstance(action, Branch):
                for index, (condition, _) in enumerate(action.cases):
                    yield condition, ("steps", name, "branch", index, "when")
            elif isinstance(action, Set):
                for key, value in action.values:
                    if isinstance(value, Expression):
                        yield value, ("steps", name, "set", key)


def _kinds(definition: Definition) -> Mapping[str, str]:
    """The kind of each fact that always has the same one."""
    found: dict[str, set[str]] = {name: {kind} for name, kind in _KINDS.items()}
    for action in (action for step in definition.steps.values() for action in step.actions):
        if isinstance(action, Collect) and action.into:
            found.setdefault(action.into, set()).add(_COLLECTED.get(action.kind, "text"))
        elif isinstance(action, Set):
            for name, value in action.values:
                found.setdefault(name, set()).add(_kind_of_value(value))
        else:
            for name in action.writes():
                found.setdefault(name, set()).add("other")
    return {name: min(kinds) for name, kinds in found.items() if len(kinds) == 1 and "other" not in kinds}


def _kind_of_value(value: object) -> str:
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) else "text" if isinstance(value, str) else "other"


@cache
def _comparisons(source: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The names compared with literal values: ``a in [1, 2]`` gives ``("a", (1, 2))``."""
    words = tokens(source)
    found = []
    for at, (_, sign) in enumerate(words[1:-1], start=1):
        if sign not in _SIGNS:
            continue
        left, right = words[at - 1], words[at + 1 :]
        values = _values(right) if sign == "in" else tuple(right[:1])
        if left[0] == "name" and _literal(values) and (sign != "in" or values):
            found.append((left[1], values))
        elif sign != "in" and right[0][0] == "name" and _literal((left,)) and not _literal(tuple(right[:1])):
            found.append((right[0][1], (left,)))
    return tuple(found)


def _values(right: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The items of a list; nothing when it is not a plain one."""
    texts = [text for _, text in right]
    if texts[:1] != ["["] or "]" not in texts:
        return ()
    return tuple(word for word in right[1 : texts.index("]")] if word[1] != ",")


def _literal(values: tuple[tuple[str, str], ...]) -> bool:
    return all(_kind(value) != "name" for value in values)


def _kind(word: tuple[str, str]) -> str:
    tag, text = word
    if text in ("true", "false"):
        return "truth"
    if text == "null":
        return "other"
    return tag if tag in ("number", "text") else "name"
