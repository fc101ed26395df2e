"""Changing a live call at the carrier: end it, cancel it, move it.

Each change is first a row, so that a crash between wanting and doing loses nothing. Doing it twice is
harmless, so the ticker simply does it again until the carrier has answered.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.calls.changing import CHANGES, change_at_carrier, group_of
from callsvc.calls.events import LegMoveRefused, LegRevived
from callsvc.calls.placing import give_up
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import report_incident
from callsvc.calls.tables import carrier_update, leg, participant
from callsvc.carrier.port import CALL_NOT_IN_PROGRESS, NOT_FOUND, CarrierError, Refused, Throttled
from callsvc.core.db import Tx
from callsvc.core.each import for_each
from callsvc.core.jobs import ASK_AGAIN, next_check
from callsvc.flows.tables import flow_session
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

_MOST_TRIES = 20


def _ask(tx: Tx, leg_id: str, action: str, path: str = "") -> None:
    update_id = tx.new_id("upd")
    tx.insert(
        carrier_update,
        id=update_id,
        leg_id=leg_id,
        action=action,
        path=path,
        created_at=tx.now,
        lease_until=tx.machine_now + ASK_AGAIN,
    )
    tx.enqueue("update_calls", update_id)


def end_leg(tx: Tx, leg_id: str) -> None:
    """Hang up, or cancel while it is not answered yet; a leg not dialled yet is withdrawn. Idempotent."""
    row = lock_leg(tx, leg_id)
    if row.placement == "planned":
        give_up(tx, row, "withdrawn", "ended-before-dialling")
    elif (
        row.ended_at is None
        and row.end_asked_at is None
        and row.placement not in ("not-placed", "refused", "withdrawn")
    ):
        # However the asking goes, its end is looked for soon.
        check_at = tx.machine_now + next_check(tx.settings.callsvc_reconcile_s, 0)
        tx.update(leg, leg.c.id == leg_id, end_asked_at=tx.now, checks=0, check_at=check_at)
        _ask(tx, leg_id, "end")


def end_revived(tx: Tx, event: LegRevived) -> None:
    """Nobody waits for this call any more, and another one may already be due: hang it up."""
    end_leg(tx, event.leg_id)


def move_to_conference(tx: Tx, leg_id: str, conference_id: str) -> None:
    """Redirect a live call into a conference."""
    tx.insert_once(participant, conference_id=conference_id, leg_id=leg_id)
    _wish(tx, leg_id, "move", f"/webhooks/voice/{leg_id}/conference/{conference_id}")


def move_to_wait(tx: Tx, leg_id: str, *, why: str, language: str) -> None:
    """Bring a contact back to the waiting loop of their session, where they are first told why.

    ``why``: cut, nobody, queue or wait (``webhooks.patience`` has the sentences).
    """
    _wish(tx, leg_id, "move", f"{waiting_path(tx, leg_id)}/back/{why}/{language}")


def move_to(tx: Tx, leg_id: str, path: str) -> None:
    """Make a live call fetch this document of ours."""
    _wish(tx, leg_id, "move", path)


def take_move(tx: Tx, leg_id: str, *, asks_from: str) -> str:
    """Where this call was to be moved, for a document that leads there itself; empty when nowhere.

    ``asks_from`` is the path of the move that led where the call was when it asked. Was another one tried
    since, the carrier may have dropped this question and hears no answer to it: the move is still to be made.
    """
    mine = (carrier_update.c.leg_id == leg_id) & (carrier_update.c.action == "move")
    row = tx.first(sa.select(carrier_update).where(mine, carrier_update.c.result.is_(None)))
    if row is None:
        return ""
    led = sa.select(sa.func.max(carrier_update.c.created_at)).where(mine, carrier_update.c.path == asks_from)
    tried = carrier_update.c.result.is_not(None) & (carrier_update.c.tries > 0)
    later = tried & (carrier_update.c.created_at > led.scalar_subquery())
    if tx.first(sa.select(carrier_update.c.id).where(mine, later)) is None:
        tx.update(carrier_update, carrier_update.c.id == row.id, result="done", done_at=tx.now)
    return str(row.path)


def waiting_path(tx: Tx, leg_id: str) -> str:
    """Where the session of a contact's leg goes on waiting; whom an agent called has none."""
    turn = tx.scalar(sa.select(flow_session.c.turn).where(flow_session.c.subject_id == leg_id))
    return f"/webhooks/voice/{leg_id}/{'waiting' if turn is None else turn}"


