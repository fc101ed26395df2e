"""What a flow needs outside itself: other flows, targets of the directory, hosts that may be asked.

Only the service knows these, so that this is asked when a flow is published, beside ``lint``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.pinning import Flows
from ivr_flows.reading import Path, place
from ivr_flows.saying import say
from ivr_flows.steps.flow import DEEPEST


def check_outside(
    definition: Definition, *, flows: Flows, directory: Collection[str], hosts: Collection[str]
) -> list[Finding]:
    """Every need that is not met; each forbids publishing.

    ``flows`` by id, ``directory`` the names of targets, ``hosts`` the names of hosts.
    """
    found: list[Finding] = []
    for step, need in definition.needs:
        path: Path = ("steps", step, *need.where)
        match need.kind:
            case "flow":
                found += _sub_flow(definition, need.name, path, flows)
            case "target" if need.name not in directory:
                message = say("the directory has no {name!r}", name=need.name)
                found.append(_finding(definition, "transfer-unknown", path, message, say("name one it has")))
            case "host" if need.name not in hosts:
                message = say("no host is called {name!r}", name=need.name)
                found.append(
                    _finding(definition, "unsafe-http-target", path, message, say("use one on the list"))
                )
    return found


def _sub_flow(definition: Definition, name: str, path: Path, flows: Flows) -> Iterator[Finding]:
    if name not in flows:
        yield _finding(
            definition,
            "flow-unknown",
            path,
            say("no flow is called {name!r}", name=name),
            say("publish it first"),
        )
        return
    depth = _depth(flows[name], flows, (definition.id,))
    if depth is None:
        message, fix = say("{name!r} leads back to a flow that called it", name=name), say("break the circle")
        yield _finding(definition, "flow-recursion", path, message, fix)
    elif depth > DEEPEST:
        message, fix = (
            say("{depth} sub-flows inside one another, at most {deepest}", depth=depth, deepest=DEEPEST),
            say("call fewer"),
        )
        yield _finding(definition, "flow-too-deep", path, message, fix)
    missing = [
        *(word for word in definition.languages if word not in flows[name].languages),
        *(word for word in definition.channels if word not in flows[name].channels),
    ]
    if missing:
        message, fix = (
            say("{name!r} does not speak {missing}", name=name, missing=", ".join(missing)),
            say("add what is missing to it"),
        )
        yield _finding(definition, "flow-too-narrow", path, message, fix)


def _depth(flow: Definition, flows: Flows, above: tuple[str, ...]) -> int | None:
    """How many flows are inside one another from this one on; None when they go round."""
    above = (*above, flow.id)
    if any(name in above for name in flow.subflows):
        return None
    if len(above) > DEEPEST + 1:
        return 1
    below = [_depth(flows[name], flows, above) for name in flow.subflows if name in flows]
    known = [depth for depth in below if depth is not None]
    return None if len(known) < len(below) else 1 + max(known, default=0)


def _finding(definition: Definition, id: str, path: Path, message: str, fix: str) -> Finding:
    return Finding(id, "error", definition.line(*path), place(path), message, fix)
