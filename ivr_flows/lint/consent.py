"""What the person is owed: missing-opt-out, purpose-before-identity."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.graph import START, Graph
from ivr_flows.lint.report import report
from ivr_flows.lint.usage import health_names
from ivr_flows.pinning import NO_FLOWS, Flows
from ivr_flows.reading import Path
from ivr_flows.saying import say
from ivr_flows.steps import Step
from ivr_flows.steps.flow import SubFlow
from ivr_flows.steps.suppress import Suppress


def missing_opt_out(definition: Definition, flows: Flows = NO_FLOWS) -> Iterator[Finding]:
    """In an outbound call, the first question on every path must leave a way to say stop.

    A sub-flow with a ``suppress`` is such a way.
    By SMS the word STOP always works, so that a flow that is only SMS needs no step for it.
    """
    if definition.direction == "inbound" or "voice" not in definition.channels:
        return
    graph = Graph.of(definition)
    stops = {name for name, step in definition.steps.items() if _stops(step, flows)}
    for name in sorted(_first_questions(definition, graph)):
        if not stops & graph.reachable([name]):
            yield report(
                definition,
                "missing-opt-out",
                ("steps", name),
                say("from {name!r} nobody can say stop", name=name),
                say("offer a key that leads to a step with suppress: {{scope: purpose}}"),
            )


def _stops(step: Step, flows: Flows) -> bool:
    """Whether somebody can say stop here, or in the flow that is called here."""
    called = (flows[a.flow] for a in step.actions if isinstance(a, SubFlow) and a.flow in flows)
    steps = [step, *(inner for flow in called for inner in flow.steps.values())]
    return any(isinstance(action, Suppress) for each in steps for action in each.actions)


def _first_questions(definition: Definition, graph: Graph) -> set[str]:
    found, seen, waiting = set(), set(), [START]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if definition.steps[name].question is not None:
            found.add(name)
        else:
            waiting.extend(graph.after(name))
    return found


def purpose_before_identity(definition: Definition, flows: Flows = NO_FLOWS) -> Iterator[Finding]:
    """Nobody learns why we call before they confirmed who they are.

    Identity is confirmed by a ``collect`` with ``match``, left by ``next``, or by an outcome of a
    sub-flow that comes only after one. Before it, an outbound
    flow may only say what is declared ``says: neutral``; an inbound caller may hear a purpose,
    nobody a health fact.
    """
    reported: set[str] = set()
    for prompt_id, path in _before_identity(definition, flows):
        prompt = definition.prompts.get(prompt_id)
        if prompt is None or prompt_id in reported:
            continue
        says = "health" if health_names(definition, prompt.names) else prompt.says
        if says == "neutral" or (definition.direction == "inbound" and says != "health"):
            continue
        reported.add(prompt_id)
        yield _too_early(definition, prompt_id, says, path)


def _too_early(definition: Definition, prompt_id: str, says: str | None, path: Path) -> Finding:
    """Declared and wrong is an error; not declared is for the owner to look at."""
    id = "purpose-before-identity"
    if says is None:
        message = say("{prompt_id!r} declares no says: before identity is confirmed", prompt_id=prompt_id)
        fix = say("declare says: neutral, purpose or health")
        return report(definition, id, path, message, fix, severity="warning")
    message = say("{prompt_id!r} says {says} before identity is confirmed", prompt_id=prompt_id, says=says)
    fix = say("say it after a collect with match:, or word it neutrally")
    return report(definition, id, path, message, fix)


def _before_identity(definition: Definition, flows: Flows) -> Iterator[tuple[str, Path]]:
    if definition.limits.say:
        yield definition.limits.say, ("limits", "say")
    for name, states in Graph.of(definition).by_identity(flows).items():
        if False in states:
            for use in definition.steps[name].prompts():
                yield use.prompt, ("steps", name, *use.where)
