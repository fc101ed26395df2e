"""What a row becomes on its way into the database: plain values, so that one process may prepare what another
stores."""

from typing import Any, Final, NamedTuple, TypeAlias

from callsvc.contacts.importing.report import Tally

NumberEntry: TypeAlias = tuple[str, bytes, bytes, int, bool, str, str, str, int]
"""A row of `phone_number` if the number is new, in the order of `NUMBER_COLUMNS`."""

NUMBER_COLUMNS: Final = (
    *("id", "fingerprint", "ciphertext", "key_version", "synthetic", "country", "kind", "zone", "tail"),
)

Said: TypeAlias = tuple[Any, ...]
"""The values of an `Entry`, in its order."""


class Entry(NamedTuple):
    """A person to store. `contact_id` and `sealed` hold if the person is new; `elicited_at` is a stamp of
    `core.bulk`, empty when the row does not say; `consent_on` an ISO day or None."""

    line: int
    contact_id: str
    reference: str
    elicited_at: str
    platform: str  # from here on as the person's row holds it: `AS_STORED`
    region: str
    sealed: bytes
    language: str
    zone: str
    department: str
    fragility: int
    priority: int
    consent_basis: str
    consent_on: str | None
    last_term: int  # by which the name is found: searching/terms.py
    first_term: int  # until here
    further_terms: tuple[int, ...]
    first_name: str
    last_name: str
    birth_year: int | None
    postcode: str
    reported_at: str
    opposed: bool
    numbers: tuple[NumberEntry, ...]


AS_STORED: Final = slice(Entry._fields.index("platform"), Entry._fields.index("first_term") + 1)
STORED_COLUMNS: Final = (
    *("platform_code", "region_code", "person", "language", "zone", "department", "fragility", "priority"),
    *("consent_basis", "consent_on", "last_term", "first_term"),
)
"""The columns of `contact` that this part of an entry fills."""

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
