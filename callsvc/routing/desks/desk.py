"""What an agent's desk shows, and waiting until it changes."""

import time
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.back_office import skill_at, themes_of
from callsvc.agents.limits import limit_of, place_in_line, wish_of
from callsvc.agents.queries import agent_by_id, version_of
from callsvc.agents.rules import LIMITED
from callsvc.calls.tables import participant
from callsvc.core.db import Tx
from callsvc.directory.queries import rule_of
from callsvc.directory.rules import why_not
from callsvc.directory.tables import directory_target
from callsvc.platforms.tables import platform, region
from callsvc.routing.desks.work_shown import stage_of
from callsvc.routing.queries import reservation_of_agent
from callsvc.routing.queueing import any_agents_open
from callsvc.routing.tables import queue_entry
from callsvc.routing.talking.disposing import undoable
from callsvc.routing.talking.listening import supervisor_of
from callsvc.runtime import Runtime
from callsvc.softphone.service import driver

LONGEST_WAIT_S = 25.0
"""Real seconds a desk may wait in one request; proxies cut at 30."""

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 0.5

# Each waiter holds a thread of the web process, and the carrier's webhooks must never lack one.
_waiters = BoundedSemaphore(2)


def desk_state(rt: Runtime, agent_id: str) -> dict[str, Any]:
    """Everything on the desk, at one version. Instants are ISO 8601 UTC in lived time.

    ``offer``, ``call`` and ``wrap_up`` are None or what is going on: at most one of them is set. Raises
    ``agent-unknown``.
    """
    with rt.db.read() as tx:
        row = agent_by_id(tx, agent_id)
        held = reservation_of_agent(tx, agent_id)
        shown = _shown(tx, held) if held is not None else {}
        return {
            "agent_id": row.id,
            "client_name": row.client_name,
            "platform": row.platform_code,
            "region": row.region_code,
            "activity": row.activity,
            "state": row.state,
            "state_since": row.state_since.isoformat(),
            "now": tx.now.isoformat(),
            "version": row.fence,
            "offer": None,
            "call": None,
            "wrap_up": None,
            "work": None,
            "undo": _undo(tx, agent_id),
            "wish": _wish(tx, agent_id),
            "over_at": _over_at(tx, row),
            "line": driver(tx, agent_id),
        } | shown


def _undo(tx: Tx, agent_id: str) -> dict[str, Any] | None:
    """The last disposition, while it may be taken back."""
    row = undoable(tx, agent_id)
    if row is None or row.undo_until <= tx.now:
        return None
    return {"disposition": row.chosen, "until": row.undo_until.isoformat()}


def _wish(tx: Tx, agent_id: str) -> dict[str, Any] | None:
    """What the agent stands in line for."""
    row = wish_of(tx, agent_id)
    if row is None:
        return None
    return {"activity": row.activity, "asked_at": row.asked_at.isoformat(), "place": place_in_line(tx, row)}


def _over_at(tx: Tx, row: Row[Any]) -> str | None:
    """When what the agent does now has lasted as long as it may."""
    limit = limit_of(tx, row.region_code, row.activity) if row.activity in LIMITED else None
    if limit is None or limit.longest_min is None:
        return None
    return str((row.activity_since + timedelta(minutes=limit.longest_min)).isoformat())


def wait_for_change(rt: Runtime, agent_id: str, after: int, wait_s: float) -> dict[str, Any]:
    """The state as soon as its version differs from ``after``, at the latest after ``wait_s`` real seconds.

    For a program that cannot listen to the stream process: it looks at the agent's row, ever less often, at
    last twice a second. Only two may wait in a process; a third is answered at once.
    """
    if _waiters.acquire(blocking=False):
        try:
            _wait(rt, agent_id, after, time.monotonic() + min(wait_s, LONGEST_WAIT_S))
        finally:
            _waiters.release()
    return desk_state(rt, agent_id)


