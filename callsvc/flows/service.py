"""Flow versions are published once and never change; sessions run pinned to the version they began with."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

import ivr_flows
from callsvc.core.db import Tx
from callsvc.flows.moments import without_moments
from callsvc.flows.paths import kept
from callsvc.flows.publishing import publish
from callsvc.flows.tables import flow_session
from callsvc.flows.versions import (
    definition_of,
    facts_read,
    newest_flows,
    newest_source,
    newest_version,
)

__all__ = [
    "begin_session",
    "count_turn",
    "definition_of",
    "facts_read",
    "newest_flows",
    "newest_source",
    "newest_version",
    "pinned_flows",
    "publish",
    "resume_session",
    "session_of",
    "session_state",
    "session_waits_for",
]

_LONGEST_SESSION = timedelta(hours=4)  # lived; the carrier's own limit for a call


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


def resume_session(
    tx: Tx,
    row: Row[Any],
    given: ivr_flows.Input,
    full: Callable[[ivr_flows.Turn], Collection[str]] | None = None,
) -> ivr_flows.Turn:
    """Take the next turn of a running session; ``row`` must be locked.

    ``full`` says which of the moments that a turn would book are gone: then the turn is taken again with
    these over, so that the flow hears what it would have heard a minute later (``on_taken``).
    """
    definition = definition_of(tx, row.version)
    state = session_state(tx, row)
    flows = pinned_flows(tx, state)
    turn = ivr_flows.resume(definition, state, given, now=tx.now, flows=flows)
    gone = full(turn) if full is not None and turn.effects else ()
    if gone:
        state = without_moments(state, gone)
        turn = ivr_flows.resume(definition, state, given, now=tx.now, flows=flows)
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
