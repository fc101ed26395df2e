"""What is dialled for a leg: a person's number, or an agent's line."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.contacts.numbers import reveal
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.softphone import service as softphone

CODE = "code"
"""Role of a leg that speaks a code to whoever picks up: is this telephone the agent's?"""


def address_of(tx: Tx, leg: Row[Any]) -> str:
    """E.164 or ``client:<name>``; never logged."""
    if leg.role == CODE:
        return softphone.candidate_of(tx, leg.agent_id)
    if leg.number_id is None:  # a person's leg may name the agent who calls them
        return softphone.address_of(tx, leg.agent_id)
    row = tx.first(sa.select(phone_number).where(phone_number.c.id == leg.number_id))
    if row is None:
        raise NotFound("number-unknown", "No number of ours has this id.")
    return reveal(tx, row)
