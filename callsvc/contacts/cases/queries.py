"""Cases and hand-overs as they are shown: those of the reader's places, and nobody's name."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.contacts.tables import case_handover, case_handover_step, contact, tracing_case
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound

# Slices do not import what stands above them; like the foreign keys of tables.py, this names what it needs.
platform = sa.table("platform", sa.column("code"), sa.column("region_code"), sa.column("name"))

_PEOPLE = (
    sa.select(sa.func.count())
    .where(contact.c.case_id == tracing_case.c.id)
    .scalar_subquery()
    .label("contacts")
)
_STATE = (
    sa.select(case_handover.c.state)
    .where(case_handover.c.case_id == tracing_case.c.id)
    .order_by(case_handover.c.asked_at.desc(), case_handover.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
HANDOVER_STATE = sa.func.coalesce(_STATE, "").label("handover_state")


def cases_seen(principal: Principal) -> sa.Select[Any]:
    """Cases with their region, how many contacts they have, and the state of their last hand-over."""
    return (
        sa.select(tracing_case, platform.c.region_code, _PEOPLE, HANDOVER_STATE)
        .join(platform, platform.c.code == tracing_case.c.platform_code)
        .where(scope_condition(principal, platform.c.region_code, platform.c.code))
    )


def case_seen(tx: Tx, principal: Principal, case_id: str) -> Row[Any]:
    """One case. Raises `case-unknown`."""
    row = tx.first(cases_seen(principal).where(tracing_case.c.id == case_id))
    if row is None:
        raise NotFound("case-unknown", "No case of your regions has this id.")
    return row


def handovers_seen(principal: Principal) -> sa.Select[Any]:
    """Hand-overs with the reference of their case."""
    handed = case_handover.c
    return (
        sa.select(case_handover, tracing_case.c.reference)
        .join(tracing_case, tracing_case.c.id == handed.case_id)
        .where(scope_condition(principal, handed.region_code, handed.platform_code))
    )


def handover_seen(tx: Tx, principal: Principal, handover_id: str, *, lock: bool = False) -> Row[Any]:
    """One hand-over. Raises `handover-unknown`."""
    wanted = handovers_seen(principal).where(case_handover.c.id == handover_id)
    row = tx.first(wanted.with_for_update(of=case_handover) if lock else wanted)
    if row is None:
        raise NotFound("handover-unknown", "No hand-over of your regions has this id.")
    return row


def steps_of(tx: Tx, handover_ids: list[str]) -> list[Row[Any]]:
    """Every transition of these hand-overs, the newest first."""
    step = case_handover_step
    wanted = sa.select(step).where(step.c.handover_id.in_(handover_ids))
    return list(tx.all(wanted.order_by(step.c.at.desc(), step.c.id.desc())))


def note_of(tx: Tx, row: Row[Any]) -> str:
    """What whoever handed the case over wrote; show it only where the reading is recorded."""
    return tx.keyring.decrypt(row.note, f"case_handover:{row.id}") if row.note else ""
