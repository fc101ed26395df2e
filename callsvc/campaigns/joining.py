"""People are given their places in a campaign: many at once, whoever has one keeps it as it is."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx

_AT_ONCE = 500  # people to one statement: their values stay under the limit of either database
_BELOW_PROMISES = 99  # dialing/turns.py: a promise comes before every fragility
_LIFE = timedelta(days=14)  # a person's place in a campaign always ends

_PEOPLE = sa.select(
    contact.c.id,
    contact.c.region_code,
    contact.c.platform_code,
    contact.c.fragility,
    contact.c.priority,
    contact.c.elicited_at,
).where(contact.c.id.in_(sa.bindparam("ids", expanding=True)))
_ONCE = {
    name: insert(campaign_contact).on_conflict_do_nothing()
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}

_STORED = (
    sa.select(sa.func.count())
    .select_from(campaign_contact)
    .where(campaign_contact.c.id.in_(sa.bindparam("ids", expanding=True)))
)


def place_priority(fragility: int, asked: int) -> int:
    """Before whom a person is called: fragility decides, what was asked for orders people of one fragility.

    >>> place_priority(2, 0) > place_priority(1, 9)
    True
    """
    return min(10 * fragility + asked, _BELOW_PROMISES)


def own_priority(tx: Tx, contact_id: str) -> int:
    """The priority of this person's places while nobody has promised them a moment."""
    row = tx.first(_PEOPLE, ids=[contact_id])
    return place_priority(row.fragility, row.priority) if row is not None else 0


def give_places(tx: Tx, campaign_id: str, contact_ids: Sequence[str], *, unannounced: bool = False) -> int:
    """A place, due now, for each of these people that has none in this campaign; how many were new.

    ``unannounced``: their call is to be announced first.

    Three statements for five hundred people, not five hundred.
    """
    new = 0
    for ids in _some(contact_ids):
        rows = [
            _place(tx, campaign_id, person) | {"unannounced": unannounced}
            for person in tx.all(_PEOPLE, ids=ids)
        ]
        if rows:
            tx.execute(_ONCE[tx.dialect], rows)  # PostgreSQL takes twice as long to tell which were new
            new += tx.scalar(_STORED, ids=[row["id"] for row in rows])
    return new


def _some(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield list(ids[start : start + _AT_ONCE])


def _place(tx: Tx, campaign_id: str, person: Any) -> dict[str, Any]:
    return {
        "id": tx.new_id("cct"),
        "campaign_id": campaign_id,
        "contact_id": person.id,
        "region_code": person.region_code,
        "platform_code": person.platform_code,
        "status": "waiting",
        "priority": place_priority(person.fragility, person.priority),
        "elicited_on": person.elicited_at.date(),
        "next_try_at": tx.now,
        "deadline_at": tx.now + _LIFE,
    }
