"""The parts and exits of a flow in the words of those who own it, for drawings and comparisons."""

from __future__ import annotations

from ivr_flows.definition import Definition
from ivr_flows.steps.branch import Branch

EXITS = {
    "next": "then",
    "otherwise": "otherwise",
    "on_machine": "answering machine",
    "on_timeout": "silence",
    "on_invalid": "not understood",
    "on_exhausted": "no attempt left",
    "on_mismatch": "does not match",
    "on_missing": "nothing to match",
    "on_callback": "wants a callback",
    "on_closed": "closed",
    "on_unavailable": "nobody available",
    "on_busy": "busy",
    "on_no_answer": "no answer",
    "on_empty": "nothing said",
    "on_error": "no usable answer",
    "on_taken": "moment taken",
    "on_none": "no moment left",
    "hangup": "hung up",
    "expired": "never answered",
    "stop": "STOP",
    "fax": "fax",
    "machine": "answering machine",
    "end": "end",
    "finish": "end",
}
"""What each exit means; ``keys.1``, ``words.agent``, ``outcomes.done`` and ``branch.0`` are worded below."""


def exit_in_words(definition: Definition, step: str, exit: str) -> str:
    """An exit as people say it: ``keys.1`` is "key 1", ``branch.0`` is its condition."""
    kind, _, name = exit.partition(".")
    if kind == "keys":
        return f"key {name}"
    if kind == "words":
        return f"words for {name}"
    if kind == "outcomes":
        return f"outcome {name}"
    if kind == "branch" and step in definition.steps:
        cases = [c for a in definition.steps[step].actions if isinstance(a, Branch) for c in a.cases]
        return cases[int(name)][0].source if name.isdecimal() and int(name) < len(cases) else exit
    return EXITS.get(exit, exit.removeprefix("on_").replace("_", " "))


def language_in_words(code: str) -> str:
    """``fr`` is French; a code that no list knows stays as it is."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code
