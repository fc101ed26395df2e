"""People are found by what is known of them, however it is written; what is stored names nobody."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from callsvc.accounts.scope import SCOPES, Principal
from callsvc.contacts.importing.fields import folded_name
from callsvc.contacts.searching.finding import MOST_OPENED, Found, Wanted, find_people
from callsvc.contacts.searching.indexing import index_people, reindex, unindexed
from callsvc.contacts.searching.names import PARTICLES, codes_asked, codes_of, sounds_like
from callsvc.contacts.searching.phonetics import plain, sound
from callsvc.contacts.searching.terms import Term, name_terms, newest, sealed
from callsvc.contacts.service import import_contacts
from callsvc.contacts.tables import contact, contact_number, contact_term, phone_number
from callsvc.core.db import Tx
from callsvc.core.keyring import Keyring
from callsvc.runtime import Runtime
from tests.conftest import NEVER_USED
from tests.factories import make_contact, make_country

EVERYWHERE = Principal(account_id="acc1", role="administrator", regions="*", scopes=frozenset(SCOPES))
BAS_RHIN = replace(EVERYWHERE, regions=frozenset({"44"}), platforms=frozenset({"67"}))
LIST = """Nom;Prénom;Téléphone;Département;N° de dossier
LE GOFF;Yann;06 39 98 12 78;67;ZQ 2020-118
Lefèbvre;Jean-Pierre;0639981279;67;ZQ 2020-118
D'ANGELO;Zoé;06.39.98.12.80;57;ZQ-2020-119
BENALI;Mohamed;+33 6 39 98 12 81;57;
Ben Ali;Mohammad;0639981282;75;
Dupont;Camille;0639981283 / 0199001278;75;
"""
ALIKE = [
    ("Lefebvre", "LEFÈVRE", "Lefèbvre", "lefevre"),
    ("Dupont", "DUPOND", "dupon"),
    ("Thibault", "Thibaut", "THIBAUD", "tibo"),
    ("Renault", "Renaud", "Renaux"),
    ("Mohamed", "Mohammed", "MOHAMMAD", "Mouhamed", "Muhammad"),
    ("Schmitt", "Schmidt", "SCHMIT"),
    ("Meyer", "Meier", "Maier", "Mayer"),
    ("Müller", "Mueller", "MULLER"),
    ("Fernandez", "Fernandes"),
    ("Lopez", "Lopes"),
    ("François", "FRANCOIS"),
    ("Michaël", "Mickael", "Mikaël", "Michael"),
    ("Christophe", "Kristof", "Cristophe"),
    ("Gauthier", "Gautier", "Gaultier"),
    ("Sylvain", "Silvin"),
    ("Benoît", "Benoist", "BENOIT"),
    ("Oualid", "Walid"),
    ("Djamel", "Jamel"),
    ("Yacine", "Yassine", "Yasin"),
    ("Philippe", "Philip", "Filipe"),
    ("Catherine", "Katherine"),
    ("Raphaël", "Rafael"),
]
APART = [("Martin", "Martinez"), ("Louis", "Louise"), ("Laurent", "Laurence"), ("Hamid", "Ahmed")]
WORDS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzéèêëàâçôöüïœ"), min_size=2, max_size=9)
SPECIAL = PARTICLES | {"me", "mr", "st", "ms", "pr", "dr"}
OWN_WORDS = WORDS.filter(lambda word: plain(word) not in SPECIAL)
NAMES = st.lists(OWN_WORDS, min_size=1, max_size=3)


@pytest.fixture
def people(rt: Runtime, tmp_path: Path) -> Runtime:
    with rt.db.begin() as tx:
        make_country(tx)
    path = tmp_path / "list.csv"
    path.write_text(LIST, "utf-8")
    assert import_contacts(rt, path).kept == 6
    return rt


def found(rt: Runtime, principal: Principal = EVERYWHERE, **wanted: str) -> list[str]:
    with rt.db.read() as tx:
        return [one.last_name for one in find_people(tx, principal, Wanted(**wanted)).hits]


@pytest.mark.parametrize("spellings", ALIKE, ids=lambda spellings: spellings[0])
def test_spellings_of_one_name_sound_alike(spellings: tuple[str, ...]) -> None:
    assert len({sound(one) for one in spellings}) == 1


@pytest.mark.parametrize("pair", APART, ids=lambda pair: pair[0])
def test_other_names_do_not(pair: tuple[str, str]) -> None:
    assert sound(pair[0]) != sound(pair[1])


@given(NAMES, NAMES, st.randoms(use_true_random=False))
def test_accents_capitals_hyphens_and_order_never_hide_a_person(
    first: list[str], last: list[str], random: object
) -> None:
    said = [*last, *first] if random.random() < 0.5 else [*first, *last]  # type: ignore[attr-defined]
    written = plain("-".join(said)) if random.random() < 0.5 else " ".join(said).upper()  # type: ignore[attr-defined]
    assert sounds_like(codes_asked(written), " ".join(first), "-".join(last))


@given(OWN_WORDS, st.sampled_from(sorted(PARTICLES)))
def test_a_particle_may_be_written_apart_with_an_apostrophe_joined_or_not_at_all(
    word: str, particle: str
) -> None:
    stored = [f"{particle} {word}", f"{particle}{word}", f"{particle}-{word}", f"{particle}'{word}".upper()]
    for one in stored:
        assert sounds_like(codes_asked(f"{particle} {word}"), "", one)
        assert sounds_like(codes_asked(f"{particle}{word}"), "", one)
    assert codes_of(word) <= codes_of(f"{particle} {word}") | codes_of(f"{particle}{word}")


@given(WORDS)
def test_a_word_always_has_a_code_and_doubling_its_consonants_changes_nothing(word: str) -> None:
    assert sound(word) and sound(word.upper()) == sound(word) == sound(plain(word))


def test_a_name_of_another_script_is_found_as_it_is_written() -> None:
    assert sounds_like(codes_asked("علي محمد"), "محمد", "علي")
    assert not sounds_like(codes_asked("عمر"), "محمد", "علي")


def test_a_person_is_found_by_name_number_last_digits_and_case(people: Runtime) -> None:
    assert found(people, name="legoff") == found(people, name="Goff Yann") == ["LE GOFF"]
    assert found(people, name="LEFEVRE jeanpierre") == ["Lefèbvre"]
    assert found(people, name="dangelo zoe") == ["D'ANGELO"]
    assert found(people, name="mouhamed benali") == ["Ben Ali", "BENALI"]
    for written in ("0639981278", "+33 6 39 98 12 78", "06.39.98.12.78", "0033639981278", "33639981278"):
        assert found(people, number=written) == ["LE GOFF"]
    assert found(people, last_digits="1278") == ["Dupont", "LE GOFF"]
    assert found(people, last_digits="1278", name="yann") == ["LE GOFF"]
    assert found(people, case="zq2020118") == ["LE GOFF", "Lefèbvre"]
    assert found(people, case="ZQ 2020-118", name="goff") == ["LE GOFF"]
    assert (
        found(people, name="nobody") == found(people, number="12") == found(people, number="0639980000") == []
    )
    assert found(people) == []


def test_whoever_is_spelled_as_asked_comes_first(people: Runtime) -> None:
    assert found(people, name="ben ali") == ["Ben Ali", "BENALI"]
    assert found(people, name="BENALI") == ["BENALI", "Ben Ali"]


def test_nobody_is_found_beyond_ones_own_places(people: Runtime) -> None:
    assert found(people, BAS_RHIN, name="goff") == ["LE GOFF"]
    for kind, said in (
        ("name", "dupont"),
        ("number", "0639981283"),
        ("last_digits", "1283"),
        ("case", "ZQ2020119"),
    ):
        wanted = Wanted(**{kind: said})
        with people.db.read() as tx:
            assert find_people(tx, EVERYWHERE, wanted).hits
            assert not find_people(tx, BAS_RHIN, wanted).hits


def test_too_many_candidates_are_not_opened(people: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsvc.contacts.searching.finding.MOST_OPENED", 1)
    with people.db.read() as tx:
        assert find_people(tx, EVERYWHERE, Wanted(case="ZQ2020118")) == Found(too_many=True)
    assert MOST_OPENED > 100


def test_a_number_brought_by_a_later_list_finds_its_person(people: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "again.csv"
    path.write_text(
        "Nom;Prénom;Téléphone;Autre téléphone;Département\nLE GOFF;Yann;0639981278;0639985555;67\n"
    )
    assert import_contacts(people, path).contacts_new == 0
    assert found(people, last_digits="5555") == found(people, number="0639985555") == ["LE GOFF"]


def test_a_rebuild_finds_who_was_stored_without_terms_and_can_be_interrupted(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callsvc.contacts.searching.indexing.AT_ONCE", 2)
    with rt.db.begin() as tx:
        make_country(tx)
        ids = [make_contact(tx, f"+336399812{number}") for number in range(10, 15)]
        index_people(tx, sorted(ids)[:2])
    assert found(rt, name="camille") == [f"Essai {id}" for id in sorted(ids)[:2]]
    calls = []

    def die_at_the_second_batch(tx: Tx, batch: list[str]) -> None:
        calls.append(batch)
        if len(calls) == 2:
            raise KeyboardInterrupt
        index_people(tx, batch)

    monkeypatch.setattr("callsvc.contacts.searching.indexing.index_people", die_at_the_second_batch)
    with pytest.raises(KeyboardInterrupt):
        reindex(rt)
    monkeypatch.undo()
    with rt.db.read() as tx:
        assert unindexed(tx) == 1
    assert reindex(rt) == 1 and reindex(rt) == 0
    assert len(found(rt, name="camille")) == 5
    before = terms(rt)
    assert reindex(rt, everybody=True) == 5 and terms(rt) == before


def test_with_a_new_data_key_people_are_found_before_and_after_the_rebuild(people: Runtime) -> None:
    other = NEVER_USED.replace("A", "B", 1)
    people.db.keyring = Keyring.parse(f"1:{NEVER_USED},2:{other}", NEVER_USED)
    assert found(people, name="legoff") == ["LE GOFF"]
    old = terms(people)
    assert reindex(people) == 6
    assert found(people, name="legoff") == ["LE GOFF"] and found(people, last_digits="1280") == ["D'ANGELO"]
    assert not {term for _, term in old} & {term for _, term in terms(people)}


def terms(rt: Runtime) -> set[tuple[str, int]]:
    """Whose terms: people's, and their numbers'."""
    tails = sa.select(contact_number.c.contact_id, phone_number.c.tail).join(
        phone_number, phone_number.c.id == contact_number.c.number_id
    )
    wanted: list[sa.Select[Any]] = [
        sa.select(contact.c.id, contact.c.last_term),
        sa.select(contact.c.id, contact.c.first_term),
        sa.select(contact_term.c.contact_id, contact_term.c.term),
        tails,
    ]
    with rt.db.read() as tx:
        return {(str(id), int(term)) for one in wanted for id, term in tx.all(one)}


KEYRING = Keyring.parse(f"1:{NEVER_USED}", NEVER_USED)


def test_a_term_says_nothing_without_its_key_and_stands_for_many() -> None:
    other = Keyring.parse(f"1:{NEVER_USED.replace('A', 'B', 1)}", NEVER_USED)
    names = [
        Term("name", sound(f"{a}{b}")) for a in ("mar", "du", "le", "ber") for b in ("tin", "pon", "goff")
    ]
    assert [sealed(KEYRING, one) for one in names] != [sealed(other, one) for one in names]
    # The same text under two kinds must not give two terms that could be compared.
    assert sealed(KEYRING, Term("name", "1234")) & 0xFFF != sealed(KEYRING, Term("tail", "1234")) & 0xFFF
    assert len({sealed(KEYRING, Term("tail", f"{tail:04}")) for tail in range(10_000)}) <= 4096
    assert len({sealed(KEYRING, Term("name", f"code{number}")) for number in range(20_000)}) <= 4096
    lookup = KEYRING.fingerprint("1234")
    assert int.from_bytes(lookup[:4], "big") >> 20 != sealed(KEYRING, Term("tail", "1234")) & 0xFFF


def test_a_name_has_one_term_of_each_field_beside_those_of_its_further_parts() -> None:
    last, first, further = name_terms(KEYRING, "Jean-Pierre", "Le Goff")
    asked = {sealed(KEYRING, Term("name", sound(one))) for one in ("jean", "pierre", "jeanpierre")}
    assert first in asked and asked < {first, *further}
    assert len(further) == 3  # two of the first name, and goff or legoff
    assert name_terms(KEYRING, "", "Dupont")[2] == ()
    low, high = newest(KEYRING)
    assert all(low <= one <= high < 2**31 for one in (last, first, *further))
    assert folded_name("Zoé", "LE GOFF") == "goff le zoe"


def test_people_indexed_before_terms_stood_with_them_are_found_until_they_are_indexed_anew(
    people: Runtime,
) -> None:
    with people.db.begin() as tx:
        rows = [
            (row.id, row.tail)
            for row in tx.all(
                sa.select(contact_number.c.contact_id.label("id"), phone_number.c.tail).join(
                    phone_number, phone_number.c.id == contact_number.c.number_id
                )
            )
        ]
        rows += [(row.id, row.last_term) for row in tx.all(sa.select(contact))]
        rows += [(row.id, row.first_term) for row in tx.all(sa.select(contact))]
        tx.insert_rows(contact_term, ("contact_id", "term"), rows)
        tx.update(contact, sa.true(), last_term=None, first_term=None)
        tx.update(phone_number, sa.true(), tail=None)
    assert found(people, name="mouhamed benali") == ["Ben Ali", "BENALI"]
    assert found(people, last_digits="1278") == ["Dupont", "LE GOFF"]
    assert reindex(people) == 6
    with people.db.read() as tx:
        assert len(tx.all(sa.select(contact_term))) < len(rows)
    assert found(people, last_digits="1278", name="dupond") == ["Dupont"]
