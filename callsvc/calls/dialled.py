"""Connecting a contact with somebody by a Dial out of the contact's own call, where there are no conferences.

The leg is written first, then the contact is moved to a document that dials it. Two people and nobody
besides: no hold, no consultation, no listening. When the Dial is over the contact's call asks what is next.
"""

from callsvc.calls.transfers import LONGEST_S, open_transfer
from callsvc.calls.updates import move_to
from callsvc.core.db import Tx

RING_S = 20
__all__ = ["LONGEST_S", "RING_S", "agents_may_call", "by_dial", "dial_out"]


def by_dial(tx: Tx) -> bool:
    """Whether calls are handed over so here."""
    return tx.settings.callsvc_hand_over == "dial"


def agents_may_call(tx: Tx) -> bool:
    """Whether agents can call somebody: they wait for them in a conference."""
    return tx.settings.callsvc_hand_over == "conference"


def dial_out(
    tx: Tx,
    *,
    call_id: str,
    contact_leg_id: str,
    role: str,
    number_id: str | None = None,
    agent_id: str | None = None,
) -> str:
    """Have the contact's call dial an agent's line (role ``agent``) or a number (``consult``)."""
    leg_id = open_transfer(
        tx, call_id=call_id, number_id=number_id, ring_s=RING_S, role=role, agent_id=agent_id
    )
    move_to(tx, contact_leg_id, f"/webhooks/voice/{contact_leg_id}/dial/{leg_id}")
    return leg_id
