"""Whether a flow may need a person: a step of it, or of its sub-flows, waits in a queue."""

from callsvc.core.db import Tx
from callsvc.flows.service import definition_of, newest_flows
from ivr_flows.steps.queue import Queue


def queue_steps(tx: Tx, version: str) -> tuple[str, ...]:
    """The steps that wait for an agent as ``flow.step``, sub-flows included; empty when nobody is needed."""
    definition = definition_of(tx, version)
    flows = [definition, *newest_flows(tx, definition).values()]
    return tuple(
        f"{flow.id}.{name}"
        for flow in flows
        for name, step in flow.steps.items()
        if any(isinstance(action, Queue) for action in step.actions)
    )
