"""What a conference's own news say: somebody left it, or all of it is over.

They come beside the news of the calls themselves, before or after them, and either may be lost: each reaction
finds the other one's work done and does nothing. A conference that ends under two who talk is the carrier's
fault: the contact waits again in front of everybody, and the agent stays ready.
"""

from datetime import timedelta

import sqlalchemy as sa

from callsvc.calls import service as calls
from callsvc.calls.events import ConferenceEnded, ParticipantLeft
from callsvc.calls.queries import find_leg
from callsvc.calls.tables import conference
from callsvc.core.db import Tx
from callsvc.routing.queries import hold_reservation
from callsvc.routing.tables import reservation
from callsvc.routing.talking.connecting import company_gone
from callsvc.routing.talking.handing_on import TO_NUMBER, back_to_queue, consult_gone
from callsvc.routing.talking.wrapping import end_conversation

_SOON = timedelta(seconds=2)
"""Machine time in which the news of a call usually follow those of its conference."""

_ENDED = (
    "conference_ended",
    "moderator_ended",
)  # how the carrier's reasons begin when nobody left by themselves


def participant_left(tx: Tx, event: ParticipantLeft) -> None:
    """An agent, whoever was asked in or a supervisor is gone; of a contact the carrier is asked soon.

    Who is put out by the end of the whole conference has not gone: it is over for all. A contact leaves a
    conference also when we take them out of it.
    """
    if event.reason.startswith(_ENDED):
        conference_over(tx, event.conference_id)
        return
    row = find_leg(tx, event.leg_id)
    if row is None or company_gone(tx, row.role, row.id, row.call_id):
        return
    if row.ended_at is None:
        calls.look_soon(tx, row.id, _SOON)


def conference_ended(tx: Tx, event: ConferenceEnded) -> None:
    conference_over(tx, event.conference_id)


def conference_over(tx: Tx, conference_id: str) -> None:
    """Nobody hears anybody in it any more. Idempotent; nothing happens when they had parted before."""
    call_id = tx.scalar(sa.select(conference.c.call_id).where(conference.c.id == conference_id))
    found = tx.scalar(
        sa.select(reservation.c.id)
        .where(reservation.c.conference_id == conference_id)
        .order_by(reservation.c.offered_at.desc())
        .limit(1)
    )
    held = hold_reservation(tx, found) if call_id and found else None
    if held is None:
        return
    entry, row = held
    if row.handed_on == TO_NUMBER:
        consult_gone(tx, row.consult_leg_id)
        return
    contact = find_leg(tx, entry.leg_id)
    talking = row.state == "accepted" and row.bridged_at is not None and row.talk_ended_at is None
    if not talking or contact is None:
        return
    if contact.ended_at is not None or contact.end_asked_at is not None:
        end_conversation(tx, entry, row)
        return
    end_conversation(tx, entry, row, contact_stays=True)
    if row.consult_leg_id is not None:
        calls.end_leg(tx, row.consult_leg_id)
    back_to_queue(tx, entry, "cut")
