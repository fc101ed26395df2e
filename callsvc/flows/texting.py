"""Which flows can be held by SMS."""

from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.flows.service import definition_of


def refuse_unfit_for_sms(tx: Tx, version: str) -> None:
    """``flow-not-by-sms`` for a flow that does not speak SMS."""
    definition = definition_of(tx, version)
    if "sms" not in definition.channels:
        raise Invalid("flow-not-by-sms", f"The flow {definition.id!r} has no SMS: add sms to its channels.")
