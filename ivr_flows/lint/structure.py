"""Where the steps lead: unreachable-step, dangling-target, no-path-to-end, loop-without-limit."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.graph import START, Graph
from ivr_flows.lint.report import exit_path, report
from ivr_flows.saying import say
from ivr_flows.steps import REPEAT

_MAY_REPEAT = ("on_timeout", "on_invalid")


def unreachable_step(definition: Definition) -> Iterator[Finding]:
    """A step that no exit leads to is never spoken: dead text, or a forgotten key."""
    reached = Graph.of(definition).reachable([START])
    for name in definition.steps:
        if name not in reached:
            yield report(
                definition,
                "unreachable-step",
                ("steps", name),
                say("nothing leads to {name!r}", name=name),
                say("name it in an exit, or remove it"),
                severity="warning",
            )


def dangling_target(definition: Definition) -> Iterator[Finding]:
    """An exit to a step that does not exist would end the session as ``flow-broken``."""
    for name, step in definition.steps.items():
        for exit in step.exits():
            if exit.to in definition.steps or (exit.to == REPEAT and exit.name in _MAY_REPEAT):
                continue
            path = exit_path(name, exit.name)
            yield report(
                definition,
                "dangling-target",
                path,
                say("there is no step {to!r}", to=exit.to),
                say("write that step, or name another"),
            )


def no_path_to_end(definition: Definition) -> Iterator[Finding]:
    """From every step that can be reached, some way must lead to an end."""
    graph = Graph.of(definition)
    for name in sorted(graph.reachable([START]), key=lambda name: definition.line("steps", name)):
        if not any(definition.steps[other].may_finish for other in graph.reachable([name])):
            yield report(
                definition,
                "no-path-to-end",
                ("steps", name),
                say("a session in {name!r} never comes to an end", name=name),
                say("lead one of its exits to a step with end:"),
            )


def loop_without_limit(definition: Definition) -> Iterator[Finding]:
    """A loop without a question turns by itself; a loop with one needs declared ``limits``."""
    graph = Graph.of(definition)
    silent = {name for name, step in definition.steps.items() if step.question is None}
    turning = graph.cycles(silent)
    for cycle in turning:
        said = say("{names} goes round without asking anything", names=_names(definition, cycle))
        yield _loop(definition, cycle, said, say("ask a question in it, or break it"))
    if definition.limits.declared:
        return
    for cycle in graph.cycles(set(definition.steps)):
        if cycle not in turning:
            said = say("{names} can go round", names=_names(definition, cycle))
            yield _loop(definition, cycle, said, say("declare limits: {{steps: 60, visits_per_step: 6}}"))


def _names(definition: Definition, cycle: frozenset[str]) -> str:
    return ", ".join(sorted(cycle, key=lambda name: definition.line("steps", name)))


def _loop(definition: Definition, cycle: frozenset[str], message: str, fix: str) -> Finding:
    first = min(cycle, key=lambda name: definition.line("steps", name))
    return report(definition, "loop-without-limit", ("steps", first), message, fix)
