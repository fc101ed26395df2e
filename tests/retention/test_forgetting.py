"""After its days a campaign's people are nobody: no name and no number of theirs is left; figures stay."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.accounts.tables import access_log
from callsvc.appointments.tables import appointment
from callsvc.calls.tables import leg, webhook_event
from callsvc.campaigns.service import apply_campaign, change_state
from callsvc.campaigns.tables import campaign_contact
from callsvc.cli import callsvc
from callsvc.contacts.numbers import find_number, lock_number, reveal, store_number
from callsvc.contacts.people import read_person
from callsvc.contacts.preferences import prefer
from callsvc.contacts.searching.indexing import index_people
from callsvc.contacts.suppressions import live_suppressions, suppress
from callsvc.contacts.tables import contact, contact_number, phone_number, tracing_case
from callsvc.core.db import Tx, metadata
from callsvc.flows.tables import flow_session
from callsvc.messages.service import plan_message, receive_message
from callsvc.messages.tables import message
from callsvc.retention.passing import forget_due, preview_retention
from callsvc.runtime import Runtime
from tests.dialing.test_covering import call_once
from tests.factories import advance, campaign_file, places, start_campaign

KEPT, GONE, STOPPED, CALLER = (f"+3363998000{n}" for n in range(1, 5))
DAY = 86_400.0


def _world(rt: Runtime) -> list[str]:
    """A called campaign of three people, one of whom is in another one that goes on; one said stop."""
    ids = start_campaign(rt, KEPT, GONE, STOPPED).contact_ids
    call_once(rt, "completed", "reached")
    with rt.db.begin() as tx:
        index_people(tx, ids)
        for n, number in enumerate((KEPT, GONE, STOPPED)):
            place = places(rt)[n]
            number_id = find_number(tx, number) or ""
            plan_message(
                tx, number_id=number_id, body=f"Bonjour Camille {number}", sender="+33199000199", purpose="p",
                cause=f"c{n}", campaign_contact_id=place.id,
            )  # fmt: skip
            receive_message(tx, sid=f"SM{n}", number_id=number_id, body=f"c'est {number}", to="+33199000199")
            prefer(tx, number_id, "language", "en", source="test")
        suppress(tx, find_number(tx, STOPPED) or "", "all", source="test")
        _details(tx, ids)
        caller = store_number(
            tx, CALLER, synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
        )  # of nobody's
        receive_message(tx, sid="SM9", number_id=caller, body=f"rappelez {CALLER}", to="+33199000199")
    apply_campaign(rt, campaign_file(id="other", title="Autre"), "test")
    with rt.db.begin() as tx:
        tx.insert(
            campaign_contact, id="cct-other", campaign_id="other", contact_id=ids[0], region_code="44",
            platform_code="67", status="waiting", next_try_at=tx.now, deadline_at=tx.now,
        )  # fmt: skip
    change_state(rt, "other", "start", "test")
    change_state(rt, "tracing", "close", "test")
    return ids


def _details(tx: Tx, ids: list[str]) -> None:
    tx.insert(
        tracing_case, id="case1", reference="DOSSIER-DUPONT", platform_code="67", reported_at=tx.now, level=2
    )
    tx.update(contact, contact.c.id.in_(ids[1:]), case_id="case1")
    visit = {"kind": "physical", "place": "Rue", "reason": "test positif", "status": "booked"}
    then = {"starts_at": tx.now, "changed_at": tx.now, "resolved_by_phone": False}
    tx.insert(appointment, id="apt1", contact_id=ids[1], **visit, **then)
    tx.execute(flow_session.update().values(state=tx.keyring.encrypt("Camille", "flow_session:x")))
    leg_id = tx.scalar(sa.select(leg.c.id).where(leg.c.number_id == find_number(tx, GONE)))
    tx.insert(
        webhook_event, key="k1", leg_id=leg_id, received_at=tx.now, received_machine_at=tx.now, facts={},
        answer=tx.keyring.encrypt("Bonjour Camille", "k1"),
    )  # fmt: skip


def _sealed(rt: Runtime) -> dict[bytes, str]:
    """Every sealed or hashed value of the whole database, and where it stands."""
    found = {}
    with rt.db.read() as tx:
        for table in metadata.sorted_tables:
            for column in table.c:
                if isinstance(column.type, sa.LargeBinary) and not table.name.startswith(("access", "acc")):
                    for row in tx.all(sa.select(column).where(column.is_not(None))):
                        found[bytes(row[0])] = f"{table.name}.{column.name}"
    return found


def _in_words(rt: Runtime) -> str:
    """Everything that any table says in plain text."""
    with rt.db.read() as tx:
        rows = [row for table in metadata.sorted_tables for row in tx.all(sa.select(table))]
    return "\n".join(str([value for value in row if not isinstance(value, bytes)]) for row in rows)


def _of(rt: Runtime, contact_id: str) -> set[bytes]:
    """What is sealed of one person: themselves, their numbers, their texts and sessions."""
    with rt.db.read() as tx:
        theirs = sa.select(contact_number.c.number_id).where(contact_number.c.contact_id == contact_id)
        person = tx.all(sa.select(contact.c.person, contact.c.fingerprint).where(contact.c.id == contact_id))
        numbers = tx.all(
            sa.select(phone_number.c.ciphertext, phone_number.c.fingerprint).where(
                phone_number.c.id.in_(theirs)
            )
        )
        texts = tx.all(sa.select(message.c.body).where(message.c.number_id.in_(theirs)))
    return {bytes(value) for row in (*person, *numbers, *texts) for value in row}


def test_nothing_is_erased_before_its_days_and_a_look_changes_nothing(rt: Runtime) -> None:
    _world(rt)
    before = _sealed(rt)
    advance(rt, 89 * DAY)
    assert forget_due(rt, at_once=True) == (0, 0)
    advance(rt, 2 * DAY)
    with rt.db.read() as tx:
        due = preview_retention(tx)
    assert (due.people, due.numbers, due.days) == (2, 1, 90)
    assert _sealed(rt).keys() == before.keys()


def test_afterwards_no_name_and_no_number_of_theirs_is_anywhere(rt: Runtime) -> None:
    ids = _world(rt)
    gone, before = _of(rt, ids[1]), _sealed(rt)
    shown = _counts(rt)
    advance(rt, 91 * DAY)
    assert forget_due(rt, at_once=True) == (2, 2)
    after = _sealed(rt)
    assert len(gone) >= 5 and not gone & after.keys()
    assert not {where for value, where in before.items() if value in after} & {"webhook_event.answer"}
    said = _in_words(rt)
    assert not [word for word in (GONE, CALLER, GONE[3:], "Camille", "DUPONT", "positif") if word in said]
    with rt.db.read() as tx:
        assert find_number(tx, GONE) is None and find_number(tx, CALLER) is None
        names = {read_person(tx, row)["first_name"] for row in tx.all(sa.select(contact))}
        bodies = [tx.keyring.decrypt(row.body, f"message:{row.id}") for row in tx.all(sa.select(message))]
        numbers = {reveal(tx, row) for row in tx.all(sa.select(phone_number))}
        states = [row.state for row in tx.all(sa.select(flow_session.c.state))]
    assert names == {"", "Camille"}  # of her whose other campaign goes on
    assert {body for body in bodies if body} == {
        f"Bonjour Camille {KEPT}", f"c'est {KEPT}", f"c'est {STOPPED}"
    }  # fmt: skip
    assert numbers == {"", KEPT, STOPPED} and states.count(b"") == 1
    assert _counts(rt) == shown  # nobody counted differently


def _counts(rt: Runtime) -> dict[str, int]:
    with rt.db.read() as tx:
        counted = ("contact", "phone_number", "campaign_contact", "call", "leg", "message", "flow_session")
        return {
            name: int(tx.scalar(sa.select(sa.func.count()).select_from(metadata.tables[name])))
            for name in counted
        }


def test_a_stop_outlives_the_person_who_said_it(rt: Runtime) -> None:
    _world(rt)
    advance(rt, 91 * DAY)
    forget_due(rt, at_once=True)
    with rt.db.begin() as tx:
        number_id = find_number(tx, STOPPED)
        assert number_id is not None and reveal(tx, lock_number(tx, number_id)) == STOPPED
        assert [entry.scope for entry in live_suppressions(tx, [number_id])[number_id]] == ["all"]


def test_a_number_about_to_be_stopped_is_not_forgotten_with_the_stop(rt: Runtime) -> None:
    if rt.db.engine.dialect.name == "sqlite":
        pytest.skip("writers take turns: there is no such moment")
    _world(rt)
    advance(rt, 91 * DAY)
    traits: dict[str, Any] = {"synthetic": True, "country": "FR", "kind": "mobile", "zone": "Europe/Paris"}
    with rt.db.begin() as tx:
        number_id = store_number(tx, CALLER, **traits)
        forget_due(rt, at_once=True)
        suppress(tx, number_id, "all", source="test")
    with rt.db.read() as tx:
        assert find_number(tx, CALLER) == number_id


@pytest.mark.parametrize("days", [10, 400])
def test_a_campaign_declares_its_own_days(rt: Runtime, days: int) -> None:
    start_campaign(rt, GONE, file=campaign_file(retention_days=days))
    call_once(rt, "completed", "reached")
    change_state(rt, "tracing", "close", "test")
    rt.db.settings = rt.settings.model_copy(update={"callsvc_retention_days": 5})
    advance(rt, (days - 1) * DAY)
    assert forget_due(rt, at_once=True) == (0, 0)
    advance(rt, 2 * DAY)
    assert forget_due(rt, at_once=True) == (1, 1)


def test_in_a_campaign_that_never_ends_each_outcome_has_its_own_age(rt: Runtime) -> None:
    start_campaign(rt, KEPT, GONE, file=campaign_file(standing=True))
    call_once(rt, "completed", "reached")
    with rt.db.begin() as tx:
        tx.update(
            campaign_contact,
            campaign_contact.c.id == places(rt)[0].id,
            outcome_at=tx.now + timedelta(days=50),
        )
    advance(rt, 91 * DAY)
    assert forget_due(rt, at_once=True) == (1, 1)
    advance(rt, 50 * DAY)
    assert forget_due(rt, at_once=True) == (1, 1)


def test_a_walk_that_died_goes_on_and_a_further_one_waits_an_hour(rt: Runtime, monkeypatch: Any) -> None:
    start_campaign(rt, *(f"+3363998{n:04}" for n in range(7)))
    change_state(rt, "tracing", "stop", "test")
    advance(rt, 91 * DAY)
    monkeypatch.setattr("callsvc.retention.passing.AT_ONCE", 3)
    monkeypatch.setattr("callsvc.retention.passing._LONGEST_S", 0.0)
    assert forget_due(rt) == (0, 0)
    steps = []
    # The walk's own clock: other threads of this process look at the time, and would take instants of it.
    clock = SimpleNamespace(monotonic=iter([0, -1, 1] * 40).__next__)
    monkeypatch.setattr("callsvc.retention.passing.time", clock)
    for _ in range(40):
        steps.append(forget_due(rt))
    assert sum(people for people, _ in steps) == 7 == sum(numbers for _, numbers in steps)
    assert max(people for people, _ in steps) == 3
    with rt.db.read() as tx:
        told = tx.all(sa.select(access_log.c.details).where(access_log.c.action == "retention-erased"))
    assert sum(row.details.get("people", 0) for row in told) == 7


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_command_counts_first_and_then_erases(rt: Runtime) -> None:
    _world(rt)
    advance(rt, 91 * DAY)

    def run(*words: str) -> str:
        return CliRunner().invoke(callsvc, ["retention", *words], obj=lambda: rt).output

    assert json.loads(run("preview", "--format", "json"))["people"] == 2
    assert "2 people" in run("preview") and "2 people and 2 numbers erased" in run("run")
    assert json.loads(run("run", "--format", "json")) == {"people": 0, "numbers": 0}
