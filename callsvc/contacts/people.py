"""What is known of a person, sealed in `contact.person`: names and birth year, nothing about health."""

from typing import Any, TypedDict

from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.core.keyring import Keyring


class Person(TypedDict):
    """The sealed part of a contact; an unknown birth year is None, an unknown name empty."""

    first_name: str
    last_name: str
    birth_year: int | None
    postcode: str


def seal_person(keyring: Keyring, contact_id: str, person: Person) -> bytes:
    """The ciphertext of a person, bound to the contact's row."""
    return keyring.encrypt_json(person, f"contact:{contact_id}")


def read_person(tx: Tx, row: Row[Any]) -> Person:
    """The person of a `contact` row (needs `id` and `person`): for a call's facts, or an audited page."""
    opened: Person = tx.keyring.decrypt_json(row.person, f"contact:{row.id}")
    return opened


def full_name(tx: Tx, row: Row[Any] | None) -> str:
    """First and last name of such a row, as far as they are known; empty where nobody is."""
    if row is None:
        return ""
    person = read_person(tx, row)
    return " ".join(filter(None, (person["first_name"], person["last_name"])))
