"""What a row becomes on its way into the database: plain values, so that one process may prepare what another
stores."""

from typing import Any, Final, NamedTuple, TypeAlias

from callsvc.contacts.importing.report import Tally

NumberEntry: TypeAlias = tuple[bytes, str, bytes, bool, str, str, str, int]
"""Fingerprint, id if it is new, ciphertext, synthetic, country, kind, zone, the term of its last digits."""

Said: TypeAlias = tuple[Any, ...]
"""The values of an `Entry`, in its order."""


class Entry(NamedTuple):
    """A person to store. `contact_id` and `sealed` hold if the person is new; `elicited_at` is
    a stamp of `core.bulk`, empty when the row does not say; `consent_on` an ISO day or None."""

    line: int
    contact_id: str
    sealed: bytes
    first_name: str
    last_name: str
    birth_year: int | None
    postcode: str
    platform: str
    region: str
    zone: str
    department: str
    language: str
    fragility: int
    priority: int
    reference: str
    reported_at: str
    elicited_at: str
    consent_basis: str
    consent_on: str | None
    opposed: bool
    last_term: int  # by which the name is found: searching/terms.py
    first_term: int
    further_terms: tuple[int, ...]
    numbers: tuple[NumberEntry, ...]


OPPOSED: Final = Entry._fields.index("opposed")
REFERENCE: Final = Entry._fields.index("reference")

Opposed: TypeAlias = tuple[int, tuple[tuple[Any, ...], ...]]
"""A line that is not stored, and the numbers of a person who does not want to be called."""


class Batch(NamedTuple):
    """Lines of one transaction, up to `line`: what was counted, what was refused (CSV), whom to store."""

    line: int
    tally: Tally
    rejects: str
    entries: list[Said]
    opposed: list[Opposed]
