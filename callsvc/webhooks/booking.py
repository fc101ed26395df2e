"""Whether what a turn would promise can still be promised: room in the slots it books."""

from callsvc.appointments.slots import has_room
from callsvc.core.db import Tx
from ivr_flows import Appointment, Turn


def full_slots(tx: Tx, turn: Turn) -> list[str]:
    """The slots that a turn would book and that are full; each is held until the transaction ends."""
    wanted = {
        effect.slot
        for effect in turn.effects
        if isinstance(effect, Appointment) and effect.action in ("book", "move") and effect.slot
    }
    return [slot for slot in sorted(wanted) if not has_room(tx, slot)]