def hold(tx: Tx, leg_id: str, conference_id: str, *, held: bool, language: str) -> None:
    """Put a participant on hold, where they hear in their language that we come back, or take them back."""
    _participant(tx, leg_id, conference_id, held_at=tx.now if held else None)
    _wish(tx, leg_id, "hold" if held else "unhold", f"{conference_id}/{language}")


def mute(tx: Tx, leg_id: str, conference_id: str, *, muted: bool) -> None:
    """A muted participant hears and is not heard."""
    _participant(tx, leg_id, conference_id, muted_at=tx.now if muted else None)
    _wish(tx, leg_id, "mute" if muted else "unmute", conference_id)


def tell_ringing(tx: Tx, leg_id: str, conference_id: str, called: str, *, language: str) -> None:
    """Somebody alone in a conference hears in their language that ``called`` rings, as long as it does."""
    _wish(tx, leg_id, "ring", f"{conference_id}/{called}/{language}")


def be_heard(tx: Tx, leg_id: str, conference_id: str, mode: str, *, by: str) -> None:
    """A supervisor's leg listens, whispers to the leg ``by``, or speaks to all of a conference."""
    muted_at = tx.now if mode == "listen" else None
    _participant(tx, leg_id, conference_id, muted_at=muted_at)
    _wish(tx, leg_id, mode, f"{conference_id}/{by}")


def _participant(tx: Tx, leg_id: str, conference_id: str, **values: datetime | None) -> None:
    mine = (participant.c.conference_id == conference_id) & (participant.c.leg_id == leg_id)
    tx.update(participant, mine, **values)


def _wish(tx: Tx, leg_id: str, action: str, path: str) -> None:
    """Only the newest wish counts: an older one done late would strand the person where nobody comes."""
    tx.update(
        carrier_update,
        (carrier_update.c.leg_id == leg_id)
        & carrier_update.c.action.in_(group_of(action))
        & carrier_update.c.result.is_(None),
        result="superseded",
        done_at=tx.now,
    )
    _ask(tx, leg_id, action, path)


def perform_all(rt: Runtime, update_ids: list[str]) -> None:
    """Do each of these changes at the carrier."""
    for_each(rt.db, update_ids, lambda update_id: perform(rt, update_id))


def perform(rt: Runtime, update_id: str) -> None:
    """Do one change at the carrier. Idempotent: an ended call cannot be ended again."""
    with rt.db.begin() as tx:
        due = tx.first(
            sa.select(
                carrier_update.c.action,
                carrier_update.c.path,
                carrier_update.c.tries,
                leg.c.id,
                leg.c.sid,
                leg.c.status,
                leg.c.ended_at,
                leg.c.placement,
            )
            .join(leg, leg.c.id == carrier_update.c.leg_id)
            .where(carrier_update.c.id == update_id, carrier_update.c.result.is_(None))
        )
        if due is None:
            return
        if due.sid is None or due.ended_at is not None:
            _without_call(tx, update_id, due)
            return
        lease_until = tx.machine_now + timedelta(seconds=tx.settings.callsvc_lease_s)
        tx.update(
            carrier_update, carrier_update.c.id == update_id, lease_until=lease_until, tries=due.tries + 1
        )
    result = _do(rt, due)
    with rt.db.begin() as tx:
        _record(tx, update_id, due, result)


def _without_call(tx: Tx, update_id: str, due: Row[Any]) -> None:
    """No SID yet: wait for it while the leg may still exist. Over already: nothing to do."""
    if due.ended_at is None and due.placement in ("claimed", "in-doubt"):
        lease_until = tx.machine_now + timedelta(seconds=0.5)
        tx.update(carrier_update, carrier_update.c.id == update_id, lease_until=lease_until)
    else:
        _record(tx, update_id, due, "gone")


