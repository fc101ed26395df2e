"""A number that is not the person's: it is left out from now on; the person keeps their other numbers."""

import sqlalchemy as sa

from callsvc.contacts.tables import contact_number
from callsvc.core.db import Tx


def discard_number(tx: Tx, contact_id: str, number_id: str) -> bool:
    """Mark a number as not this person's; True if they have another one that is not so marked.

    Another person who shares the number keeps it: "wrong person" was said of one of them.
    """
    mine = contact_number.c.contact_id == contact_id
    tx.update(
        contact_number,
        mine & (contact_number.c.number_id == number_id) & contact_number.c.unworkable_since.is_(None),
        unworkable_since=tx.now,
    )
    left = sa.select(contact_number.c.number_id).where(mine, contact_number.c.unworkable_since.is_(None))
    return tx.first(left.limit(1)) is not None
