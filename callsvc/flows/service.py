"""Flow versions are published once and never change; sessions run pinned to the version they began with."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

import ivr_flows
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid, NotFound
from callsvc.directory.queries import names_for
from callsvc.flows.hosts import hosts_of
from callsvc.flows.paths import kept
from callsvc.flows.tables import flow_publication, flow_session, flow_version

_LONGEST_SESSION = timedelta(hours=4)  # lived; the carrier's own limit for a call


def publish(tx: Tx, source: str, by: str, why: str = "") -> str:
    """Publish a flow's text; its version is the hash of its content. Refuses what lint calls an error.

    Each time leaves a row in the history, with ``why`` in the words of whoever did it.
    """
    try:
        definition = ivr_flows.load(source)
    except ivr_flows.FlowInvalid as error:
        raise _refused(list(error.findings)) from None
    found = ivr_flows.lint(definition, newest_flows(tx, definition))
    errors = [finding for finding in found if finding.severity == "error"]
    errors += unmet_needs(tx, definition)
    if errors:
        raise _refused(errors)
    previous = _newest(tx, definition.id)
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


def unmet_needs(tx: Tx, definition: ivr_flows.Definition) -> list[ivr_flows.Finding]:
    """What the flow asks for that this service has not: each forbids publishing."""
    return ivr_flows.check_outside(
        definition,
        flows=newest_flows(tx, definition),
        directory=names_for(tx, "flows"),
        hosts=hosts_of(tx.settings),
    )


def newest_flows(tx: Tx, definition: ivr_flows.Definition) -> dict[str, ivr_flows.Definition]:
    """The sub-flows of a flow and theirs, by id, as published now; what is not published is left out."""
    found: dict[str, ivr_flows.Definition] = {}
    waiting = list(definition.subflows)
    while waiting:
        name = waiting.pop()
        version = None if name in found else _newest(tx, name)
        if version is not None:
            found[name] = definition_of(tx, version)
            waiting += found[name].subflows
    return found


def facts_read(tx: Tx, version: str) -> frozenset[str]:
    """The names of the facts that a session of this version may read, sub-flows included."""
    definition = definition_of(tx, version)
    return definition.reads.union(*(flow.reads for flow in newest_flows(tx, definition).values()))


def _refused(findings: list[ivr_flows.Finding]) -> Invalid:
    said = "; ".join(f"line {finding.line}: {finding.message} ({finding.id})" for finding in findings)
    return Invalid(
        "flow-invalid",
        f"Correct the flow before publishing it: {said}",
        findings=[finding.id for finding in findings],
    )


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
    version = _newest(tx, flow_id)
    if version is None:
        raise NotFound("flow-unknown", f"No published flow is called {flow_id!r}.")
    return version


def newest_source(tx: Tx, flow_id: str) -> str:
    """The text of the newest version; raises ``flow-unknown``."""
    version = newest_version(tx, flow_id)
    return str(tx.scalar(sa.select(flow_version.c.source).where(flow_version.c.version == version)))


def _newest(tx: Tx, flow_id: str) -> str | None:
    version: str | None = tx.scalar(
        sa.select(flow_version.c.version)
        .where(flow_version.c.flow_id == flow_id)
        .order_by(flow_version.c.published_at.desc())
        .limit(1)
    )
    return version


_SESSION = (
    sa.select(flow_session)
    .where(flow_session.c.subject_id == sa.bindparam("subject"))
    .with_for_update(key_share=True)
)


def session_of(tx: Tx, subject_id: str) -> Row[Any] | None:
    """The session of a leg, locked."""
    return tx.first(_SESSION, subject=subject_id)


def begin_session(
    tx: Tx,
    *,
    version: str,
    channel: Any,
    subject_id: str,
    facts: Mapping[str, Any],
    language: str | None,
    answered_by: str | None,
) -> tuple[str, ivr_flows.Turn]:
    """Start a session and take its first turn."""
    definition = definition_of(tx, version)
    turn = ivr_flows.begin(
        definition,
        facts,
        channel=channel,
        language=language,
        answered_by=answered_by,
        now=tx.now,
        flows=newest_flows(tx, definition),
    )
    session_id = tx.new_id("ses")
    tx.insert(
        flow_session,
        id=session_id,
        version=version,
        channel=channel,
        subject_id=subject_id,
        turn=1,
        state=tx.keyring.encrypt_json(kept(turn, {}, tx.now), f"flow_session:{session_id}"),
        started_at=tx.now,
        deadline_at=tx.now + _LONGEST_SESSION,
        **_ending(tx, turn),
    )
    return session_id, turn


def resume_session(tx: Tx, row: Row[Any], given: ivr_flows.Input) -> ivr_flows.Turn:
    """Take the next turn of a running session; ``row`` must be locked."""
    definition = definition_of(tx, row.version)
    state = session_state(tx, row)
    turn = ivr_flows.resume(definition, state, given, now=tx.now, flows=pinned_flows(tx, state))
    tx.update_row(
        flow_session,
        row.id,
        turn=row.turn + 1,
        state=tx.keyring.encrypt_json(kept(turn, state, tx.now), f"flow_session:{row.id}"),
        **_ending(tx, turn),
    )
    return turn


def session_waits_for(tx: Tx, row: Row[Any]) -> ivr_flows.Wait | None:
    """What a session waits for now, without moving it; None if it has ended."""
    definition = definition_of(tx, row.version)
    state = session_state(tx, row)
    return ivr_flows.waiting_for(definition, state, flows=pinned_flows(tx, state))


def session_state(tx: Tx, row: Row[Any]) -> dict[str, Any]:
    """The state of a session, decrypted."""
    state: dict[str, Any] = tx.keyring.decrypt_json(row.state, f"flow_session:{row.id}")
    return state


def pinned_flows(tx: Tx, state: Mapping[str, Any]) -> dict[str, ivr_flows.Definition]:
    """The sub-flows in the versions that the session began with."""
    return {name: definition_of(tx, version) for name, version in ivr_flows.pins(state).items()}


def count_turn(tx: Tx, row: Row[Any]) -> None:
    """A waiting round is a turn of its own, though nothing was said to the flow."""
    tx.update_row(flow_session, row.id, turn=row.turn + 1)


def _ending(tx: Tx, turn: ivr_flows.Turn) -> dict[str, Any]:
    if turn.outcome is None:
        return {"status": "running"}
    return {"status": "ended", "outcome": turn.outcome, "ended_at": tx.now}
