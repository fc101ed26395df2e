"""A flow as it would be published here: lint, and what is around it.

Ids: need-unchecked, menu-on-one-way-sender, and those of ``ivr_flows/outside.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from ivr_flows.definition import Definition, load
from ivr_flows.findings import Finding, FlowInvalid
from ivr_flows.lint.checks import lint
from ivr_flows.lint.graph import START, Graph
from ivr_flows.lint.report import report
from ivr_flows.outside import check_outside
from ivr_flows.saying import say
from ivr_flows.steps import Need

SENDERS = {"long-code": True, "mobile": True, "short-code": True, "toll-free": True, "alphanumeric": False}
"""Kinds of sender of an SMS, and whether an answer to one arrives."""

_WORDS = {"flow": say("sub-flow"), "target": say("transfer to"), "host": say("request to")}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about the service; None means that nobody said, which is worth a warning.

    ``flows`` are definitions by id, and ``every_flow`` whether there are no others; ``senders`` the
    kinds of :data:`SENDERS` that send this flow's SMS.
    """

    flows: Mapping[str, Definition] = field(default_factory=dict)
    every_flow: bool = False
    directory: Collection[str] | None = None
    hosts: Collection[str] | None = None
    senders: Collection[str] = ()


UNKNOWN = Surroundings()


def inspect(text: str, around: Surroundings = UNKNOWN) -> list[Finding]:
    """Every finding about the text of a flow, whether it loads or not, by line. Raises nothing."""
    try:
        return inspect_definition(load(text), around)
    except FlowInvalid as error:
        return error.findings


def inspect_definition(definition: Definition, around: Surroundings = UNKNOWN) -> list[Finding]:
    """The same about a flow that was read."""
    found = [
        *lint(definition, around.flows),
        *_needs(definition, around),
        *menu_on_one_way_sender(definition, around),
    ]
    return sorted(found, key=lambda finding: (finding.line, finding.id, finding.place))


def menu_on_one_way_sender(definition: Definition, around: Surroundings = UNKNOWN) -> Iterator[Finding]:
    """A question by SMS from a sender that nobody can answer."""
    one_way = sorted(kind for kind in around.senders if not SENDERS.get(kind, True))
    if not one_way or "sms" not in definition.channels:
        return
    for name in sorted(Graph.of(definition, by_sms=True).reachable([START])):
        step = definition.steps[name]
        if step.question is not None and any(use.how == "ask" for use in step.prompts()):
            yield report(
                definition,
                "menu-on-one-way-sender",
                ("steps", name),
                say(
                    "{name!r} asks by SMS, and nobody can answer a sender that is {one_way}",
                    name=name,
                    one_way=", ".join(one_way),
                ),
                say("send it from a number, or ask nothing by SMS"),
            )


def _needs(definition: Definition, around: Surroundings) -> Iterator[Finding]:
    """What the flow needs outside itself: met, unmet, or not known here."""
    wanted = {need.name for _, need in definition.needs}
    found = check_outside(
        definition,
        flows=around.flows,
        directory=wanted if around.directory is None else around.directory,
        hosts=wanted if around.hosts is None else around.hosts,
    )
    yield from (f for f in found if around.every_flow or f.id != "flow-unknown")
    for step, need in definition.needs:
        if _unchecked(need, around):
            yield report(
                definition,
                "need-unchecked",
                ("steps", step, *need.where),
                say(
                    "whether the {kind} {name!r} is possible was not checked",
                    kind=_WORDS[need.kind],
                    name=need.name,
                ),
                say("tell lint what the service has (--directory, --hosts, sub-flows beside the file)"),
                severity="warning",
            )


def _unchecked(need: Need, around: Surroundings) -> bool:
    if need.kind == "flow":
        return need.name not in around.flows and not around.every_flow
    return (around.directory if need.kind == "target" else around.hosts) is None
