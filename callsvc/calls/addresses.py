"""What is dialled for a leg: a person's number, or an agent's softphone."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.tables import agent
from callsvc.contacts.numbers import reveal
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound


def address_of(tx: Tx, leg: Row[Any]) -> str:
    """E.164 or ``client:<name>``; never logged."""
    if leg.agent_id is not None:
        return "client:" + str(tx.scalar(sa.select(agent.c.client_name).where(agent.c.id == leg.agent_id)))
    row = tx.first(sa.select(phone_number).where(phone_number.c.id == leg.number_id))
    if row is None:
        raise NotFound("number-unknown", "No number of ours has this id.")
    return reveal(tx, row)
