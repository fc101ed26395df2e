"""Rows that point nowhere are counted, reported and mended; where there are none, nothing is said."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.campaigns.service import change_state
from callsvc.cli import callsvc
from callsvc.contacts.tables import contact, contact_number, contact_term, phone_number, tracing_case
from callsvc.core.incidents import incident
from callsvc.operations.checks.rows import check_rows
from callsvc.retention.astray import KINDS, astray, mend_astray
from callsvc.retention.passing import forget_due
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, start_campaign

NUMBERS = [f"+3363998000{n}" for n in range(1, 7)]


def _led_astray(rt: Runtime) -> dict[str, str]:
    """One row of each kind, each of somebody else, by kind."""
    ids = start_campaign(rt, *NUMBERS).contact_ids
    with rt.db.begin() as tx:
        mine = contact_number.c.contact_id
        forgotten = tx.scalar(sa.select(contact_number.c.number_id).where(mine == ids[0]))
        tx.update(phone_number, phone_number.c.id == forgotten, erased_at=tx.now)
        tx.update(contact, contact.c.id == ids[1], erased_at=tx.now)
        tx.insert(tracing_case, id="case1", reference="erased:case1", platform_code="67", reported_at=tx.now)
        tx.update(contact, contact.c.id == ids[2], case_id="case1")
        tx.update(contact, contact.c.id == ids[3], import_id="impnone")
        tx.update(contact, contact.c.id == ids[4], platform_code="ZZZ")
        tx.insert(contact_term, contact_id="ctcgone", term=7)
        living = tx.scalar(sa.select(contact_number.c.number_id).where(mine == ids[5]))
        tx.insert(contact_number, contact_id="ctcnone", number_id=living, rank=1)
    return {
        "number-of-nobody": "ctcnone",
        "number-forgotten": ids[0],
        "forgotten-and-named-again": ids[1],
        "term-of-nobody": "ctcgone",
        "case-unknown": ids[2],
        "import-unknown": ids[3],
        "place-unknown": ids[4],
    }


def _found(rt: Runtime) -> dict[str, list[str]]:
    with rt.db.read() as tx:
        return {one.kind: list(one.people) for one in astray(tx.execute)}


def test_a_row_of_each_kind_is_found_with_whom_it_concerns(rt: Runtime) -> None:
    start_campaign(rt, "+33639980019", file=campaign_file(id="before"))
    assert _found(rt) == {}
    wanted = _led_astray(rt)
    assert _found(rt) == {kind: [person] for kind, person in wanted.items()}
    assert set(wanted) == {kind.id for kind in KINDS}


def test_mending_ends_all_but_what_only_a_person_knows_and_loses_nobody(rt: Runtime) -> None:
    wanted = _led_astray(rt)
    with rt.db.begin() as tx:
        people = tx.scalar(sa.select(sa.func.count()).select_from(contact))
        assert mend_astray(tx) == 6
    assert _found(rt) == {"place-unknown": [wanted["place-unknown"]]}
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(contact)) == people
        again = wanted["forgotten-and-named-again"]
        assert tx.scalar(sa.select(contact.c.erased_at).where(contact.c.id == again)) is None
        assert tx.scalar(sa.select(sa.func.count()).select_from(contact_number)) == 5


def test_the_end_of_each_walk_reports_them_once_a_day(rt: Runtime) -> None:
    _led_astray(rt)
    for hours in (0, 2, 24):
        advance(rt, hours * 3600.0)
        forget_due(rt, at_once=True)
    with rt.db.read() as tx:
        kinds = [row.subject for row in tx.all(sa.select(incident).where(incident.c.kind == "rows-astray"))]
    assert sorted(kinds) == sorted([kind.id for kind in KINDS] * 2)


def test_a_walk_that_forgets_people_leaves_none_and_reports_nothing(rt: Runtime) -> None:
    start_campaign(rt, *NUMBERS)
    change_state(rt, "tracing", "stop", "test")
    advance(rt, 91 * 86_400.0)
    assert forget_due(rt, at_once=True) == (6, 6)
    assert _found(rt) == {}
    with rt.db.read() as tx:
        assert tx.first(sa.select(incident).where(incident.c.kind == "rows-astray")) is None


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_command_and_doctor_name_them_and_the_command_mends(rt: Runtime) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(callsvc, ["retention", "verify", *words], obj=lambda: rt)

    settings = rt.settings.model_copy(update={"database_url": str(rt.db.engine.url)})
    start_campaign(rt, "+33639980019", file=campaign_file(id="before"))
    assert run().output == "No row points nowhere.\n" and check_rows(settings).state == "ok"
    _led_astray(rt)
    assert run().exit_code == 1 and "number-of-nobody: ctcnone" in run().output
    assert "1 place-unknown" in check_rows(settings).message and "--mend" in check_rows(settings).advice
    mended = run("--mend", "--format", "json")
    assert mended.exit_code == 1 and [one["kind"] for one in json.loads(mended.output)] == ["place-unknown"]
    with rt.db.begin() as tx:
        tx.update(contact, contact.c.platform_code == "ZZZ", platform_code="67")
    assert run().exit_code == 0
    away = settings.model_copy(update={"database_url": "sqlite:////nowhere/at/all.db"})
    assert check_rows(away).state == "skipped"
