"""Phone numbers at rest: one row each, found by keyed hash, read only where a call is placed or shown."""

import re
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.contacts.searching.terms import tail_term
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid, NotFound
from callsvc.core.phone_numbers import Number, is_fictional, read_cell, territory_of_number, zone_of
from callsvc.core.settings import Settings

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
# What the carrier sends in place of a withheld number: ANONYMOUS, BLOCKED, RESTRICTED, UNKNOWN, UNAVAILABLE
# spelled on a telephone's keys.
_WITHHELD: Final = frozenset({"+266696687", "+2562533", "+7378742883", "+8656696", "+86282452253"})


def store_number(tx: Tx, e164: str, *, synthetic: bool, country: str, kind: str, zone: str) -> str:
    """The id of this number, stored now if it is new. A number once real never becomes synthetic.

    A known one is held, so that it is not forgotten before what it is stored for, such as an opt-out, is.
    """
    fingerprint = tx.keyring.fingerprint(e164)
    mine = sa.select(phone_number.c.id).where(phone_number.c.fingerprint == fingerprint)
    known = tx.scalar(mine.with_for_update(read=True, key_share=True))
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
        tail=tail_term(tx.keyring, e164),
    )
    if stored:
        return number_id
    return str(tx.scalar(sa.select(phone_number.c.id).where(phone_number.c.fingerprint == fingerprint)))


def store_caller(tx: Tx, said: str) -> str | None:
    """The id of the number that called or texted us; None when the carrier named none that is one.

    A withheld number, a softphone or a name must never become one number that many people share. Whether a
    stored one may be dialled is decided when it is. Example: ``anonymous`` gives None.
    """
    if not _E164.fullmatch(said) or said in _WITHHELD:
        return None
    known = find_number(tx, said)
    if known is not None:
        return known
    territory = territory_of_number(said) or "ZZ"
    readings = read_cell(said, fiction_allowed=True, countries=frozenset({territory}))
    read = next((one for one in readings if isinstance(one, Number) and one.e164 == said), None)
    return store_number(
        tx,
        said,
        synthetic=tx.settings.carrier_is_loopback or is_fictional(said),
        country=read.territory if read else territory,
        kind=read.kind if read else "other",
        zone=zone_of(territory=territory) or "Europe/Paris",
    )


def read_typed(settings: Settings, said: str) -> Number:
    """The one number in what somebody typed; ``number-invalid`` for anything else, with the reasons."""
    countries = frozenset(code.strip().upper() for code in settings.callsvc_countries.split(","))
    readings = read_cell(said, fiction_allowed=settings.carrier_is_loopback, countries=countries)
    if len(readings) == 1 and isinstance(readings[0], Number):
        return readings[0]
    why = [one.reason for one in readings if not isinstance(one, Number)] or ["several-numbers"]
    raise Invalid(
        "number-invalid", f"This is not one number that may be called ({', '.join(why)}).", reasons=why
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
