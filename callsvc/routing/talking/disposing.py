"""How a conversation ended, in the agent's word: chosen in one click, taken back for a while, then final.

    wrap-up --dispose--> chosen, the agent is idle --(30 lived seconds, or the next call taken)--> final
       ^_____undo__________|

Until it is final nothing has followed from it: no callback is booked, no place in a campaign closed, no
figure counted; ``reservation.disposition`` is empty and the entry still being finished. ``WrapUpEnded`` is
raised when it becomes final, with the instant at which the wrap-up ended. The window is lived time: what
waits for it is reckoned in lived time too, and where people work the two clocks are one.

Who asked never to be called again is not kept waiting: ``opted-out`` is final at once; the desk asks before.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.service import finish_wrap_up, resume_wrap_up, touch_agent
from callsvc.campaigns.dispositions import AGENTS, DIALLING
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.routing.events import WrapUpEnded, about
from callsvc.routing.offering import offer_next, return_to_queue
from callsvc.routing.queries import IS_LIVE, hold_reservation, reservation_of_agent
from callsvc.routing.rules.working import DIALLED
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.talking.wrap_ups import wrap_up_s
from callsvc.routing.talking.wrapping import held_by_agent
from callsvc.runtime import Runtime

AT_ONCE: Final = ("opted-out",)
"""Dispositions that cannot be taken back: an opt-out wins any race, and only an audited lift undoes one."""

SAYS_LESS: Final = ("", "reached", "unresolved")
"""Where a call back was promised at an hour, that is how it ended, whether the agent says so or not."""

NO_CALLS: Final = ("opted-out", "refused")
"""Whoever wants no calls is not called back: the promise is moot."""

LEAST_AFTER_UNDO_S: Final = 30.0
"""Lived seconds of wrap-up that whoever takes a disposition back has at least."""

MOST_WRAPPED: Final = 100
UNSETTLED: Final = reservation.c.undo_until.is_not(None)


def dispose(rt: Runtime, agent_id: str, disposition: str) -> None:
    """Say how the call ended and be done with it: the wrap-up ends, the agent is idle.

    ``disposition`` is one of ``callsvc.campaigns.dispositions.AGENTS``, such as ``resolved-by-phone``. Raises
    ``disposition-invalid``, ``not-in-wrap-up``.
    """
    if disposition not in DIALLING:
        raise Invalid("disposition-invalid", f"Choose one of: {', '.join(AGENTS)}.", allowed=list(AGENTS))
    with rt.db.begin() as tx:
        entry, row = _in_wrap_up(tx, agent_id)
        if disposition not in words_for(entry.kind):
            raise Invalid("disposition-invalid", "They called us: no machine answered.", allowed=list(AGENTS))
        finish(tx, entry, row, disposition)


def words_for(kind: str) -> tuple[str, ...]:
    """What an agent may choose: whoever calls somebody may have heard a machine."""
    return DIALLING if kind in DIALLED else AGENTS


def finish(tx: Tx, entry: Row[Any], row: Row[Any], disposition: str) -> None:
    """Close a held reservation in wrap-up and free its agent for the next call.

    A conversation by SMS has no window: the person may write again at once, and is in the queue anew.
    """
    if row.callback_at is not None and disposition in SAYS_LESS:
        disposition = "callback"
    undo_s = tx.settings.callsvc_undo_s if entry.kind != "sms" and disposition not in ("", *AT_ONCE) else 0.0
    tx.update(
        reservation,
        reservation.c.id == row.id,
        state="completed",
        ended_at=tx.now,
        chosen=disposition or None,
        undo_until=tx.now + timedelta(seconds=undo_s) if undo_s else None,
    )
    finish_wrap_up(tx, row.agent_id, row.id)
    if not undo_s:
        _settle(tx, entry, row, disposition, tx.now)
    offer_next(tx, [row.agent_region])


def _settle(tx: Tx, entry: Row[Any], row: Row[Any], disposition: str, ended_at: datetime) -> None:
    """It is final: now everything follows from it."""
    tx.update(reservation, reservation.c.id == row.id, disposition=disposition or None, undo_until=None)
    tx.update(queue_entry, queue_entry.c.id == entry.id, state="completed")
    tx.emit(
        WrapUpEnded(
            **about(entry, ended_at),
            reservation_id=row.id,
            agent_id=row.agent_id,
            agent_region=row.agent_region,
            disposition=disposition,
            handle_s=max(0.0, (ended_at - row.bridged_at).total_seconds()),
            callback_at=row.callback_at if disposition not in NO_CALLS else None,
        )
    )


def undo(rt: Runtime, agent_id: str) -> None:
    """Take the last disposition back: the wrap-up goes on as before. A call offered meanwhile is handed back.

    Raises ``undo-over`` when it is final, or the next call was taken.
    """
    with rt.db.begin() as tx:
        found = undoable(tx, agent_id)
        held = hold_reservation(tx, found.id) if found is not None else None
        if held is None or held[1].undo_until is None or held[1].undo_until <= tx.now:
            raise Conflict("undo-over", "It is too late to take this back: it has taken effect.")
        _, row = held
        waits_again = ""
        offered = reservation_of_agent(tx, agent_id)
        pending = hold_reservation(tx, offered.id) if offered is not None else None
        if pending is not None and pending[1].state == "pending":
            return_to_queue(tx, *pending, "rejected")
            waits_again = pending[0].region_code
        if not resume_wrap_up(tx, agent_id, row.id):
            raise Conflict("undo-over", "It is too late to take this back: you have taken the next call.")
        left_s = max(LEAST_AFTER_UNDO_S, (row.deadline_at - row.ended_at).total_seconds())
        tx.update(
            reservation,
            reservation.c.id == row.id,
            state="accepted",
            ended_at=None,
            chosen=None,
            undo_until=None,
            deadline_at=tx.now + timedelta(seconds=left_s),
        )
        offer_next(tx, (row.agent_region,), entered=waits_again)


def undoable(tx: Tx, agent_id: str) -> Row[Any] | None:
    """The agent's last disposition that is not final yet."""
    mine = (reservation.c.agent_id == agent_id) & UNSETTLED
    return tx.first(sa.select(reservation).where(mine).order_by(reservation.c.ended_at.desc()).limit(1))


