"""Recording a voice: record-without-consent."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.saying import say
from ivr_flows.steps.record import Record


def record_without_consent(definition: Definition) -> Iterator[Finding]:
    """Nobody is recorded without being told before."""
    for name, step in definition.steps.items():
        for action in step.actions:
            if isinstance(action, Record) and action.consent is None:
                yield report(
                    definition,
                    "record-without-consent",
                    ("steps", name, "record"),
                    say("{name!r} records without saying so", name=name),
                    say("add consent: and a prompt that tells of the recording"),
                )
