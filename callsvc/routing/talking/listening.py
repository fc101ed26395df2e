"""A supervisor in an agent's conversation: listens, whispers to the agent, speaks to all, leaves.

Their own telephone rings as an agent's does and enters the conference muted; how they are heard is changed
afterwards, one wish at a time. They leave with the conversation at the latest: a supervisor is never left in
a conference with somebody whom no agent speaks to.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.agents.queries import agent_by_id, agent_of_account
from callsvc.agents.service import touch_agent
from callsvc.calls import service as calls
from callsvc.calls.events import ParticipantJoined
from callsvc.calls.tables import leg
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.routing.queries import hold_reservation, reservation_of_agent
from callsvc.routing.rules import SUPERVISION_MODES
from callsvc.routing.tables import listening_terms, reservation, supervision
from callsvc.runtime import Runtime

_OPEN = supervision.c.ended_at.is_(None)
_ONE = 1  # the terms are one row


def listen(rt: Runtime, principal: Principal, agent_id: str, mode: str = "listen") -> str:
    """Ring the supervisor's telephone and let them into this agent's conversation; the supervision's id.

    Twice is once: who is in that conversation already changes how they are heard. On record with its mode.
    Raises ``mode-unknown``, ``agent-unknown``, ``no-call``, ``no-telephone``, ``telephone-busy``,
    ``still-ready``, ``listened-already``, ``hand-over-cannot``.
    """
    _check_mode(mode)
    with rt.db.begin() as tx:
        row = agent_by_id(tx, agent_id)
        if not principal.may_see(row.region_code, row.platform_code):
            raise NotFound("agent-unknown", "No agent has this id.")
        entry, held = _talking(tx, agent_id)
        mine = _of_account(tx, principal.account_id)
        if mine is not None and mine.reservation_id == held.id:
            _be_heard(tx, principal, entry, held, mine, mode)
            return str(mine.id)
        own = _telephone(tx, principal, mine)
        leg_id = calls.place_supervisor_leg(
            tx, call_id=entry.call_id, agent_id=own, conference_id=held.conference_id
        )
        supervision_id = tx.new_id("sup")
        new = tx.insert_once(
            supervision,
            id=supervision_id,
            reservation_id=held.id,
            account_id=principal.account_id,
            agent_id=own,
            leg_id=leg_id,
            mode=mode,
            told=agents_told(tx),
            begun_at=tx.now,
        )
        if not new:
            raise Conflict("listened-already", "Another supervisor is in this conversation.")
        _note(tx, principal, "call-listened", entry, held, mode)
        touch_agent(tx, agent_id)
        return supervision_id


def change_mode(rt: Runtime, principal: Principal, mode: str) -> None:
    """Be heard by nobody, by the agent alone, or by all. Raises ``mode-unknown``, ``not-listening``."""
    _check_mode(mode)
    with rt.db.begin() as tx:
        entry, held, mine = _hold_mine(tx, principal)
        _be_heard(tx, principal, entry, held, mine, mode)


def leave(rt: Runtime, principal: Principal) -> None:
    """Hang up the supervisor's own leg; the conversation goes on. Raises ``not-listening``."""
    with rt.db.begin() as tx:
        entry, held, mine = _hold_mine(tx, principal)
        calls.end_leg(tx, mine.leg_id)
        _close(tx, mine, held)
        _note(tx, principal, "call-left", entry, held, mine.mode)


def supervisor_joined(tx: Tx, event: ParticipantJoined) -> None:
    """The supervisor's leg is in: from now on they are heard as they wished while it rang."""
    held = _held_by_leg(tx, event.leg_id)
    if held is None:
        return
    mine, row = held
    if mine.ended_at is not None or row.talk_ended_at is not None:
        calls.end_leg(tx, event.leg_id)
        return
    tx.update(supervision, supervision.c.id == mine.id, joined_at=event.at)
    if mine.mode != "listen":
        calls.be_heard(tx, mine.leg_id, row.conference_id, mine.mode, by=row.agent_leg_id)
    touch_agent(tx, row.agent_id)


def supervisor_gone(tx: Tx, leg_id: str) -> None:
    """The supervisor's leg is over, or never was. Idempotent."""
    held = _held_by_leg(tx, leg_id)
    if held is not None and held[0].ended_at is None:
        _close(tx, *held)


def end_supervision(tx: Tx, row: Row[Any]) -> None:
    """The conversation of this held reservation is over: so is listening to it."""
    mine = tx.first(sa.select(supervision).where(supervision.c.reservation_id == row.id, _OPEN))
    if mine is not None:
        calls.end_leg(tx, mine.leg_id)
        _close(tx, mine, row)


def supervisor_of(tx: Tx, reservation_id: str) -> Row[Any] | None:
    """Who is in this conversation now, or is about to be: ``mode``, ``told``, ``joined_at``."""
    return tx.first(sa.select(supervision).where(supervision.c.reservation_id == reservation_id, _OPEN))


def listening_of(tx: Tx, account_id: str) -> Row[Any] | None:
    """Whom this account listens to now: the supervision's columns and ``heard_agent_id``; None for nobody."""
    return tx.first(
        sa.select(supervision, reservation.c.agent_id.label("heard_agent_id"))
        .join(reservation, reservation.c.id == supervision.c.reservation_id)
        .where(supervision.c.account_id == account_id, _OPEN)
    )