def _wait(rt: Runtime, agent_id: str, after: int, until: float) -> None:
    pause_s = _FIRST_PAUSE_S
    while time.monotonic() < until:
        with rt.db.read() as tx:
            if version_of(tx, agent_id) != after:
                return
        time.sleep(min(pause_s, max(0.0, until - time.monotonic())))
        pause_s = min(_LONGEST_PAUSE_S, pause_s * 1.5)


def _shown(tx: Tx, held: Row[Any]) -> dict[str, Any]:
    entry = tx.first(
        sa.select(queue_entry, platform.c.name.label("platform_name"), region.c.name.label("region_name"))
        .join(platform, platform.c.code == queue_entry.c.platform_code)
        .join(region, region.c.code == queue_entry.c.region_code)
        .where(queue_entry.c.id == held.entry_id)
    )
    if entry is None:
        return {}
    common = {
        "reservation_id": held.id,
        "entry_id": entry.id,
        "call_id": entry.call_id,
        "kind": entry.kind,
        "region": entry.region_code,
        "region_name": entry.region_name,
        "platform": entry.platform_code,
        "platform_name": entry.platform_name,
        "skill": entry.skill,
        "language": entry.language,
        "aid": held.agent_region != entry.region_code,
    }
    deadline = held.deadline_at.isoformat()
    if held.state == "pending":
        waited_s = round((tx.now - entry.entered_at).total_seconds(), 1)
        rings = held.agent_leg_id is not None
        return {"offer": common | {"waited_s": waited_s, "deadline": deadline, "rings": rings}}
    if stage := stage_of(entry, held):
        return {"work": common | {"stage": stage, "deadline": deadline}}
    common["callback_at"] = held.callback_at.isoformat() if held.callback_at else None
    if held.talk_ended_at is not None:
        talk_s = round((held.talk_ended_at - held.bridged_at).total_seconds(), 1)
        more = held.extended_at is None
        return {"wrap_up": common | {"talk_s": talk_s, "deadline": deadline, "extendable": more}}
    since = held.bridged_at.isoformat() if held.bridged_at else None
    return {"call": common | {"connected": since is not None, "since": since} | _handling(tx, entry, held)}


def _handling(tx: Tx, entry: Row[Any], held: Row[Any]) -> dict[str, Any]:
    """On hold, muted, and whether somebody was asked in: none, ringing or there."""
    rows = {
        row.leg_id: row
        for row in tx.all(sa.select(participant).where(participant.c.conference_id == held.conference_id))
    }
    contact, agent, asked = (rows.get(id) for id in (entry.leg_id, held.agent_leg_id, held.consult_leg_id))
    there = asked is not None and asked.joined_at is not None
    return {
        "held": contact is not None and contact.held_at is not None,
        "muted": agent is not None and agent.muted_at is not None,
        "consult": "none" if held.consult_leg_id is None else "there" if there else "ringing",
        "supervised": _supervised(tx, held),
    }


def _supervised(tx: Tx, held: Row[Any]) -> str:
    """How a supervisor is in the conversation, where agents are told; empty for nobody."""
    mine = supervisor_of(tx, held.id)
    return str(mine.mode) if mine is not None and mine.told and mine.joined_at is not None else ""


def desk_targets(tx: Tx, agent_id: str) -> list[dict[str, str]]:
    """Whom the call at this desk may be handed on to now, by title; nobody without a call."""
    held = reservation_of_agent(tx, agent_id)
    entry = tx.first(sa.select(queue_entry).where(queue_entry.c.id == held.entry_id)) if held else None
    if entry is None:
        return []
    found = []
    for row in tx.all(sa.select(directory_target).order_by(directory_target.c.title)):
        if not why_not(rule_of(row), used_by="agents", region=entry.region_code, now=tx.now):
            kind = "number" if row.number_id else "queue"
            found.append({"name": row.name, "title": row.title, "kind": kind})
    return found + [
        {"name": skill, "title": theme, "kind": "queue"}
        for theme, skill in ((theme, skill_at(theme, 2)) for theme in themes_of(tx))
        if any_agents_open(tx, entry.platform_code, skill, entry.language)
    ]
