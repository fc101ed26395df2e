"""People, numbers and cases made anonymous: their rows stay for the figures, and say nothing of anybody.

Between the moment in which a list finds somebody known and that in which it stores what is new of them, they
must not be forgotten: the list would give its numbers, its case and its words to nobody. No foreign key sees
that, as the rows stay. So both say first whether they store or forget, and never go on at the same time.
"""

from collections.abc import Sequence

from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.tables import (
    case_handover,
    contact,
    contact_number,
    contact_term,
    phone_number,
    preference,
    tracing_case,
)
from callsvc.core.db import Tx

_EITHER = "storing people or forgetting them"
_NOBODY = Person(first_name="", last_name="", birth_year=None, postcode="")


def forget_nobody_meanwhile(tx: Tx) -> None:
    """Nobody is forgotten until the commit. Said first, before anybody is looked for; many say it at once.

    One short statement a transaction, on PostgreSQL alone: SQLite has one writer.
    """
    tx.one_at_a_time(_EITHER, shared=True)


def store_nobody_meanwhile(tx: Tx) -> None:
    """No list is stored until the commit: waits for the batches under way, and those to come wait for it."""
    tx.one_at_a_time(_EITHER)


def forget_people(tx: Tx, contact_ids: Sequence[str]) -> None:
    """Names, birth years, addresses, what they are found by, and which numbers were theirs.

    Where and when they were reported stays. Whoever is named again later is somebody new.
    """
    tx.delete(contact_term, contact_term.c.contact_id.in_(contact_ids))
    tx.delete(contact_number, contact_number.c.contact_id.in_(contact_ids))
    for contact_id in contact_ids:
        tx.update_row(
            contact,
            contact_id,
            fingerprint=_of_nobody(tx, contact_id),
            person=seal_person(tx.keyring, contact_id, _NOBODY),
            last_term=None,
            first_term=None,
            consent_on=None,
            import_line=None,
            erased_at=tx.now,
        )


def forget_numbers(tx: Tx, number_ids: Sequence[str]) -> None:
    """A number that calls again is a new one to us. Never those of a do-not-contact entry: they are kept."""
    tx.delete(preference, preference.c.number_id.in_(number_ids))
    for number_id in number_ids:
        fingerprint = _of_nobody(tx, number_id)
        tx.update_row(
            phone_number,
            number_id,
            fingerprint=fingerprint,
            ciphertext=tx.keyring.encrypt("", f"phone_number:{fingerprint.hex()}"),
            tail=None,
            erased_at=tx.now,
        )


def forget_cases(tx: Tx, case_ids: Sequence[str]) -> None:
    """References, and what was written at a hand-over."""
    for case_id in case_ids:
        tx.update_row(tracing_case, case_id, reference=f"erased:{case_id}", plain_reference="")
    tx.update(case_handover, case_handover.c.case_id.in_(case_ids), note=None)


def _of_nobody(tx: Tx, row_id: str) -> bytes:
    """A fingerprint that no number and no person has: of something that is neither."""
    return tx.keyring.fingerprint(f"erased:{tx.new_id('nil')}:{row_id}")
