"""What is wrong with a flow's text, for somebody who is writing it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import ivr_flows
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.flows.service import newest_flows, unmet_needs

LONGEST = 200_000  # characters of a flow's text; the longest of the library has a tenth


@dataclass(frozen=True)
class Examined:
    """``definition`` is None when the text cannot be read as a flow; findings are in the order of lines."""

    definition: ivr_flows.Definition | None
    findings: tuple[ivr_flows.Finding, ...]

    @property
    def errors(self) -> tuple[ivr_flows.Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[ivr_flows.Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "warning")


@lru_cache(maxsize=64)
def examine(source: str) -> Examined:
    """Load and lint. Any text will do: what cannot be read is a finding."""
    try:
        definition = ivr_flows.load(source)
    except ivr_flows.FlowInvalid as error:
        return Examined(None, tuple(error.findings))
    findings = sorted(ivr_flows.lint(definition), key=lambda finding: (finding.line, finding.id))
    return Examined(definition, tuple(findings))


def examine_as(tx: Tx, flow_id: str, source: str) -> Examined:
    """The same for the text of this flow: it bears its name, and asks for nothing that is not here."""
    examined = examine(source)
    definition = examined.definition
    if definition is None:
        return examined
    linted = examined.findings
    if definition.subflows:  # who confirms their identity in a sub-flow has done so here
        linted = tuple(ivr_flows.lint(definition, newest_flows(tx, definition)))
    found = (*_misnamed(flow_id, definition), *unmet_needs(tx, definition), *linted)
    return Examined(definition, tuple(sorted(found, key=lambda finding: (finding.line, finding.id))))


def _misnamed(flow_id: str, definition: ivr_flows.Definition) -> Iterator[ivr_flows.Finding]:
    if definition.id == flow_id:
        return
    yield ivr_flows.Finding(
        "flow-name-differs",
        "error",
        definition.line("id"),
        "id",
        f"this is the draft of {flow_id}, but the text calls itself {definition.id}",
        f"write id: {flow_id}",
    )


def ticket(finding: ivr_flows.Finding) -> str:
    """What a person ticks to say that they saw this warning; lines may move, its place does not."""
    return f"{finding.id}@{finding.place}"


def unseen(examined: Examined, ticked: Iterable[str]) -> tuple[ivr_flows.Finding, ...]:
    """The warnings that nobody has ticked."""
    seen = set(ticked)
    return tuple(finding for finding in examined.warnings if ticket(finding) not in seen)


def bounded(source: str) -> str:
    """The text with one kind of line end; raises ``flow-too-long`` beyond what a flow can be."""
    if len(source) > LONGEST:
        raise Invalid("flow-too-long", f"A flow has at most {LONGEST:,} characters.", longest=LONGEST)
    return source.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
