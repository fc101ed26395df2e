"""Whether a flow may need a person: a step of it, or of its sub-flows, waits in a queue."""

from callsvc.core.db import Tx
from callsvc.flows.service import definition_of, newest_flows
from ivr_flows.steps.queue import Queue
from ivr_flows.steps.transfer import Transfer


def queue_steps(tx: Tx, version: str) -> tuple[str, ...]:
    """The steps that wait for an agent as ``flow.step``, sub-flows included; empty when nobody is needed."""
    return _steps_with(tx, version, Queue)


def meets_people(tx: Tx, version: str) -> bool:
    """Whoever is called by this flow may come to talk with somebody: an agent, or whom it transfers to."""
    return bool(_steps_with(tx, version, Queue, Transfer))


def _steps_with(tx: Tx, version: str, *actions: type) -> tuple[str, ...]:
    definition = definition_of(tx, version)
    flows = [definition, *newest_flows(tx, definition).values()]
    return tuple(
        f"{flow.id}.{name}"
        for flow in flows
        for name, step in flow.steps.items()
        if any(isinstance(action, actions) for action in step.actions)
    )
