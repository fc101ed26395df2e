"""Importing into the database: idempotent, merged, said."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.bench.messy_list import write_messy_list
from callsvc.contacts import importing_run
from callsvc.contacts.cli import contacts as contacts_group
from callsvc.contacts.entries import Batch
from callsvc.contacts.importing.events import ContactsImported
from callsvc.contacts.numbers import store_number
from callsvc.contacts.people import read_person
from callsvc.contacts.service import import_contacts
from callsvc.contacts.storing import Stored
from callsvc.contacts.tables import (
    contact,
    contact_import,
    contact_number,
    contact_term,
    phone_number,
    suppression,
    tracing_case,
)
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, Unavailable
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime

HEADER = "N° dossier;Nom;Prénom;Téléphone;Date de naissance;Code postal;Date de signalement;Opposition\r\n"


@pytest.fixture
def world(rt: Runtime) -> Runtime:
    with rt.db.begin() as tx:
        for code, name, zone in (("44", "Grand Est", "Europe/Paris"), ("04", "La Réunion", "Indian/Reunion")):
            tx.insert(region, code=code, name=name, zone=zone)
        for code, name, region_code in (
            ("67", "Bas-Rhin", "44"),
            ("57", "Moselle", "44"),
            ("974", "La Réunion", "04"),
        ):
            tx.insert(platform, code=code, name=name, region_code=region_code)
    return rt


def written(tmp_path: Path, *lines: str, name: str = "liste.csv") -> Path:
    path = tmp_path / name
    path.write_bytes((HEADER + "".join(f"{line}\r\n" for line in lines)).encode("cp1252"))
    return path


def count(rt: Runtime, table: sa.Table) -> int:
    with rt.db.read() as tx:
        return int(tx.scalar(sa.select(sa.func.count()).select_from(table)))


def people(rt: Runtime) -> list[dict[str, Any]]:
    with rt.db.read() as tx:
        return [
            dict(read_person(tx, row)) for row in tx.all(sa.select(contact).order_by(contact.c.import_line))
        ]


ZOE = "D1;DUPRÉ;Zoé;06 39 98 12 34;12/03/1957;67000;15/11/2020 18:30;"


def test_a_row_becomes_a_number_a_case_and_a_person(world: Runtime, tmp_path: Path) -> None:
    report = import_contacts(world, written(tmp_path, ZOE))
    assert (report.status, report.rows, report.kept, report.contacts_new) == ("completed", 1, 1, 1)
    with world.db.read() as tx:
        person = tx.first(sa.select(contact))
        number = tx.first(sa.select(phone_number))
        case = tx.first(sa.select(tracing_case))
    assert person is not None
    assert number is not None
    assert case is not None
    assert (person.platform_code, person.region_code, person.zone) == ("67", "44", "Europe/Paris")
    assert (person.language, person.department, person.consent_basis) == ("fr", "67", "public-interest")
    assert person.elicited_at.isoformat() == "2020-11-15T17:30:00+00:00"
    assert (number.synthetic, number.country, number.kind, number.zone) == (
        True,
        "FR",
        "mobile",
        "Europe/Paris",
    )
    assert (case.reference, case.platform_code, person.case_id) == ("D1", "67", case.id)
    assert people(world) == [
        {"first_name": "Zoé", "last_name": "DUPRÉ", "birth_year": 1957, "postcode": "67000"}
    ]


def test_no_number_and_no_name_is_stored_in_the_clear(world: Runtime, tmp_path: Path) -> None:
    import_contacts(world, written(tmp_path, ZOE, "D2;GARBAGE;Ana;3,36E+10;;67000;;"), source="back office")
    with world.db.read() as tx:
        for table in (phone_number, contact, contact_number, tracing_case, contact_import):
            for row in tx.all(sa.select(table)):
                text = " ".join(str(value) for value in row)
                assert not any(word in text for word in ("639981234", "DUPR", "Zoé", "GARBAGE", "3,36E"))


def test_the_same_file_twice_changes_nothing(world: Runtime, tmp_path: Path) -> None:
    path = written(tmp_path, ZOE, "D2;MARTIN;Ana;0639981235;1960;67000;;oui")
    first = import_contacts(world, path)
    second = import_contacts(world, path)
    assert (second.status, second.import_id, second.rows) == ("unchanged", first.import_id, 2)
    assert (count(world, contact), count(world, contact_import), count(world, suppression)) == (2, 1, 1)


def test_the_same_people_in_another_file_are_known(world: Runtime, tmp_path: Path) -> None:
    import_contacts(world, written(tmp_path, ZOE))
    report = import_contacts(world, written(tmp_path, ZOE, "", name="again.csv"))
    assert (report.contacts_new, report.contacts_known, report.contacts_merged) == (0, 1, 0)
    assert (count(world, contact), count(world, phone_number), count(world, contact_number)) == (1, 1, 1)


def test_one_person_with_two_spellings_is_merged_and_said(world: Runtime, tmp_path: Path) -> None:
    report = import_contacts(
        world,
        written(
            tmp_path,
            "D1;DUPONT;Jean;0639981234;1957;67000;;",
            "D1;Dupond;JEAN;06.39.98.12.34 / 0353011234;;67000;;",
            "D1;DUPONT;Jean;0353011234;1957;67000;;",
        ),
    )
    assert (report.contacts_new, report.contacts_merged) == (1, 2)
    assert report.said["spelled-differently"] == 1
    assert report.said["same-person-twice"] == 1
    assert count(world, contact_number) == 2


def test_a_household_number_is_kept_for_each_of_its_people(world: Runtime, tmp_path: Path) -> None:
    report = import_contacts(
        world,
        written(
            tmp_path,
            "D1;MARTIN;Léo;0353011234;2001;67000;;",
            "D1;MARTIN;Léa;0353011234;2001;67000;;",
        ),
    )
    assert (report.contacts_new, report.shared_numbers, report.said["shared-number"]) == (2, 1, 1)
    assert (count(world, phone_number), count(world, contact_number)) == (1, 2)


def test_missing_facts_are_filled_from_a_later_list_and_known_ones_kept(
    world: Runtime, tmp_path: Path
) -> None:
    import_contacts(world, written(tmp_path, "D1;DUPRÉ;Zoé;0639981234;;67000;;"))
    report = import_contacts(world, written(tmp_path, ZOE, name="second.csv"))
    assert people(world)[0]["birth_year"] == 1957
    assert report.contacts_known == 1
    third = import_contacts(
        world, written(tmp_path, "D1;DUPRÉ;Zoé;0639981234;1962;67000;;", name="third.csv")
    )
    assert third.said["birth-year-differs"] == 1
    assert people(world)[0]["birth_year"] == 1957


def test_an_opposition_is_a_suppression_of_everything_with_its_evidence(
    world: Runtime, tmp_path: Path
) -> None:
    report = import_contacts(world, written(tmp_path, "D1;DUPRÉ;Zoé;0639981234;1957;67000;;X"))
    assert (report.contacts_new, report.suppressions_new) == (1, 1)
    with world.db.read() as tx:
        row = tx.first(sa.select(suppression))
    assert row is not None
    assert (row.scope, row.source, row.evidence) == ("all", "import", f"{report.import_id}:2")


def test_the_opposition_of_a_row_that_no_platform_takes_is_stored_all_the_same(
    world: Runtime, tmp_path: Path
) -> None:
    report = import_contacts(world, written(tmp_path, "D1;PETIT;Ana;0639981235 / 0639981236;1960;;;oui"))
    assert (report.refused, report.suppressions_new) == (1, 2)
    assert (count(world, contact), count(world, suppression)) == (0, 2)
    with world.db.read() as tx:
        row = tx.all(sa.select(suppression))[0]
    assert (row.scope, row.source, row.evidence) == ("all", "import", f"{report.import_id}:2")


def test_a_number_that_already_opted_out_is_kept_and_reported(world: Runtime, tmp_path: Path) -> None:
    import_contacts(world, written(tmp_path, "D1;DUPRÉ;Zoé;0639981234;1957;67000;;X"))
    report = import_contacts(world, written(tmp_path, ZOE, name="later.csv"))
    assert (report.kept, report.suppressed_already) == (1, 1)
    assert report.said["already-suppressed"] == 1


def test_reunion_keeps_its_own_clock(world: Runtime, tmp_path: Path) -> None:
    import_contacts(
        world, written(tmp_path, "D1;PAYET;Ana;0692123456;1957;97400;15/11/2020;"), synthetic=True
    )
    with world.db.read() as tx:
        person = tx.first(sa.select(contact))
        number = tx.first(sa.select(phone_number))
    assert person is not None
    assert number is not None
    assert (person.zone, person.region_code) == ("Indian/Reunion", "04")
    assert person.elicited_at.isoformat() == "2020-11-14T20:00:00+00:00"
    assert (number.country, number.synthetic) == ("RE", True)


def test_the_synthetic_mark_of_a_number_outlives_later_lists(world: Runtime, tmp_path: Path) -> None:
    line = "D1;PAYET;Ana;0692123456;1957;97400;;"
    import_contacts(world, written(tmp_path, line), synthetic=True)
    report = import_contacts(world, written(tmp_path, line, "", name="real.csv"))
    assert report.said["marked-synthetic-before"] == 1
    with world.db.read() as tx:
        assert tx.scalar(sa.select(phone_number.c.synthetic)) is True


def test_synthetic_lists_and_fictional_numbers_need_the_simulator(world: Runtime, tmp_path: Path) -> None:
    real = replace(
        world, settings=world.settings.model_copy(update={"twilio_api_base_url": "https://carrier.example"})
    )
    with pytest.raises(Invalid, match="fiction-number"):
        import_contacts(real, written(tmp_path, ZOE), synthetic=True)
    report = import_contacts(real, written(tmp_path, ZOE))
    assert (report.kept, dict(report.refusals)) == (0, {"fiction-number": 1})


def test_a_person_whom_no_platform_covers_is_refused_or_given_the_default_one(
    world: Runtime, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    lines = ("D1;DUPRÉ;Zoé;0639981234;1957;13001;;", "D2;MARTIN;Ana;0639981235;1957;;;")
    refused = import_contacts(world, written(tmp_path, *lines), rejects=rejects)
    assert (refused.kept, dict(refused.refusals)) == (0, {"platform-unknown": 1, "department-needed": 1})
    assert rejects.read_text(encoding="utf-8-sig").count("\n") == 3
    taken = import_contacts(world, written(tmp_path, *lines), default_platform="57")
    assert (taken.kept, taken.contacts_new) == (2, 2)
    with pytest.raises(Invalid, match="platform-unknown"):
        import_contacts(world, written(tmp_path, *lines), default_platform="99")


def test_people_are_handed_to_the_campaign_and_a_missing_listener_is_not_silent(
    world: Runtime, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="campaigns-absent"):
        _without_campaigns(world, written(tmp_path, ZOE))
    handed: list[ContactsImported] = []

    def enrol(tx: Tx, event: ContactsImported) -> None:
        handed.append(event)

    world.db.reactions = {ContactsImported: (enrol,)}
    report = import_contacts(world, written(tmp_path, ZOE, ZOE), into_campaign="tracing")
    assert report.for_campaign == 1
    (event,) = handed
    assert (event.campaign_id, event.import_id, len(event.contact_ids)) == ("tracing", report.import_id, 1)


def _without_campaigns(world: Runtime, path: Path) -> None:
    world.db.reactions = {}
    import_contacts(world, path, into_campaign="tracing")


def test_an_import_that_dies_is_marked_failed_and_finished_by_running_it_again(
    world: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import callsvc.contacts.importing_run as run
    from callsvc.contacts.preparing import Preparer

    lines = [f"D;N{place};P;063998{place:04};1957;67000;;" for place in range(25)]
    path = written(tmp_path, *lines)
    whole = Preparer.batches
    monkeypatch.setattr(Preparer, "batches", lambda self, after=0: whole(self, after, size=10))
    stored, batches = run.store_batch, []

    def dies(*arguments: Any) -> Any:
        batches.append(1)
        if len(batches) == 2:
            raise KeyboardInterrupt
        return stored(*arguments)

    monkeypatch.setattr(run, "store_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        import_contacts(world, path)
    assert count(world, contact) == 10
    with world.db.read() as tx:
        row = tx.first(sa.select(contact_import))
    assert row is not None
    assert (row.status, row.lines_done) == ("failed", 11)
    report = import_contacts(world, path)
    assert (report.status, report.contacts_new, report.contacts_known) == ("completed", 15, 10)
    assert count(world, contact) == 25


def test_an_import_that_is_running_is_not_started_twice(world: Runtime, tmp_path: Path) -> None:
    path = written(tmp_path, ZOE)
    report = import_contacts(world, path)
    with world.db.begin() as tx:
        tx.update(
            contact_import,
            contact_import.c.id == report.import_id,
            status="running",
            deadline_machine_at=tx.machine_now + timedelta(minutes=1),
        )
    with pytest.raises(Conflict, match="import-running"):
        import_contacts(world, path)


def test_a_dry_run_says_everything_and_stores_nothing(world: Runtime, tmp_path: Path) -> None:
    report = import_contacts(world, written(tmp_path, ZOE, "D2;X;Y;112;;67000;;"), dry_run=True)
    assert (report.status, report.rows, report.kept, report.refusals["short-number"]) == (
        "previewed",
        2,
        1,
        1,
    )
    assert (count(world, contact), count(world, contact_import)) == (0, 0)


def test_the_command_imports_and_reports_in_json_and_in_words(world: Runtime, tmp_path: Path) -> None:
    path = written(tmp_path, ZOE, "D2;X;Y;112;;67000;;")
    rejects = tmp_path / "rejects.csv"
    run = CliRunner().invoke(
        contacts_group,
        ["import", str(path), "--rejects", str(rejects), "--map", "Prénom=first_name", "--format", "json"],
        obj=lambda: world,
    )
    assert run.exit_code == 0, run.output
    told = json.loads(run.output)
    assert (told["status"], told["kept"], told["refused"]) == ("completed", 1, 1)
    assert told["refusals"][0]["reason"] == "short-number"
    assert rejects.exists()
    words = CliRunner().invoke(contacts_group, ["import", str(path), "--dry-run"], obj=lambda: world)
    assert "2 rows: 1 kept, 1 refused" in words.output
    assert "line 3, Téléphone: '•12'" in words.output  # the rejects file has it whole


def test_a_list_says_what_a_number_is_that_was_only_known_for_calling_us(
    world: Runtime, tmp_path: Path
) -> None:
    with world.db.begin() as tx:
        store_number(tx, "+33639981234", synthetic=True, country="ZZ", kind="other", zone="Europe/Paris")
    import_contacts(world, written(tmp_path, ZOE))
    with world.db.read() as tx:
        [row] = tx.all(sa.select(phone_number))
    assert (row.kind, row.country) == ("mobile", "FR")


def test_what_a_list_changes_of_people_known_before_is_said_line_by_line(
    world: Runtime, tmp_path: Path
) -> None:
    import_contacts(world, written(tmp_path, "D1;DUPRÉ;Zoé;0639981234;;67000;;"))
    report = import_contacts(
        world, written(tmp_path, "D1;DUPRÉ;Zoé;0639981234 / 0639981235;1957;67000;17/11/2020;", name="2.csv")
    )
    assert (report.contacts_known, report.contacts_changed) == (1, 1)
    assert [(line, reason) for line, _, reason in report.changes] == [
        (2, "details-filled"),
        (2, "number-added"),
    ]
    assert report.as_dict(cells=False)["changes"][0]["contact_id"] == report.changes[0][1]
    with world.db.read() as tx:
        ranks = [row.rank for row in tx.all(sa.select(contact_number).order_by(contact_number.c.rank))]
    assert ranks == [1, 2]


def test_the_preferred_number_is_tried_first_and_consent_has_its_day(world: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "preferred.csv"
    path.write_text(
        "Nom;Tél. fixe;Portable;Numéro préféré;Consentement;Date de consentement;Priorité;CP\n"
        "A;0353011234;0639981234;mobile;oui;12/11/2020;haute;67000\n"
        "B;0353011235;0639981235;3;;;;67000\n"
    )
    report = import_contacts(world, path, consent_on=date(2020, 11, 1))
    assert report.said["preferred-absent"] == 1
    with world.db.read() as tx:
        people = tx.all(sa.select(contact).order_by(contact.c.import_line))
        kinds = tx.all(
            sa.select(phone_number.c.kind)
            .join(contact_number, contact_number.c.number_id == phone_number.c.id)
            .order_by(contact_number.c.contact_id, contact_number.c.rank)
        )
    assert [row.kind for row in kinds] == ["mobile", "fixed", "fixed", "mobile"]
    assert [(one.consent_basis, one.consent_on, one.priority) for one in people] == [
        ("consent", date(2020, 11, 12), 3), ("public-interest", date(2020, 11, 1), 0),
    ]  # fmt: skip


def test_an_import_is_canceled_by_its_id_on_the_command_line(world: Runtime, tmp_path: Path) -> None:
    report = import_contacts(world, written(tmp_path, ZOE))
    run = CliRunner().invoke(contacts_group, ["import", "--cancel", report.import_id], obj=lambda: world)
    assert isinstance(run.exception, Conflict)
    assert CliRunner().invoke(contacts_group, ["import"], obj=lambda: world).exit_code == 2


def test_whatever_an_import_stores_points_at_something_stored(world: Runtime, tmp_path: Path) -> None:
    """No foreign key says so: see `contacts/tables.py`."""
    for seed, rows in ((7, 300), (8, 300), (7, 500)):
        path = tmp_path / f"{seed}-{rows}.csv"
        write_messy_list(path, rows, seed)
        assert import_contacts(world, path, synthetic=True, default_platform="67").kept
    ends = [
        (contact_number.c.contact_id, contact.c.id),
        (contact_number.c.number_id, phone_number.c.id),
        (contact.c.case_id, tracing_case.c.id),
        (contact.c.platform_code, platform.c.code),
        (contact.c.region_code, region.c.code),
        (contact.c.import_id, contact_import.c.id),
        (contact_term.c.contact_id, contact.c.id),
    ]
    with world.db.read() as tx:
        for mine, other in ends:
            assert tx.scalar(sa.select(sa.func.count()).where(mine.is_not(None))) > 0
            assert tx.all(sa.select(mine).where(mine.is_not(None), mine.not_in(sa.select(other)))) == []
        numbered = sa.select(contact_number.c.contact_id)
        assert tx.all(sa.select(contact.c.id).where(contact.c.id.not_in(numbered))) == []


@pytest.mark.parametrize("known", [True, False], ids=["known-number", "new-number"])
def test_two_lists_that_bring_the_same_new_person_at_once_store_one(
    world: Runtime, tmp_path: Path, known: bool
) -> None:
    first = written(tmp_path, "D1;MARTIN;Zoé;06 39 98 12 34;1957;67000;;", name="one.csv")
    second = written(tmp_path, "D2;MARTIN;Zoé;06 39 98 12 34;1957;67000;;", name="two.csv")
    if known:
        with world.db.begin() as tx:
            store_number(tx, "+33639981234", synthetic=True, country="FR", kind="mobile", zone="Europe/Paris")
    inside, finished = threading.Event(), threading.Event()
    mind = importing_run.mind_oppositions

    def wait_inside(tx: Tx, import_id: str, batch: Batch, stored: Stored) -> None:
        mind(tx, import_id, batch, stored)
        if not inside.is_set():  # the first of the two: the second begins meanwhile, and must wait
            inside.set()
            assert not finished.wait(0.3)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as pool:
        patch.setattr(importing_run, "mind_oppositions", wait_inside)
        one = pool.submit(import_contacts, world, first)
        assert inside.wait(5)
        other = pool.submit(import_contacts, world, second)
        other.add_done_callback(lambda _: finished.set())
        assert one.result().contacts_new + other.result().contacts_new == 1
    assert len(people(world)) == 1
