"""Whether a flow expects people to answer: a step of it, or of its sub-flows, asks for keys or words."""

from callsvc.core.db import Tx
from callsvc.flows.service import definition_of, newest_flows
from ivr_flows.steps.collect import Collect
from ivr_flows.steps.menu import Menu
from ivr_flows.steps.record import Record

_ASK = (Menu, Collect, Record)


def expects_answers(tx: Tx, version: str) -> bool:
    """True if somebody who could not answer would be left with a question."""
    definition = definition_of(tx, version)
    flows = [definition, *newest_flows(tx, definition).values()]
    return any(
        isinstance(action, _ASK) for flow in flows for step in flow.steps.values() for action in step.actions
    )
