"""Interviews sent all day, and cases handed over to the regional authority."""

from typing import Any

import sqlalchemy as sa

from callsvc.accounts.tables import access_log
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.cases.handing_over import mark_late_handovers
from callsvc.contacts.cases.rules import DUE
from callsvc.contacts.people import read_person
from callsvc.contacts.tables import case_handover, contact, contact_number, tracing_case
from callsvc.core.incidents import incident
from callsvc.runtime import Runtime
from tests.factories import advance, places

from .conftest import Caller

ZOE = {"numbers": ["06 39 98 12 34", "0353011234"], "first_name": "Zoé", "last_name": "Dupré", "fragility": 2}
LEO = {"numbers": ["0639981235"], "first_name": "Léo", "postcode": "57000"}
CASE: dict[str, Any] = {
    "reference": "GE-118", "platform": "67", "reported_at": "2020-11-16T08:00:00+01:00", "priority": 1,
    "campaign": "tracing", "contacts": [ZOE, LEO],
}  # fmt: skip


def told(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    answer = caller("POST", "/cases", json=body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json
    return result


def test_the_contacts_of_an_interview_are_in_the_running_campaign_at_once(
    world: Runtime, local: Caller
) -> None:
    before = len(places(world))
    first = told(local, CASE)
    assert (first["new"], [one["refused"] for one in first["contacts"]]) == (2, [[], []])
    ids = [one["contact_id"] for one in first["contacts"]]
    assert len(places(world)) == before + 2
    with world.db.read() as tx:
        place = campaign_contact.c
        due = tx.all(sa.select(campaign_contact).where(place.contact_id.in_(ids)).order_by(place.priority))
        people = {row.id: row for row in tx.all(sa.select(contact).where(contact.c.id.in_(ids)))}
    assert [row.status for row in due] == ["waiting", "waiting"]
    assert due[0].next_try_at <= world.clock.now()
    assert due[1].contact_id == ids[0]  # the fragile one first
    zoe, leo = people[ids[0]], people[ids[1]]
    assert (zoe.platform_code, zoe.fragility, zoe.priority) == ("67", 2, 1)
    assert leo.platform_code == "57"  # where he lives
    assert zoe.elicited_at.isoformat() == "2020-11-16T07:00:00+00:00"


def test_the_same_interview_again_changes_nothing_and_more_contacts_are_added(
    world: Runtime, local: Caller
) -> None:
    first = told(local, CASE)
    before = len(places(world))
    again = told(local, CASE)
    assert (again["case_id"], again["new"], again["contacts"]) == (first["case_id"], 0, first["contacts"])
    assert len(places(world)) == before
    more = told(local, CASE | {"contacts": [ZOE, {"numbers": ["0639981236"], "first_name": "Ana"}]})
    assert (more["case_id"], more["new"]) == (first["case_id"], 1)
    assert local.told(f"/cases/{first['case_id']}")["contacts"] == 3


def test_a_contact_that_cannot_be_stored_keeps_no_other_out(local: Caller) -> None:
    answer = told(
        local, CASE | {"contacts": [{"numbers": ["112"]}, ZOE, {"numbers": ["39 75", "0639981237"]}]}
    )
    assert [one["refused"] for one in answer["contacts"]] == [["short-number"], [], ["short-number"]]
    assert [bool(one["contact_id"]) for one in answer["contacts"]] == [False, True, True]


def test_a_case_stays_in_the_senders_regions(local: Caller, national: Caller) -> None:
    assert local("POST", "/cases", json=CASE | {"platform": "75"}).json["id"] == "platform-unknown"
    there = told(national, CASE | {"platform": "75", "reference": "IDF-7"})
    assert local("GET", f"/cases/{there['case_id']}").status_code == 404
    assert local("POST", "/cases", json=CASE | {"reference": "IDF-7"}).json["id"] == "case-reference-taken"
    known_there = told(local, CASE | {"reference": "GE-119", "contacts": [ZOE]})
    assert known_there["contacts"] == [{"place": 0, "contact_id": None, "refused": []}]  # another region's


def test_who_is_known_in_another_region_is_not_changed_by_a_case_of_this_one(
    world: Runtime, local: Caller, national: Caller
) -> None:
    there = {"numbers": ["0639981238"], "first_name": "Inès", "last_name": "Roy"}
    [known] = told(national, CASE | {"platform": "75", "reference": "IDF-8", "contacts": [there]})["contacts"]
    again = there | {"numbers": ["0639981238", "0639981239"], "birth_year": 1950, "fragility": 3}
    told(local, CASE | {"reference": "GE-120", "contacts": [again]})
    with world.db.read() as tx:
        row = tx.first(sa.select(contact).where(contact.c.id == known["contact_id"]))
        assert row is not None
        assert (row.fragility, read_person(tx, row)["birth_year"], row.platform_code) == (0, None, "75")
        numbers = sa.select(contact_number.c.number_id).where(contact_number.c.contact_id == row.id)
        assert len(tx.all(numbers)) == 1
    told(national, CASE | {"platform": "75", "reference": "IDF-9", "contacts": [again]})
    with world.db.read() as tx:
        assert len(tx.all(numbers)) == 2


def test_an_unknown_campaign_is_refused_before_anything_is_stored(world: Runtime, local: Caller) -> None:
    answer = local("POST", "/cases", json=CASE | {"campaign": "nothing"})
    assert (answer.status_code, answer.json["id"]) == (404, "campaign-unknown")
    with world.db.read() as tx:
        assert tx.first(sa.select(tracing_case).where(tracing_case.c.reference == "GE-118")) is None


def handed_over(local: Caller) -> str:
    case_id = told(local, CASE)["case_id"]
    wish = {"reason": "school", "note": "Deux classes fermées."}
    answer = local("POST", f"/cases/{case_id}/handovers", json=wish)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_a_case_is_handed_over_taken_and_closed_with_its_outcome(world: Runtime, local: Caller) -> None:
    handover_id = handed_over(local)
    row = local.told(f"/handovers/{handover_id}")
    assert (row["state"], row["reason"], row["note"]) == ("waiting", "school", "Deux classes fermées.")
    case = local.told(f"/cases/{row['case_id']}")
    assert (case["level"], case["handover_state"]) == (3, "waiting")
    twice = local("POST", f"/cases/{row['case_id']}/handovers", json={"reason": "other"})
    assert (twice.status_code, twice.json["id"]) == (409, "case-handed-over")
    too_early = local("POST", f"/handovers/{handover_id}/close", json={"outcome": "lost"})
    assert (too_early.status_code, too_early.json["id"]) == (409, "handover-state")
    assert local("POST", f"/handovers/{handover_id}/take").json["state"] == "taken"
    closed = local("POST", f"/handovers/{handover_id}/close", json={"outcome": "cluster-opened"}).json
    assert (closed["state"], closed["outcome"]) == ("closed", "cluster-opened")
    assert local.told("/handovers?state=waiting")["items"] == []
    with world.db.read() as tx:
        log = {row.action for row in tx.all(sa.select(access_log).where(access_log.c.subject == handover_id))}
        note = tx.scalar(sa.select(case_handover.c.note))
    assert log == {"case-waiting", "case-taken", "case-closed", "handover-read"}
    assert b"classes" not in note


def test_a_case_given_back_is_of_level_two_and_may_be_handed_over_again(local: Caller) -> None:
    handover_id = handed_over(local)
    back = local("POST", f"/handovers/{handover_id}/return", json={"why": "information-missing"}).json
    assert (back["state"], back["outcome"]) == ("returned", "information-missing")
    assert local.told(f"/cases/{back['case_id']}")["level"] == 2
    again = local("POST", f"/cases/{back['case_id']}/handovers", json={"reason": "cluster"})
    assert again.status_code == 201


def test_a_hand_over_open_for_a_day_is_told_once(world: Runtime, local: Caller) -> None:
    handover_id = handed_over(local)
    assert mark_late_handovers(world) == 0
    advance(world, DUE.total_seconds() + 1)
    assert (mark_late_handovers(world), mark_late_handovers(world)) == (1, 0)
    assert local.told(f"/handovers/{handover_id}")["late"] is True
    with world.db.read() as tx:
        kinds = [row.kind for row in tx.all(sa.select(incident).where(incident.c.subject == handover_id))]
    assert kinds == ["handover-late"]
