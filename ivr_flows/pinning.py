"""Sub-flows of a session: which there are, and the versions it is pinned to from its first turn on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ivr_flows.definition import Definition
from ivr_flows.findings import FlowVersionMismatch

Flows = Mapping[str, Definition]
NO_FLOWS: Flows = MappingProxyType({})


def pins(state: Mapping[str, Any]) -> dict[str, str]:
    """The version of each sub-flow that a session is pinned to: what ``resume`` must be given."""
    return dict(state.get("pins", {}))


def called(definition: Definition, flows: Flows) -> dict[str, Definition]:
    """The sub-flows that a flow can come to, at any depth, as far as they are given."""
    found: dict[str, Definition] = {}
    waiting = [definition]
    while waiting:
        for name in waiting.pop().subflows:
            if name in flows and name not in found:
                found[name] = flows[name]
                waiting.append(flows[name])
    return found


def same_versions(definition: Definition, state: Mapping[str, Any], flows: Flows) -> None:
    """Raises :class:`FlowVersionMismatch` unless these are the versions the session began with."""
    if state.get("version") != definition.version:
        raise FlowVersionMismatch(f"the session is on {state.get('version')}, not on {definition.version}")
    for name, version in pins(state).items():
        if name not in flows or flows[name].version != version:
            raise FlowVersionMismatch(f"the session is on {version} of its sub-flow {name}")