def _do(rt: Runtime, due: Row[Any]) -> str | None:
    if due.action in CHANGES:
        return change_at_carrier(rt, due)
    if due.action != "move":
        return end_at_carrier(rt, due.sid, due.status)
    try:
        rt.carrier.redirect_call(due.sid, rt.settings.public_base_url.rstrip("/") + due.path)
    except Refused as error:
        return "gone" if error.code in (CALL_NOT_IN_PROGRESS, NOT_FOUND) else "failed"
    except CarrierError as error:
        log.warning("update-postponed", update=due.action, leg=due.id, reason=str(error))
        return None
    return "done"


def end_at_carrier(rt: Runtime, sid: str, status: str | None, *, throttled: bool = False) -> str | None:
    """Cancel or hang up: done, gone (it was over), failed; None when the carrier did not answer.

    ``status`` is the last we heard. With ``throttled``, that the carrier asks for patience is raised.
    """
    ringing = status in (None, "queued", "initiated", "ringing")
    try:
        (rt.carrier.cancel_call if ringing else rt.carrier.end_call)(sid)
    except Throttled:
        if throttled:
            raise
        return None
    except Refused as error:
        if error.code == CALL_NOT_IN_PROGRESS:
            return _end_otherwise(rt, sid)
        return "gone" if error.code == NOT_FOUND else "failed"
    except CarrierError as error:
        log.warning("update-postponed", update="end", sid=sid, reason=str(error))
        return None
    return "done"


def _end_otherwise(rt: Runtime, sid: str) -> str | None:
    """The call was answered between our looking and our asking: end it the other way."""
    try:
        rt.carrier.end_call(sid)
    except Refused:
        return "gone"
    except CarrierError:
        return None
    return "done"


def _record(tx: Tx, update_id: str, due: Row[Any], result: str | None) -> None:
    """What came of it. The call's row first, as whoever supersedes this wish holds it when they do."""
    row = lock_leg(tx, due.id)
    if result == "not-yet":
        soon = tx.machine_now + timedelta(seconds=1)
        tx.update(carrier_update, carrier_update.c.id == update_id, lease_until=soon)
        return
    if result is None:
        if due.tries + 1 >= _MOST_TRIES:
            report_incident(tx, "update-given-up", due.id, action=due.action)
            if not group_of(due.action):  # whoever wants it ended may ask again
                tx.update(leg, leg.c.id == due.id, end_asked_at=None)
            tx.update(carrier_update, carrier_update.c.id == update_id, result="given-up", done_at=tx.now)
        return
    changed = tx.update(
        carrier_update,
        (carrier_update.c.id == update_id) & carrier_update.c.result.is_(None),
        result=result,
        done_at=tx.now,
    )
    if not changed and group_of(due.action) and result == "done":
        _repeat_newest(tx, due.id, group_of(due.action), late=update_id)
    elif changed and due.action == "move" and result != "done":
        tx.emit(
            LegMoveRefused(
                leg_id=row.id,
                call_id=row.call_id,
                role=row.role,
                direction="inbound" if row.placement == "received" else "outbound",
                at=tx.now,
            )
        )


def _repeat_newest(tx: Tx, leg_id: str, group: frozenset[str], *, late: str) -> None:
    """A wish that was superseded, or made true by a document of ours, was under way and arrived ``late``: if
    a newer one was done before it, that is done again.
    """
    move = (carrier_update.c.leg_id == leg_id) & carrier_update.c.action.in_(group)
    done = tx.scalar(
        sa.select(carrier_update.c.id)
        .where(move, carrier_update.c.result == "done", ~_any_open(leg_id, group))
        .order_by(carrier_update.c.created_at.desc(), carrier_update.c.id.desc())
        .limit(1)
    )
    if done is not None and done != late:
        lease_until = tx.machine_now + ASK_AGAIN
        tx.update(carrier_update, carrier_update.c.id == done, result=None, lease_until=lease_until)
        tx.enqueue("update_calls", done)


def _any_open(leg_id: str, group: frozenset[str]) -> sa.ColumnElement[bool]:
    other = carrier_update.alias()
    return sa.exists().where(other.c.leg_id == leg_id, other.c.action.in_(group), other.c.result.is_(None))
