"""What may be done for one person by hand: silence, choices, a number, a place in a campaign, a callback.

Each act is on record in the access log, with ids only.
"""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.campaigns.service import add_contacts
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.choosing import Choices, keep_choices
from callsvc.contacts.numbers import store_number
from callsvc.contacts.searching.indexing import index_people
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import contact, contact_number
from callsvc.contacts.unworkable import discard_number
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.core.phone_numbers import Number, zone_of
from callsvc.dialing.callbacks import promise_call
from callsvc.dialing.calling_next import call_next
from callsvc.dialing.promising import fitted, hours_of_promise
from callsvc.people.entries import Subject

Scope = Literal["sms", "purpose", "all"]


def opt_out(
    tx: Tx,
    principal: Principal,
    person: Subject,
    scope: Scope,
    purpose: str = "",
) -> int:
    """Silence for all their numbers, in force at once; how many entries are new. ``purpose-missing``."""
    if (scope == "purpose") != bool(purpose):
        raise Invalid("purpose-missing", "Name the purpose for the scope 'purpose', and only for that.")
    new = sum(
        suppress(tx, id, scope, purpose=purpose, source="console", evidence=principal.account_id)
        for id in sorted(person.number_ids)
    )
    record_access(tx, principal, "person-opted-out", person.contact_id, {"scope": scope, "new": new})
    return new


def note_choices(tx: Tx, principal: Principal, person: Subject, choices: Choices) -> list[str]:
    """What they said about when, how and in which language we contact them; the names of what changed.

    It holds for all their numbers, as if they had chosen it themselves by a key; what is left as it was is no
    new choice. ``number-unknown`` for a first number that is not theirs.
    """
    if choices.first_number and choices.first_number not in person.number_ids:
        raise NotFound("number-unknown", "This person does not have the number that is to be called first.")
    changed = keep_choices(tx, person.number_ids, choices, source="console", evidence=principal.account_id)
    record_access(tx, principal, "person-choices-noted", person.contact_id, {"changed": changed})
    return changed


def add_number(
    tx: Tx, principal: Principal, contact_id: str, number: Number, *, instead_of: str = ""
) -> bool:
    """Give a person a number, after those they have; or in the place of one that is left out from now on.

    False when they have it already and it works.
    """
    number_id = store_number(
        tx, number.e164, synthetic=number.synthetic, country=number.territory, kind=number.kind,
        zone=zone_of(territory=number.territory) or zone_of(e164=number.e164) or "Europe/Paris",
    )  # fmt: skip
    mine = contact_number.c.contact_id == contact_id
    ranks = {row.number_id: row.rank for row in tx.all(sa.select(contact_number).where(mine))}
    rank = ranks.get(instead_of) or max(ranks.values(), default=0) + 1
    if number_id in ranks:
        back = (
            mine & (contact_number.c.number_id == number_id) & contact_number.c.unworkable_since.is_not(None)
        )
        new = bool(tx.update(contact_number, back, unworkable_since=None))
    else:
        tx.insert(contact_number, contact_id=contact_id, number_id=number_id, rank=rank)
        new = True
    if instead_of in ranks and instead_of != number_id:
        discard_number(tx, contact_id, instead_of)
        new = True
    index_people(tx, [contact_id])
    details = {"number_id": number_id, "instead_of": instead_of}
    record_access(tx, principal, "person-number-added", contact_id, details)
    return new


def call_first(tx: Tx, principal: Principal, contact_id: str, place_id: str) -> None:
    """In front of everybody in that campaign, and again when it was over for them.

    ``may_contact`` is asked as ever: whoever said stop is not called. ``place-busy``, ``campaign-over``.
    """
    row = tx.first(
        sa.select(campaign_contact.c.status, campaign_contact.c.campaign_id, campaign.c.state)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(campaign_contact.c.id == place_id, campaign_contact.c.contact_id == contact_id)
    )
    if row is None or row.status in ("trying", "held"):
        raise Conflict("place-busy", "This person is being called just now: look again in a moment.")
    if row.state == "stopped":
        raise Conflict("campaign-over", "The campaign was stopped; put the person into another one.")
    mine = (campaign_contact.c.id == place_id) & campaign_contact.c.status.in_(("waiting", "done"))
    call_next(tx, mine, row.campaign_id)
    tx.changed("campaign", subject=row.campaign_id)
    record_access(tx, principal, "person-called-first", contact_id, {"campaign": row.campaign_id})


def enrol(tx: Tx, principal: Principal, contact_id: str, campaign_id: str) -> bool:
    """Put a person into a campaign; False when they are in it. ``campaign-over``, ``campaign-unknown``."""
    new = bool(add_contacts(tx, campaign_id, [contact_id], by=principal.account_id))
    record_access(tx, principal, "person-enrolled", contact_id, {"campaign": campaign_id, "new": new})
    return new


def book_callback(
    tx: Tx, principal: Principal, contact_id: str, number_id: str, wished: datetime
) -> datetime:
    """A call at the moment they chose, moved into the hours in which they may be called; the agreed instant.

    Kept by the standing campaign, as for somebody who called us. ``moment-passed``.
    """
    if wished <= tx.now:
        raise Invalid("moment-passed", "This moment has passed: choose a later one.")
    person = tx.first(
        sa.select(
            contact.c.id.label("contact_id"), contact.c.region_code, contact.c.platform_code,
            sa.null().label("campaign_contact_id"),
        ).where(contact.c.id == contact_id)
    )  # fmt: skip
    assert person is not None  # noqa: S101 - the caller has seen them
    due_at = fitted(hours_of_promise(tx, person), wished)
    promise_call(tx, person, number_id, due_at)
    record_access(tx, principal, "person-callback-booked", contact_id, {"due_at": due_at.isoformat()})
    return due_at
