"""How an agent's line ended in the middle of a conversation, when nobody pressed "hang up" on the desk.

One rule for all lines: the contact who is still there is not let go by a guess. A softphone has no receiver,
so that its end is a fault: the contact waits again in front, told so. On a telephone putting down the
receiver is how a call is ended, and a network that fails looks the same to the carrier: of an answered call
it says ``completed`` either way, and the code of the signalling is no other. Any other last word, or none, is
a fault as well. After ``completed`` only the contact knows: they are asked, a key puts them in front of the
queue, and silence or hanging up is the end of a conversation that was over.
"""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls import service as calls
from callsvc.calls.queries import find_leg
from callsvc.carrier.vocabulary import COMPLETED
from callsvc.core.db import Tx
from callsvc.routing.queries import entry_of_leg, hold_entry
from callsvc.routing.tables import reservation
from callsvc.routing.talking.handing_on import ASKED, OVER, back_to_queue
from callsvc.routing.talking.wrapping import end_conversation
from callsvc.softphone.service import rings_telephone

CUT: Final = "cut"
PUT_DOWN: Final = "put-down"
NOT_KNOWN: Final = "not-known"

_SOON = timedelta(seconds=2)
"""Machine time in which the news of a call usually follow those of its conference."""


def line_ended(tx: Tx, row: Row[Any]) -> str:
    """``cut``, ``put-down``, or ``not-known`` while the carrier has not said how; it is asked soon then."""
    if not rings_telephone(tx, row.agent_id):
        return CUT
    line = find_leg(tx, row.agent_leg_id)
    if line is None or line.lost_at is not None or line.placement != "placed":
        return CUT
    if line.ended_at is not None:
        return PUT_DOWN if line.status == COMPLETED else CUT
    if row.conference_id is None:  # the contact's own call dialled it, and says that it is over
        return PUT_DOWN
    calls.look_soon(tx, line.id, _SOON)
    return NOT_KNOWN


def ask_whether_over(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    """The agent wraps up, still ready; the contact hears a question, and with them goes nobody else."""
    tx.update(reservation, reservation.c.id == row.id, handed_on=ASKED)
    end_conversation(tx, entry, row, contact_stays=True)
    if row.consult_leg_id is not None:
        calls.end_leg(tx, row.consult_leg_id)
    calls.move_to(tx, entry.leg_id, f"/webhooks/voice/{entry.leg_id}/parted")


def was_cut_off(tx: Tx, leg_id: str) -> None:
    """The contact says that it was not over: they wait again, in front of everybody. Idempotent."""
    found = entry_of_leg(tx, leg_id)
    entry = hold_entry(tx, found.id) if found else None
    if entry is None:
        return
    asked = (reservation.c.entry_id == entry.id) & (reservation.c.handed_on == ASKED)
    if tx.update(reservation, asked, handed_on=OVER):
        back_to_queue(tx, entry, "cut")


def asked_whether_over(tx: Tx, leg_id: str) -> bool:
    """Whether this contact is being asked, and has not answered yet."""
    found = entry_of_leg(tx, leg_id)
    mine = (reservation.c.entry_id == found.id) & (reservation.c.handed_on == ASKED) if found else sa.false()
    return tx.first(sa.select(reservation.c.id).where(mine)) is not None
