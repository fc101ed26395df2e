"""The parts and exits of a flow in the words of those who own it, for drawings and comparisons."""

from __future__ import annotations

from ivr_flows.definition import Definition
from ivr_flows.saying import Said, say
from ivr_flows.steps.branch import Branch

EXITS = {
    "next": say("then"),
    "otherwise": say("otherwise"),
    "on_machine": say("answering machine"),
    "on_timeout": say("silence"),
    "on_invalid": say("not understood"),
    "on_exhausted": say("no attempt left"),
    "on_mismatch": say("does not match"),
    "on_missing": say("nothing to match"),
    "on_callback": say("wants a callback"),
    "on_closed": say("closed"),
    "on_unavailable": say("nobody available"),
    "on_busy": say("busy"),
    "on_no_answer": say("no answer"),
    "on_empty": say("nothing said"),
    "on_error": say("no usable answer"),
    "on_taken": say("moment taken"),
    "on_none": say("no moment left"),
    "hangup": say("hung up"),
    "expired": say("never answered"),
    "stop": say("STOP"),
    "fax": say("fax"),
    "machine": say("answering machine"),
    "end": say("end"),
    "finish": say("end"),
}
"""What each exit means; ``keys.1``, ``words.agent``, ``outcomes.done`` and ``branch.0`` are worded below."""


def exit_in_words(definition: Definition, step: str, exit: str) -> str:
    """An exit as people say it: ``keys.1`` is "key 1", ``branch.0`` is its condition."""
    kind, _, name = exit.partition(".")
    if kind == "keys":
        return say("key {name}", name=name)
    if kind == "words":
        return say("words for {name}", name=name)
    if kind == "outcomes":
        return say("outcome {name}", name=name)
    if kind == "branch" and step in definition.steps:
        cases = [c for a in definition.steps[step].actions if isinstance(a, Branch) for c in a.cases]
        return cases[int(name)][0].source if name.isdecimal() and int(name) < len(cases) else exit
    return EXITS.get(exit, exit.removeprefix("on_").replace("_", " "))


class LanguageName(Said):
    """The name of a language, which every language has its own word for."""

    def spoken(self, language: str) -> str:
        return _name_of(str(self.facts["code"]), language)


def language_in_words(code: str) -> LanguageName:
    """``fr`` is French; a code that no list knows stays as it is."""
    named = LanguageName(_name_of(code, "en"))
    named.template, named.facts = "{code}", {"code": code}
    return named


def _name_of(code: str, language: str) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code, sep="-").get_display_name(language) or code
    except (UnknownLocaleError, ValueError):
        return code