def agents_told(tx: Tx) -> bool:
    """Whether agents see on their desk that a supervisor is in. They do, unless the administrator said no."""
    told = tx.scalar(sa.select(listening_terms.c.agents_told).where(listening_terms.c.id == _ONE))
    return True if told is None else bool(told)


def declare_listening(tx: Tx, principal: Principal, *, told: bool, reason: str) -> None:
    """Agents are told, or not, from the next listening on; not telling them needs a reason, kept on record.

    Raises ``listening-reason-missing``.
    """
    if not told and not reason.strip():
        raise Invalid("listening-reason-missing", "Say why agents are not told; it is kept on record.")
    values = {
        "agents_told": told,
        "reason": reason.strip()[:500],
        "changed_at": tx.now,
        "changed_by": principal.account_id,
    }
    if not tx.insert_once(listening_terms, id=_ONE, **values):
        tx.update(listening_terms, listening_terms.c.id == _ONE, **values)
    record_access(
        tx, principal, "listening-declared", "listening", {"agents_told": told, "reason": reason[:500]}
    )


def _check_mode(mode: str) -> None:
    if mode not in SUPERVISION_MODES:
        raise Invalid("mode-unknown", f"Choose one of: {', '.join(SUPERVISION_MODES)}.", mode=mode[:20])


def _talking(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]]:
    found = reservation_of_agent(tx, agent_id)
    held = hold_reservation(tx, found.id) if found else None
    if held is None or held[1].state != "accepted" or held[1].bridged_at is None or held[1].talk_ended_at:
        raise Conflict("no-call", "There is no conversation at this desk.")
    if held[1].conference_id is None:
        raise Conflict("hand-over-cannot", "This carrier connects two people and nobody besides.")
    return held


def _telephone(tx: Tx, principal: Principal, mine: Row[Any] | None) -> str:
    """The agent whose telephone is the supervisor's own, free to ring."""
    own = agent_of_account(tx, principal.account_id)
    if own is None:
        raise Conflict(
            "no-telephone",
            "You have no telephone here: ask to be put into the list of agents, by your e-mail.",
        )
    if mine is not None or reservation_of_agent(tx, own) is not None:
        raise Conflict("telephone-busy", "Your telephone is in use: leave the other conversation first.")
    if agent_by_id(tx, own).activity == "available":
        raise Conflict("still-ready", "You are ready for calls yourself: say first that you are not.")
    return own


def _of_account(tx: Tx, account_id: str) -> Row[Any] | None:
    return tx.first(sa.select(supervision).where(supervision.c.account_id == account_id, _OPEN))


def _hold_mine(tx: Tx, principal: Principal) -> tuple[Row[Any], Row[Any], Row[Any]]:
    """(entry, reservation, supervision) of this supervisor, held by the call's row."""
    found = _of_account(tx, principal.account_id)
    held = hold_reservation(tx, found.reservation_id) if found else None
    mine = _of_account(tx, principal.account_id)
    if held is None or mine is None or mine.reservation_id != held[1].id:
        raise Conflict("not-listening", "You are in no conversation.")
    return (*held, mine)


def _held_by_leg(tx: Tx, leg_id: str) -> tuple[Row[Any], Row[Any]] | None:
    mine = sa.select(supervision).where(supervision.c.leg_id == leg_id)
    found = tx.first(mine)
    held = hold_reservation(tx, found.reservation_id) if found else None
    again = tx.first(mine)
    return (again, held[1]) if held is not None and again is not None else None


def _be_heard(  # noqa: PLR0917 - what one decision is about
    tx: Tx, principal: Principal, entry: Row[Any], held: Row[Any], mine: Row[Any], mode: str
) -> None:
    if mode == mine.mode:
        return
    tx.update(supervision, supervision.c.id == mine.id, mode=mode)
    if mine.joined_at is not None:
        calls.be_heard(tx, mine.leg_id, held.conference_id, mode, by=held.agent_leg_id)
    _note(tx, principal, "call-mode-changed", entry, held, mode)
    touch_agent(tx, held.agent_id)


def _close(tx: Tx, mine: Row[Any], row: Row[Any]) -> None:
    tx.update(supervision, supervision.c.id == mine.id, ended_at=tx.now)
    touch_agent(tx, row.agent_id)


def _note(  # noqa: PLR0917 - what one line of the log holds
    tx: Tx, principal: Principal, action: str, entry: Row[Any], held: Row[Any], mode: str
) -> None:
    record_access(tx, principal, action, entry.call_id, {"agent": held.agent_id, "mode": mode})


def forget(tx: Tx, leg_id: str) -> bool:
    """Close what ``left_over`` found, under its lock; the leg is ended, if it still is one."""
    held = _held_by_leg(tx, leg_id)
    if held is None or held[0].ended_at is not None:
        return False
    calls.end_leg(tx, leg_id)
    _close(tx, *held)
    return True


def left_over(tx: Tx) -> Sequence[str]:
    """Legs of supervisors who are in a conversation, their row says, though it or their leg is over."""
    dead = leg.c.ended_at.is_not(None) | leg.c.placement.in_(("not-placed", "refused", "withdrawn"))
    over = reservation.c.talk_ended_at.is_not(None) | (reservation.c.state != "accepted")
    rows = tx.all(
        sa.select(supervision.c.leg_id)
        .join(leg, leg.c.id == supervision.c.leg_id)
        .join(reservation, reservation.c.id == supervision.c.reservation_id)
        .where(_OPEN, dead | over)
        .limit(200)
    )
    return [row.leg_id for row in rows]
