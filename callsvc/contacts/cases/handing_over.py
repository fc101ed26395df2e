"""A case is handed over to the regional authority, taken there, closed or given back; each step is kept."""

from typing import Final

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.contacts.cases.queries import case_seen, handover_seen
from callsvc.contacts.cases.rules import ACTIONS, DUE, OPEN, REASONS, may, words_of
from callsvc.contacts.tables import case_handover, case_handover_step, tracing_case
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.core.incidents import report_incident
from callsvc.runtime import Runtime

AUTHORITY: Final = 3  # the level of a case that the regional authority has
PLATFORM: Final = 2


def hand_over(tx: Tx, principal: Principal, case_id: str, reason: str, note: str = "") -> str:
    """Give a case to the authority of its region; the hand-over's id. The case is of level 3 from now on.

    Raises `case-unknown`, `handover-reason-unknown`, `case-handed-over` (it is with the authority already).
    """
    if reason not in REASONS:
        raise Invalid("handover-reason-unknown", f"Name one of these reasons: {', '.join(REASONS)}.")
    case = case_seen(tx, principal, case_id)
    handover_id = tx.new_id("hov")
    new = tx.insert_once(
        case_handover,
        id=handover_id,
        case_id=case_id,
        region_code=case.region_code,
        platform_code=case.platform_code,
        state="waiting",
        reason=reason,
        note=tx.keyring.encrypt(note, f"case_handover:{handover_id}") if note else None,
        asked_at=tx.now,
        asked_by=principal.account_id,
        changed_at=tx.now,
        due_at=tx.now + DUE,
    )
    if not new:
        raise Conflict(
            "case-handed-over", "The authority has this case already: take or close that hand-over."
        )
    tx.update(tracing_case, tracing_case.c.id == case_id, level=AUTHORITY)
    _note_step(tx, principal, handover_id, "waiting", reason)
    return handover_id


def change_handover(tx: Tx, principal: Principal, handover_id: str, action: str, why: str = "") -> str:
    """Take, return (with a reason) or close (with an outcome) a hand-over; the state it is in then.

    Raises `handover-unknown`, `handover-state`, `handover-word-needed`.
    """
    row = handover_seen(tx, principal, handover_id, lock=True)
    words = words_of(action)
    if why not in words and (words or why):
        said = f"Say how: {', '.join(words)}." if words else "Nothing is said with this."
        raise Invalid("handover-word-needed", said, words=list(words))
    if not may(action, row.state):
        raise Conflict("handover-state", f"This hand-over is {row.state}: reload it.", state=row.state)
    state = ACTIONS[action][1]
    over = state not in OPEN
    tx.update(
        case_handover,
        case_handover.c.id == handover_id,
        state=state,
        changed_at=tx.now,
        taken_by=principal.account_id if action == "take" else row.taken_by,
        outcome=why,
        ended_at=tx.now if over else None,
    )
    if action == "return":
        tx.update(tracing_case, tracing_case.c.id == row.case_id, level=PLATFORM)
    _note_step(tx, principal, handover_id, state, why)
    return state


def _note_step(tx: Tx, principal: Principal, handover_id: str, state: str, why: str) -> None:
    tx.insert(
        case_handover_step,
        id=tx.new_id("hos"),
        handover_id=handover_id,
        at=tx.now,
        by=principal.account_id,
        state=state,
        why=why,
    )
    record_access(tx, principal, f"case-{state}", handover_id, {"why": why} if why else {})


def mark_late_handovers(rt: Runtime) -> int:
    """Hand-overs open beyond their day: marked and told once, each; they stay where they are."""
    handed = case_handover.c
    late = handed.state.in_(OPEN) & (handed.due_at < rt.clock.now()) & handed.late.is_(False)
    with rt.db.read() as tx:
        if tx.first(sa.select(handed.id).where(late).limit(1)) is None:
            return 0
    with rt.db.begin() as tx:
        ids = [row.id for row in tx.all(sa.select(handed.id).where(late).with_for_update(skip_locked=True))]
        for handover_id in ids:
            report_incident(tx, "handover-late", handover_id)
        return tx.update(case_handover, handed.id.in_(ids), late=True)
