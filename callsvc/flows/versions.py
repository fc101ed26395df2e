"""Reading published versions: a version never changes, so that what was read once is kept."""

import sqlalchemy as sa

import ivr_flows
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.flows.tables import flow_version

# By version: it is the hash of the text, so what was read once is never another.
_read: dict[str, ivr_flows.Definition] = {}


def definition_of(tx: Tx, version: str) -> ivr_flows.Definition:
    if version not in _read:
        source = tx.scalar(sa.select(flow_version.c.source).where(flow_version.c.version == version))
        if source is None:
            raise NotFound("flow-version-unknown", "No published flow has this version.")
        _read[version] = ivr_flows.load(source)
    return _read[version]


def newest_version(tx: Tx, flow_id: str) -> str:
    version = newest_if_any(tx, flow_id)
    if version is None:
        raise NotFound("flow-unknown", f"No published flow is called {flow_id!r}.")
    return version


def newest_source(tx: Tx, flow_id: str) -> str:
    """The text of the newest version; raises ``flow-unknown``."""
    version = newest_version(tx, flow_id)
    return str(tx.scalar(sa.select(flow_version.c.source).where(flow_version.c.version == version)))


def newest_if_any(tx: Tx, flow_id: str) -> str | None:
    version: str | None = tx.scalar(
        sa.select(flow_version.c.version)
        .where(flow_version.c.flow_id == flow_id)
        .order_by(flow_version.c.published_at.desc())
        .limit(1)
    )
    return version


def newest_flows(tx: Tx, definition: ivr_flows.Definition) -> dict[str, ivr_flows.Definition]:
    """The sub-flows of a flow and theirs, by id, as published now; what is not published is left out."""
    found: dict[str, ivr_flows.Definition] = {}
    waiting = list(definition.subflows)
    while waiting:
        name = waiting.pop()
        version = None if name in found else newest_if_any(tx, name)
        if version is not None:
            found[name] = definition_of(tx, version)
            waiting += found[name].subflows
    return found


def facts_read(tx: Tx, version: str) -> frozenset[str]:
    """The names of the facts that a session of this version may read, sub-flows included."""
    definition = definition_of(tx, version)
    return definition.reads.union(*(flow.reads for flow in newest_flows(tx, definition).values()))