def settle_dispositions(rt: Runtime) -> int:
    """Those whose time to be taken back is over become final; how many."""
    with rt.db.read() as tx:
        over = UNSETTLED & (reservation.c.undo_until <= tx.now)
        due = tx.all(sa.select(reservation.c.id).where(over).limit(MOST_WRAPPED))
    return sum(_settle_one(rt, row.id) for row in due)


def settle_before_next(rt: Runtime, agent_id: str) -> None:
    """Whoever takes the next call takes nothing back any more.

    A transaction of its own: one that holds the next call's rows must not wait for those of the last.
    """
    with rt.db.read() as tx:
        due = tx.all(sa.select(reservation.c.id).where(UNSETTLED, reservation.c.agent_id == agent_id))
    for row in due:
        _settle_one(rt, row.id)


def _settle_one(rt: Runtime, reservation_id: str) -> bool:
    with rt.db.begin() as tx:
        held = hold_reservation(tx, reservation_id)
        if held is None or held[1].undo_until is None:
            return False
        entry, row = held
        _settle(tx, entry, row, row.chosen, row.ended_at)
        touch_agent(tx, row.agent_id)
    return True


def extend_wrap_up(rt: Runtime, agent_id: str) -> None:
    """As much time again, once for each call. Raises ``not-in-wrap-up``, ``wrap-up-extended``."""
    with rt.db.begin() as tx:
        entry, row = _in_wrap_up(tx, agent_id)
        if row.extended_at is not None:
            raise Conflict("wrap-up-extended", "It was made longer once already: say how the call ended.")
        deadline_at = row.deadline_at + timedelta(seconds=wrap_up_s(tx, entry))
        tx.update(reservation, reservation.c.id == row.id, extended_at=tx.now, deadline_at=deadline_at)
        touch_agent(tx, agent_id)


def promise_callback(tx: Tx, row: Row[Any], at: datetime) -> None:
    """Note on a held reservation when its person is to be called back; booked when all is final."""
    tx.update(reservation, reservation.c.id == row.id, callback_at=at)
    touch_agent(tx, row.agent_id)


def _in_wrap_up(tx: Tx, agent_id: str) -> tuple[Row[Any], Row[Any]]:
    held = held_by_agent(tx, agent_id)
    if held is None or held[1].talk_ended_at is None or held[1].state != "accepted":
        raise Conflict("not-in-wrap-up", "Hang up first; the disposition is given in wrap-up.")
    return held


def end_wrap_ups(rt: Runtime) -> int:
    """End the wrap-ups that last too long, without a disposition; how many."""
    with rt.db.read() as tx:
        due = tx.all(
            sa.select(reservation.c.id)
            .where(IS_LIVE, reservation.c.deadline_at <= tx.now, reservation.c.talk_ended_at.is_not(None))
            .limit(MOST_WRAPPED)
        )
    return sum(_end_wrap_up(rt, row.id) for row in due)


def _end_wrap_up(rt: Runtime, reservation_id: str) -> bool:
    with rt.db.begin() as tx:
        held = hold_reservation(tx, reservation_id)
        if held is None or held[1].state != "accepted" or held[1].talk_ended_at is None:
            return False
        if held[1].deadline_at > tx.now:  # made longer meanwhile
            return False
        finish(tx, *held, "")
    return True
