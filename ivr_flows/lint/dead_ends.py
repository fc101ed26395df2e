"""Where people are lost: menu-without-on-exhausted, missing-on-machine, unreachable-language."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.expressions import Expression
from ivr_flows.findings import Finding
from ivr_flows.lint.graph import START
from ivr_flows.lint.report import report
from ivr_flows.saying import say
from ivr_flows.steps.asking import Question
from ivr_flows.steps.menu import Menu
from ivr_flows.steps.set import Set


def menu_without_on_exhausted(definition: Definition) -> Iterator[Finding]:
    """Who gave no usable answer is hung up on without a word."""
    for name, step in definition.steps.items():
        for action in step.actions:
            question = getattr(action, "question", None)
            if isinstance(question, Question) and question.may_finish:
                yield report(
                    definition,
                    "menu-without-on-exhausted",
                    ("steps", name, question.action),
                    say("who gives no usable answer in {name!r} is hung up on", name=name),
                    say("add on_exhausted: and a step, for example an agent or a goodbye"),
                    severity="warning",
                )


def missing_on_machine(definition: Definition) -> Iterator[Finding]:
    """An outbound call meets answering machines; without ``on_machine`` they hear nothing."""
    calls = definition.direction != "inbound" and "voice" in definition.channels
    if calls and not definition.steps[START].on_machine:
        yield report(
            definition,
            "missing-on-machine",
            ("steps", START),
            say("an answering machine is hung up on, and nobody learns that we called"),
            say("add on_machine: and a step that says who called, without saying why"),
            severity="warning",
        )


def unreachable_language(definition: Definition) -> Iterator[Finding]:
    """A caller begins in the first language; nothing leads to the others but a switch.

    Who is called is spoken to in their own language, so that only inbound flows are looked at.
    """
    if definition.direction != "inbound":
        return
    reached = {definition.languages[0]}
    for action in (action for step in definition.steps.values() for action in step.actions):
        if isinstance(action, Menu):
            reached |= set(action.languages.values())
        for name, value in action.values if isinstance(action, Set) else ():
            if name == "language":
                reached |= set(definition.languages) if isinstance(value, Expression) else {str(value)}
    for number, language in enumerate(definition.languages):
        if language not in reached:
            yield report(
                definition,
                "unreachable-language",
                ("languages", number),
                say("no caller comes to hear {language}", language=language),
                say(
                    "offer a key with {{language: {language}}}, or do not claim the language",
                    language=language,
                ),
                severity="warning",
            )
