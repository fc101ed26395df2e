"""Changing agents: one row each, by compare-and-set. Who is offered what is routing's business.

Every change raises ``fence`` by one and tells those who watch, so that a desk that waits for news sees it.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import FREE, agent_by_id, agent_of_account, client_name_of
from callsvc.agents.rules import activity_after_miss, check_activity
from callsvc.agents.tables import agent, agent_activity, agent_skill
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.core.written import Written
from callsvc.platforms.queries import platform_by_code

__all__ = [
    "add_agent",
    "agent_by_id",
    "agent_of_account",
    "client_name_of",
    "declare_activity",
    "finish_wrap_up",
    "free_stuck_agent",
    "hold_agent",
    "release_agent",
    "reserve_agent",
    "resume_wrap_up",
    "start_call",
    "start_wrap_up",
    "touch_agent",
]


def add_agent(
    tx: Tx,
    *,
    client_name: str,
    platform_code: str,
    name: str,
    languages: Sequence[str],
    skills: Sequence[str],
    account_id: str | None = None,
) -> str:
    """A new agent, offline until they say otherwise; returns the id.

    ``client_name`` is the softphone's name at the carrier (``agent-01``), unique. Raises
    ``platform-unknown``, ``agent-without-skill``, ``agent-exists``.
    """
    if not languages or not skills:
        raise Invalid("agent-without-skill", "An agent needs at least one language and one skill.")
    agent_id = tx.new_id("agt")
    new = tx.insert_once(
        agent,
        id=agent_id,
        account_id=account_id,
        client_name=client_name,
        platform_code=platform_code,
        region_code=platform_by_code(tx, platform_code).region_code,
        name=name,
        languages=" ".join(languages),
        activity="offline",
        activity_since=tx.now,
        state="idle",
        state_since=tx.now,
        fence=0,
        missed_offers=0,
    )
    if not new:
        raise Conflict("agent-exists", "An agent with this softphone name or account exists already.")
    for skill in dict.fromkeys(skills):
        tx.insert(agent_skill, agent_id=agent_id, skill=skill, level=1)
    return agent_id


def _change(tx: Tx, where: sa.ColumnElement[bool], *, reason: str = "", by: str = "", **values: Any) -> bool:
    row = tx.first(
        agent.update()
        .where(where)
        .values(fence=agent.c.fence + 1, **values)
        .returning(agent.c.id, agent.c.region_code, agent.c.fence)
    )
    if row is None:
        return False
    if "activity" in values:
        note_activity(tx, row.id, row.region_code, values["activity"], reason=reason, by=by)
    _tell(tx, row)
    return True


def _tell(tx: Tx, row: Row[Any]) -> None:
    tx.changed("desk", subject=row.id, version=row.fence)
    tx.changed("agents", region=row.region_code)


def note_activity(
    tx: Tx, agent_id: str, region_code: str, activity: str, *, reason: str = "", by: str = ""
) -> None:
    """Keep what an agent does from now on, and why, for whoever asks later how many were on duty."""
    tx.insert(
        agent_activity,
        id=tx.new_id("act"),
        agent_id=agent_id,
        region_code=region_code,
        activity=activity,
        at=tx.now,
        reason=reason,
        by=by,
    )


def hold_agent(tx: Tx, agent_id: str) -> Row[Any]:
    """The agent's row, locked until the end of the transaction; ``agent-unknown`` if there is none."""
    row = tx.first(sa.select(agent).where(agent.c.id == agent_id).with_for_update(key_share=True))
    if row is None:
        raise NotFound("agent-unknown", "No agent has this id.")
    return row


def declare_activity(
    tx: Tx, agent_id: str, activity: str, by: str | None = None, *, reason: str = ""
) -> bool:
    """Write down what the agent says they do; True if that changed anything.

    ``by``: the account that says so for them; ``reason``: why the service does. Becoming available starts the
    idle time anew and forgives missed offers.
    """
    check_activity(activity)
    row = hold_agent(tx, agent_id)
    if row.left_at is not None and activity != "offline":
        raise Conflict("agent-left", "This agent does not work here any more; put them into the list again.")
    if row.activity == activity:
        return False
    values: dict[str, Any] = {"activity": activity, "activity_since": tx.now}
    if activity == "available":
        values["missed_offers"] = 0
        if row.state == "idle":
            values["state_since"] = tx.now
    why = reason or ("supervised" if by else "")
    return _change(tx, agent.c.id == agent_id, reason=why, by=by or "", **values)


