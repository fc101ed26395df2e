"""Who answers a search: a few candidates by their terms, opened to see that they are right, best first.

A term stands for many names, so every candidate is decrypted and compared before it counts. Too many
candidates are not opened at all: whoever searches is asked to say more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.contacts.cases.references import plain_reference
from callsvc.contacts.importing.fields import folded_name
from callsvc.contacts.numbers import reveal
from callsvc.contacts.people import Person, read_person
from callsvc.contacts.searching.names import codes_asked, sounds_like
from callsvc.contacts.searching.phonetics import plain
from callsvc.contacts.searching.terms import Term, asked_of, tail_of
from callsvc.contacts.tables import contact, contact_number, contact_term, phone_number, tracing_case
from callsvc.core.db import Tx
from callsvc.core.phone_numbers import FRENCH_TERRITORIES, Number, mask, read_cell

MOST_OPENED: Final = 2000
"""Candidates; beyond, a search says too little. Opening so many takes some 50 ms."""

_NEIGHBOURS: Final = frozenset(("BE", "CH", "LU", "DE", "IT", "ES", "PT", "GB", "NL", "MC", "AD"))
_ANY_COUNTRY: Final = FRENCH_TERRITORIES | _NEIGHBOURS | {"DZ", "MA", "TN"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is known of the person: at least one of these, each as people write it.

    number: whole, in any way of writing. last_digits: the last four. case: the reference of a case.
    """

    name: str = ""
    number: str = ""
    last_digits: str = ""
    case: str = ""

    @property
    def empty(self) -> bool:
        return not (codes_asked(self.name) or self.number or self.last_digits or plain_reference(self.case))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which of them were given, for the access log: never what was said."""
        return tuple(kind for kind in ("name", "number", "last_digits", "case") if getattr(self, kind))


@dataclass(frozen=True)
class Hit:
    """One person found. ``numbers`` are masked; ``exact``: the name is spelled as it was asked."""

    id: str
    first_name: str
    last_name: str
    birth_year: int | None
    numbers: tuple[str, ...]
    platform_code: str
    region_code: str
    case: str
    exact: bool


@dataclass(frozen=True)
class Found:
    """``too_many``: more candidates than are opened, and no hit is told of. Hits: the best ones first."""

    hits: tuple[Hit, ...] = ()
    too_many: bool = False


def find_people(tx: Tx, principal: Principal, wanted: Wanted) -> Found:
    """Everybody of the principal's places who answers all that is wanted.

    A number that cannot be read finds nobody. Example: ``Wanted(name="dupond camille", last_digits="1278")``.
    """
    if wanted.empty:
        return Found()
    conditions = _conditions(tx, wanted)
    if conditions is None:
        return Found()
    rows = tx.all(_candidates(principal).where(*conditions).limit(MOST_OPENED + 1))
    if len(rows) > MOST_OPENED:
        return Found(too_many=True)
    numbers = _numbers_of(tx, [row.id for row in rows])
    asked = codes_asked(wanted.name)
    hits = [
        _hit(row, person, numbers.get(row.id, ()), wanted)
        for row in rows
        if sounds_like(asked, (person := read_person(tx, row))["first_name"], person["last_name"])
        and _answers(row, numbers.get(row.id, ()), wanted)
    ]
    return Found(tuple(sorted(hits, key=_order)))


def _candidates(principal: Principal) -> sa.Select[Any]:
    columns = (contact.c.id, contact.c.person, contact.c.platform_code, contact.c.region_code)
    return (
        sa.select(*columns, tracing_case.c.reference)
        .outerjoin(tracing_case, tracing_case.c.id == contact.c.case_id)
        .where(scope_condition(principal, contact.c.region_code, contact.c.platform_code))
        .order_by(contact.c.id)
    )


def _conditions(tx: Tx, wanted: Wanted) -> list[sa.ColumnElement[bool]] | None:
    """What narrows the candidates; None when nobody can answer."""
    conditions = [_named(tx, sorted(codes)) for codes in codes_asked(wanted.name)]
    if wanted.last_digits:
        conditions.append(_ends_with(tx, wanted.last_digits))
    if reference := plain_reference(wanted.case):
        cases = sa.select(tracing_case.c.id).where(tracing_case.c.plain_reference == reference)
        conditions.append(contact.c.case_id.in_(cases))
    if wanted.number:
        prints = [tx.keyring.fingerprint(e164) for e164 in readings_of(wanted.number)]
        if not prints:
            return None
        owners = sa.select(contact_number.c.contact_id).join(
            phone_number, phone_number.c.id == contact_number.c.number_id
        )
        conditions.append(contact.c.id.in_(owners.where(phone_number.c.fingerprint.in_(prints))))
    return conditions


def _named(tx: Tx, codes: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whose name has one of these codes: a part of one index each, for no index serves an OR of tables."""
    asked = asked_of(tx.keyring, [Term("name", code) for code in codes])
    by_last = sa.select(contact.c.id).where(contact.c.last_term.in_(asked))
    by_first = sa.select(contact.c.id).where(contact.c.first_term.in_(asked))
    return contact.c.id.in_(sa.union_all(by_last, by_first, _by_term(asked)))


