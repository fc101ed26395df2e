"""What is wrong with a flow's text, for somebody who is writing it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import ivr_flows
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.flows.surroundings import findings_here

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
    """Read only. Any text will do: what cannot be read is a finding."""
    try:
        return Examined(ivr_flows.load(source), ())
    except ivr_flows.FlowInvalid as error:
        return Examined(None, tuple(error.findings))


def examine_as(tx: Tx, flow_id: str, source: str, senders: Iterable[str] = ()) -> Examined:
    """Read and lint the text of a flow as it would be published: it bears its name, asks for what is here.

    ``senders`` are those of the campaigns that hold it by SMS.
    """
    definition = examine(source).definition
    if definition is None:
        return examine(source)
    found = (*_misnamed(flow_id, definition), *findings_here(tx, definition, senders))
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
