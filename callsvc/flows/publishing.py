"""Publishing: a text becomes the newest version of its flow, unless lint finds an error here."""

from collections.abc import Iterable

import ivr_flows
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.flows.examining import examine
from callsvc.flows.surroundings import errors_of, findings_here
from callsvc.flows.tables import flow_publication, flow_version
from callsvc.flows.versions import newest_if_any


def publish(tx: Tx, source: str, by: str, why: str = "", senders: Iterable[str] = ()) -> str:
    """Publish a flow's text; its version is the hash of its content. Refuses what lint calls an error.

    Each time leaves a row in the history, with ``why`` in the words of whoever did it. ``senders`` are those
    of the campaigns that hold this flow by SMS.
    """
    read = examine(source)  # as its editor read it a moment ago
    if read.definition is None:
        raise _refused(list(read.findings))
    definition = read.definition
    errors = errors_of(findings_here(tx, definition, senders))
    if errors:
        raise _refused(errors)
    previous = newest_if_any(tx, definition.id)
    new = tx.insert_once(
        flow_version,
        version=definition.version,
        flow_id=definition.id,
        source=source,
        published_at=tx.now,
        published_by=by,
    )
    if not new:
        # Going back to an earlier text is publishing it again: it is the newest from now on.
        mine = flow_version.c.version == definition.version
        tx.update(flow_version, mine, published_at=tx.now, published_by=by)
    tx.insert(
        flow_publication,
        id=tx.new_id("pub"),
        flow_id=definition.id,
        version=definition.version,
        previous=previous or "",
        at=tx.now,
        by=by,
        why=why,
    )
    return definition.version


def _refused(findings: list[ivr_flows.Finding]) -> Invalid:
    said = "; ".join(f"line {finding.line}: {finding.message} ({finding.id})" for finding in findings)
    return Invalid(
        "flow-invalid",
        f"Correct the flow before publishing it: {said}",
        findings=[finding.id for finding in findings],
    )