def _ends_with(tx: Tx, last_digits: str) -> sa.ColumnElement[bool]:
    asked = asked_of(tx.keyring, [Term("tail", last_digits)])
    owners = sa.select(contact_number.c.contact_id).join(
        phone_number, phone_number.c.id == contact_number.c.number_id
    )
    return contact.c.id.in_(sa.union_all(owners.where(phone_number.c.tail.in_(asked)), _by_term(asked)))


def _by_term(asked: Sequence[int]) -> sa.Select[tuple[str]]:
    """Who has one of these terms beside those of their row; a tail stands there for people stored long ago,
    until they are indexed anew."""
    return sa.select(contact_term.c.contact_id).where(contact_term.c.term.in_(asked))


def readings_of(number: str) -> tuple[str, ...]:
    """The E.164 forms of a number as somebody wrote it; empty when it is none."""
    readings = read_cell(number, fiction_allowed=True, countries=_ANY_COUNTRY)
    return tuple(one.e164 for one in readings if isinstance(one, Number))


def _numbers_of(tx: Tx, contact_ids: Sequence[str]) -> dict[str, list[str]]:
    columns = (contact_number.c.contact_id, phone_number.c.ciphertext, phone_number.c.fingerprint)
    joined = (
        sa.select(*columns)
        .join(phone_number, phone_number.c.id == contact_number.c.number_id)
        .where(contact_number.c.contact_id.in_(contact_ids))
        .order_by(contact_number.c.contact_id, contact_number.c.rank)
    )
    found: dict[str, list[str]] = {}
    for row in tx.all(joined):
        found.setdefault(row.contact_id, []).append(reveal(tx, row))
    return found


def _answers(row: Any, numbers: Sequence[str], wanted: Wanted) -> bool:
    """The tail and the case, compared in clear: a term alone is shared by many."""
    if wanted.last_digits and wanted.last_digits not in map(tail_of, numbers):
        return False
    asked = plain_reference(wanted.case)
    return not asked or plain_reference(row.reference or "") == asked


def _hit(row: Any, person: Person, numbers: Sequence[str], wanted: Wanted) -> Hit:
    first_name, last_name = person["first_name"], person["last_name"]
    has, said = folded_name(first_name, last_name).split(), plain(wanted.name).replace("-", " ").split()
    return Hit(
        id=row.id,
        first_name=first_name,
        last_name=last_name,
        birth_year=person.get("birth_year"),
        numbers=tuple(mask(number) for number in numbers),
        platform_code=row.platform_code,
        region_code=row.region_code,
        case=row.reference or "",
        exact=bool(said) and set(said) <= set(has),
    )


def _order(hit: Hit) -> tuple[bool, str, str, str]:
    return not hit.exact, plain(hit.last_name), plain(hit.first_name), hit.id