def reserve_agent(tx: Tx, agent_id: str, reservation_id: str) -> bool:
    """Take the agent if they are still free; False if somebody was quicker or holds the row right now.

    The row is first taken without waiting (PostgreSQL: SKIP LOCKED): a transaction that makes several offers
    never waits for another, and so cannot deadlock with it.
    """
    row = _RESERVE.first(tx, wanted=agent_id, at=tx.now, reservation=reservation_id)
    if row is None:
        return False
    _tell(tx, row)
    return True


_HELD = (
    sa.select(agent.c.id)
    .where(agent.c.id == sa.bindparam("wanted"), FREE)
    .with_for_update(skip_locked=True, key_share=True)
)
_RESERVE = Written(
    agent.update()
    .where(agent.c.id == _HELD.scalar_subquery())
    .values(
        state="reserved",
        state_since=sa.bindparam("at", type_=agent.c.state_since.type),
        reservation_id=sa.bindparam("reservation"),
        fence=agent.c.fence + 1,
    )
    .returning(agent.c.id, agent.c.region_code, agent.c.fence)
)


def release_agent(tx: Tx, agent_id: str, reservation_id: str, *, missed: bool = False) -> None:
    """The reservation came to nothing: the agent is idle again.

    ``missed`` says that the offer timed out; so many in a row (a setting) set the agent on break.
    """
    row = hold_agent(tx, agent_id)
    if row.reservation_id != reservation_id:
        return
    missed_offers = row.missed_offers + 1 if missed else 0
    activity = activity_after_miss(row.activity, missed_offers, tx.settings.callsvc_missed_offers)
    values: dict[str, Any] = {"missed_offers": missed_offers}
    if activity != row.activity:
        values |= {"activity": activity, "activity_since": tx.now, "reason": "missed-offers"}
    _change(tx, agent.c.id == agent_id, state="idle", state_since=tx.now, reservation_id=None, **values)


def start_call(tx: Tx, agent_id: str, reservation_id: str, *, aid: bool) -> None:
    """The agent took the offer. ``aid`` notes the time, so that those who aided longest ago aid next."""
    values: dict[str, Any] = {"last_aid_at": tx.now} if aid else {}
    _change(
        tx, _holds(agent_id, reservation_id), state="on-call", state_since=tx.now, missed_offers=0, **values
    )


def start_wrap_up(tx: Tx, agent_id: str, reservation_id: str, *, vanished: bool = False) -> None:
    """The conversation is over; ``vanished`` sets the agent on break, for their softphone is gone."""
    values: dict[str, Any] = {}
    if vanished:
        values = {"activity": "break", "activity_since": tx.now, "reason": "softphone-gone"}
    _change(tx, _holds(agent_id, reservation_id), state="wrap-up", state_since=tx.now, **values)


def finish_wrap_up(tx: Tx, agent_id: str, reservation_id: str) -> None:
    _change(tx, _holds(agent_id, reservation_id), state="idle", state_since=tx.now, reservation_id=None)


def resume_wrap_up(tx: Tx, agent_id: str, reservation_id: str) -> bool:
    """Back into the wrap-up that ended too soon; False if the agent is not idle any more."""
    idle = (agent.c.id == agent_id) & (agent.c.state == "idle")
    return _change(tx, idle, state="wrap-up", state_since=tx.now, reservation_id=reservation_id)


def free_stuck_agent(tx: Tx, agent_id: str) -> None:
    """Idle again, whatever the row says holds them; only for the repair, under the row's lock."""
    _change(tx, agent.c.id == agent_id, state="idle", state_since=tx.now, reservation_id=None)


def touch_agent(tx: Tx, agent_id: str) -> None:
    """Something the desk shows changed beside the agent's own row."""
    _change(tx, agent.c.id == agent_id)


def _holds(agent_id: str, reservation_id: str) -> sa.ColumnElement[bool]:
    return (agent.c.id == agent_id) & (agent.c.reservation_id == reservation_id)
