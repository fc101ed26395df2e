"""The conditions of a split as ours. Studio compares without regard to case: constants are listed."""

from __future__ import annotations

import re

from ivr_flows.importing.source import NotExpressible
from ivr_flows.importing.studio.liquid import Reference, literal, parse
from ivr_flows.importing.studio.scope import FOLDING, Scope
from ivr_flows.importing.studio.states import Condition
from ivr_flows.importing.values import cases, quoted

LONGEST = 480
BLANK = "[null, '']"

_NEGATIVE = {
    "not_equal_to": "equal_to",
    "does_not_match_any_of": "matches_any_of",
    "does_not_contain": "contains",
    "does_not_start_with": "starts_with",
    "is_not_blank": "is_blank",
}
TIMES = frozenset({"is_before_time", "is_after_time", "is_before_date", "is_after_date"})
OPERATORS = (
    frozenset(_NEGATIVE) | frozenset(_NEGATIVE.values()) | TIMES | {"regex", "less_than", "greater_than"}
)
_SIMPLE_REGEX = re.compile(r"\^?\(?((?:[\w ]|\|)+)\)?\$?")
_CLASS_REGEX = re.compile(r"\^\[([0-9])-([0-9])\]\$")


def expression(condition: Condition, scope: Scope, otherwise: str) -> str:
    """One condition; ``otherwise`` is the split's input, for a condition without a subject of its own.

    Raises :class:`NotExpressible` with the reason.
    """
    subject = _subject(condition.subject or otherwise, scope)
    type_ = condition.type
    if type_ in _NEGATIVE:
        return f"not ({_positive(_NEGATIVE[type_], subject, condition.value, scope)})"
    return _positive(type_, subject, condition.value, scope)


def every(conditions: list[str]) -> str:
    """All of them; raises :class:`NotExpressible` when they are too long together."""
    joined = conditions[0] if len(conditions) == 1 else " and ".join(f"({each})" for each in conditions)
    if len(joined) > LONGEST:
        raise NotExpressible("The condition is too long.")
    return joined


def alternatives(type_: str, value: str) -> list[str] | None:
    """The constants that an equality stands for; None when it is none."""
    if "{{" in value or "{%" in value:
        return None
    if type_ == "equal_to":
        return [value.strip()]
    if type_ == "matches_any_of":
        return [each.strip() for each in value.split(",") if each.strip()]
    if type_ == "regex":
        return _enumerated(value)
    return None


def _subject(written: str, scope: Scope) -> str:
    parts = [part for part in parse(written) if not isinstance(part, str) or part.strip()]
    if len(parts) != 1 or not isinstance(parts[0], Reference):
        raise NotExpressible(f"The condition tests {written[:60]!r}, which is no single variable.")
    found = parts[0]
    for each in found.filters:
        if each.name not in FOLDING:
            raise NotExpressible(f"The condition tests a value computed by the Liquid filter {each.name}.")
    return scope.variable(found.path)


def _positive(type_: str, name: str, value: str, scope: Scope) -> str:
    if type_ == "is_blank":
        return f"{name} in {BLANK}"
    if type_ in ("less_than", "greater_than"):
        return f"{name} {'<' if type_ == 'less_than' else '>'} {_number(value)}"
    if type_ in ("equal_to", "matches_any_of", "regex"):
        listed = alternatives(type_, value)
        if listed is not None:
            return _among(name, listed, scope)
        if type_ == "equal_to":
            return f"{name} == {_subject(value, scope)}"
    if type_ in ("contains", "starts_with") and name in scope.numeric:
        raise NotExpressible(f"The variable {name} is compared as a number and as text.")
    if type_ in ("contains", "starts_with") and "{{" not in value and value.strip():
        make = _containing if type_ == "contains" else _starting
        return " or ".join(make(name, each) for each in cases(value.strip()))
    if type_ in TIMES:
        raise NotExpressible(f"The condition {type_} asks the clock: use platform.open_now, or open hours.")
    raise NotExpressible(f"The condition {type_ or 'without a type'} {value[:40]!r} has no counterpart.")


def _among(name: str, listed: list[str], scope: Scope) -> str:
    constants: list[str] = []
    for each in listed:
        found = _typed(each) if name in scope.numeric else None
        wanted = cases(each) if found is None else [found]
        for value in wanted:
            constants += [c for c in [quoted(value), *_also(name, value)] if c not in constants]
    if not constants:
        raise NotExpressible("The condition compares with nothing.")
    return f"{name} == {constants[0]}" if len(constants) == 1 else f"{name} in [{', '.join(constants)}]"


def _also(name: str, value: str | int | float | bool) -> list[str]:
    """A fact of the service may be a number or a truth value where Studio has only text."""
    if name.startswith("answers.") or not isinstance(value, str):
        return []
    found = _typed(value)
    return [] if found is None else [quoted(found)]


def _typed(value: str) -> int | float | bool | None:
    try:
        found = literal(value)
    except NotExpressible:
        return None
    return found if isinstance(found, int | float | bool) else None


def _number(value: str) -> str:
    found = _typed(value.strip())
    if found is None or isinstance(found, bool):
        raise NotExpressible(f"The condition compares with {value[:40]!r}, which is no number.")
    return quoted(found)


def _containing(name: str, value: str) -> str:
    return f"{quoted(value)} in {name}"


def _starting(name: str, value: str) -> str:
    """Text is ordered letter by letter: what starts with ``06`` lies from ``06`` to before ``07``."""
    after = value[:-1] + chr(min(ord(value[-1]) + 1, 0x10FFFF))
    return f"({name} >= {quoted(value)} and {name} < {quoted(after)})"


def _enumerated(value: str) -> list[str] | None:
    """The texts that a simple regular expression matches: ``^(1|2)$``, ``^[1-3]$``."""
    pattern = value.strip().removeprefix("/").removesuffix("/")
    span = _CLASS_REGEX.fullmatch(pattern)
    if span:
        first, last = int(span.group(1)), int(span.group(2))
        return [str(digit) for digit in range(first, last + 1)] or None
    match = _SIMPLE_REGEX.fullmatch(pattern)
    if match is None or not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    if "|" in pattern and not (pattern.startswith("^(") and pattern.endswith(")$")):
        return None
    return [each.strip() for each in match.group(1).split("|") if each.strip()] or None
