"""Which flows can be held by SMS."""

from collections.abc import Iterator

from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.flows.service import definition_of, newest_flows
from ivr_flows import BookCallback, Definition
from ivr_flows.steps.callback import BookNow, OfferTimes
from ivr_flows.steps.slots import ChooseSlot


def refuse_unfit_for_sms(tx: Tx, version: str) -> None:
    """``flow-not-by-sms`` for a flow that does not speak SMS, or that promises calls.

    A callback is noted with the call in which it was asked for, and by SMS there is none.
    """
    definition = definition_of(tx, version)
    if "sms" not in definition.channels:
        raise Invalid("flow-not-by-sms", f"The flow {definition.id!r} has no SMS: add sms to its channels.")
    for flow in (definition, *newest_flows(tx, definition).values()):
        for step in _promising(flow):
            raise Invalid(
                "flow-not-by-sms",
                f"Step {step!r} of {flow.id!r} promises a call, which no SMS campaign keeps yet: remove it.",
                step=step,
            )


def _promising(flow: Definition) -> Iterator[str]:
    for name, step in flow.steps.items():
        for action in step.actions:
            chosen = isinstance(action, ChooseSlot) and isinstance(action.chosen(""), BookCallback)
            if chosen or isinstance(action, BookNow | OfferTimes):
                yield name
