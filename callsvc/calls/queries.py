"""Reading calls and legs."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import call, conference, leg, participant
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound

# Built once: they are asked with every webhook.
_LEG = sa.select(leg).where(leg.c.id == sa.bindparam("leg_id"))
_LOCK_LEG = _LEG.with_for_update(key_share=True)
_LOCK_CALL = (
    sa.select(call.c.id)
    .where(call.c.id == sa.select(leg.c.call_id).where(leg.c.id == sa.bindparam("leg_id")).scalar_subquery())
    .with_for_update(key_share=True)
)
_LOCK_CONFERENCE = (
    sa.select(call.c.id)
    .where(
        call.c.id
        == sa.select(conference.c.call_id)
        .where(conference.c.id == sa.bindparam("conference_id"))
        .scalar_subquery()
    )
    .with_for_update(key_share=True)
)
_CALL_OF_LEG = sa.select(call).join(leg, leg.c.call_id == call.c.id).where(leg.c.id == sa.bindparam("leg_id"))


def lock_leg(tx: Tx, leg_id: str) -> Row[Any]:
    """The leg's row, locked until the end of the transaction; ``leg-unknown`` if there is none.

    The call's row is taken first: when both legs of a call end at the same moment, each webhook wants the
    other's leg as well, and must wait instead of dying in a deadlock. Neither lock delays a foreign key.
    """
    tx.first(_LOCK_CALL, leg_id=leg_id)
    row = tx.first(_LOCK_LEG, leg_id=leg_id)
    if row is None:
        raise NotFound("leg-unknown", "No call of ours has this id.")
    return row


def lock_conference(tx: Tx, conference_id: str) -> None:
    """Lock the row of the call that meets in this conference, until the end of the transaction.

    Whoever changes who is in it, and how, holds that row before any of a participant or of the conference:
    the carrier's news and an agent's hold or mute of the same moment then take turns.
    """
    tx.first(_LOCK_CONFERENCE, conference_id=conference_id)


def find_leg(tx: Tx, leg_id: str) -> Row[Any] | None:
    return tx.first(_LEG, leg_id=leg_id)


def find_leg_by_sid(tx: Tx, sid: str) -> Row[Any] | None:
    return tx.first(sa.select(leg).where(leg.c.sid == sid))


def call_of_leg(tx: Tx, leg_id: str) -> Row[Any]:
    row = tx.first(_CALL_OF_LEG, leg_id=leg_id)
    if row is None:
        raise NotFound("leg-unknown", "No call of ours has this id.")
    return row


def contact_leg(tx: Tx, call_id: str) -> Row[Any] | None:
    """The contact's leg of a call; a call has one."""
    return tx.first(sa.select(leg).where(leg.c.call_id == call_id, leg.c.role == "contact"))


def conference_of_leg(tx: Tx, leg_id: str) -> Row[Any] | None:
    """The newest conference this leg is meant for or in."""
    return tx.first(
        sa.select(conference)
        .join(participant, participant.c.conference_id == conference.c.id)
        .where(participant.c.leg_id == leg_id)
        .order_by(conference.c.created_at.desc())
        .limit(1)
    )


def inside(tx: Tx, conference_id: str) -> set[str]:
    """Ids of the legs that are in the conference now."""
    rows = tx.all(
        sa.select(participant.c.leg_id).where(
            participant.c.conference_id == conference_id,
            participant.c.joined_at.is_not(None),
            participant.c.left_at.is_(None),
        )
    )
    return {row.leg_id for row in rows}


def has_left(tx: Tx, conference_id: str, leg_id: str) -> bool:
    """Whether this leg was in the conference and is not any more."""
    mine = (participant.c.conference_id == conference_id) & (participant.c.leg_id == leg_id)
    return tx.scalar(sa.select(participant.c.left_at).where(mine)) is not None
