"""What a flow is about, for those who speak with people instead of it: the theme its first queue asks for."""

from callsvc.core.db import Tx
from callsvc.flows.service import definition_of, newest_flows
from ivr_flows.steps.queue import Queue

GENERAL = "general"


def theme_of(tx: Tx, version: str) -> str:
    """The skill of its first ``queue`` step, sub-flows included; ``general`` when nobody is needed."""
    definition = definition_of(tx, version)
    for flow in (definition, *newest_flows(tx, definition).values()):
        for step in flow.steps.values():
            for action in step.actions:
                if isinstance(action, Queue):
                    return action.skill
    return GENERAL
