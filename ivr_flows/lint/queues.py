"""Waiting for an agent: queue-without-on-closed."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.saying import say
from ivr_flows.steps.queue import Queue


def queue_without_on_closed(definition: Definition) -> Iterator[Finding]:
    """Outside opening hours a queue must lead somewhere, or the person is hung up on."""
    for name, step in definition.steps.items():
        for action in step.actions:
            if isinstance(action, Queue) and not any(out.name == "on_closed" for out in action.outs):
                yield report(
                    definition,
                    "queue-without-on-closed",
                    ("steps", name, "queue"),
                    say("{name!r} does not say where to go when nobody is there", name=name),
                    say("add on_closed: and a step, for example a callback"),
                )
