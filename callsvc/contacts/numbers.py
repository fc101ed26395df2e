"""Phone numbers at rest: one row each, found by keyed hash, read only where a call is placed or shown."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.core.phone_numbers import territory_of_number, zone_of


def store_number(tx: Tx, e164: str, *, synthetic: bool, country: str, kind: str, zone: str) -> str:
    """The id of this number, stored now if it is new. A number once real never becomes synthetic."""
    fingerprint = tx.keyring.fingerprint(e164)
    known = tx.scalar(sa.select(phone_number.c.id).where(phone_number.c.fingerprint == fingerprint))
    if known is not None:
        return str(known)
    number_id = tx.new_id("num")
    stored = tx.insert_once(
        phone_number,
        id=number_id,
        fingerprint=fingerprint,
        ciphertext=tx.keyring.encrypt(e164, f"phone_number:{fingerprint.hex()}"),
        key_version=tx.keyring.version,
        synthetic=synthetic,
        country=country,
        kind=kind,
        zone=zone,
    )
    if stored:
        return number_id
    return str(tx.scalar(sa.select(phone_number.c.id).where(phone_number.c.fingerprint == fingerprint)))


def store_caller(tx: Tx, e164: str) -> str:
    """The id of a number that called or texted us; whether it may be dialled is decided when it is."""
    territory = territory_of_number(e164) or "ZZ"
    known = find_number(tx, e164)
    if known is not None:
        return known
    return store_number(
        tx,
        e164,
        synthetic=tx.settings.carrier_is_loopback,
        country=territory,
        kind="other",
        zone=zone_of(territory=territory) or "Europe/Paris",
    )


def find_number(tx: Tx, e164: str) -> str | None:
    found = tx.scalar(
        sa.select(phone_number.c.id).where(phone_number.c.fingerprint == tx.keyring.fingerprint(e164))
    )
    return None if found is None else str(found)


def lock_number(tx: Tx, number_id: str) -> Row[Any]:
    """The number's row, locked: opt-outs and claims of one number wait for each other here.

    The lock does not delay a foreign key: a leg updated twice in one transaction has its number checked
    again, and would wait for a claim that waits for the leg.
    """
    query = sa.select(phone_number).where(phone_number.c.id == number_id)
    row = tx.first(query.with_for_update(key_share=True))
    if row is None:
        raise NotFound("number-unknown", "No number of ours has this id.")
    return row


def reveal(tx: Tx, row: Row[Any]) -> str:
    """The E.164 form of a ``phone_number`` row: for the carrier, and for a page whose reading is audited."""
    return tx.keyring.decrypt(row.ciphertext, f"phone_number:{row.fingerprint.hex()}")
