"""Which prompts go where, and what their variables are. Shared by several checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ivr_flows.definition import Definition
from ivr_flows.lint.graph import START, Graph
from ivr_flows.reading import Path
from ivr_flows.steps import PromptUse
from ivr_flows.steps.record import Record
from ivr_flows.vocabulary import VOCABULARY


def uses(definition: Definition) -> Iterator[tuple[PromptUse, Path]]:
    """Every use of a prompt, with its path in the file."""
    for name, step in definition.steps.items():
        for use in step.prompts():
            yield use, ("steps", name, *use.where)
    if definition.limits.say:
        yield PromptUse(definition.limits.say, "say", ()), ("limits", "say")


def sent_by_sms(definition: Definition) -> set[str]:
    """The prompts that may travel as an SMS: sent by ``sms``, or spoken on the SMS channel."""
    sent = {use.prompt for use, _ in uses(definition) if use.how == "sms"}
    if "sms" in definition.channels:
        for name in Graph.of(definition, by_sms=True).reachable([START]):
            actions = (a for a in definition.steps[name].actions if not isinstance(a, Record))
            sent |= {use.prompt for a in actions for use in a.prompts() if use.how in ("say", "ask")}
    return sent


def left_on_voicemail(definition: Definition) -> set[str]:
    """The prompts that a machine may record."""
    targets = {step.on_machine for step in definition.steps.values() if step.on_machine}
    steps = Graph.of(definition).reachable(sorted(targets))
    return {use.prompt for name in steps for use in definition.steps[name].prompts()}


def known_names(definition: Definition) -> set[str]:
    """Every variable that has a meaning here: the service's, the file's, and those it sets."""
    written = (action.writes() for step in definition.steps.values() for action in step.actions)
    return set(VOCABULARY) | set(definition.variables) | set().union(*written)


def health_names(definition: Definition, names: Iterable[str]) -> list[str]:
    """Those of the names that are health data."""
    return sorted(name for name in names if is_health(definition, name))


def is_health(definition: Definition, name: str) -> bool:
    """Whether a variable is health data; the file may say so of its own, never unsay it of ours."""
    if name in VOCABULARY and VOCABULARY[name].health:
        return True
    return bool(definition.variables.get(name, {}).get("health", False))


def sample(definition: Definition, name: str) -> str:
    """A long but ordinary value of a variable, for measuring texts."""
    if name in definition.variables and "sample" in definition.variables[name]:
        return str(definition.variables[name]["sample"])
    return VOCABULARY[name].sample if name in VOCABULARY else "x" * 20
