"""A request sent twice is done once."""

from datetime import timedelta

import sqlalchemy as sa

from callsvc.campaigns.tables import campaign_change
from callsvc.contacts.tables import suppression
from callsvc.runtime import Runtime
from callsvc.web.idempotency import LEASE, forget_expired
from callsvc.web.tables import idempotent_request
from tests.factories import advance

from .conftest import Caller

KEY = {"Idempotency-Key": "pause-tracing-1"}
PAUSE = "/campaigns/tracing/pause"


def changes(rt: Runtime) -> int:
    with rt.db.read() as tx:
        count = (
            sa.select(sa.func.count()).select_from(campaign_change).where(campaign_change.c.what == "pause")
        )
        return int(tx.scalar(count))


def test_the_same_key_gives_the_same_answer_and_changes_nothing_more(
    world: Runtime, national: Caller
) -> None:
    first, second = (national("POST", PAUSE, headers=KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert (second.data, second.mimetype) == (first.data, first.mimetype)
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert changes(world) == 1
    assert national("POST", PAUSE).json["id"] == "campaign-state"


def test_a_key_stands_for_one_request_of_one_account(national: Caller, local: Caller) -> None:
    national("POST", PAUSE, headers=KEY)
    other = national("POST", "/campaigns/tracing/resume", headers=KEY)
    assert (other.status_code, other.json["id"]) == (409, "idempotency-key-reused")
    theirs = local("POST", PAUSE, headers=KEY)
    assert theirs.json["id"] == "campaign-beyond-regions"


def test_another_body_under_the_same_key_is_refused(national: Caller) -> None:
    for number, status in (("06 39 98 12 34", 201), ("06 39 98 12 34", 201), ("06 39 98 56 78", 409)):
        answer = national("POST", "/suppressions", json={"number": number}, headers=KEY)
        assert answer.status_code == status, answer.text


def test_a_refusal_frees_the_key(national: Caller) -> None:
    assert national("POST", "/campaigns/tracing/resume", headers=KEY).json["id"] == "campaign-state"
    national("POST", PAUSE)
    assert national("POST", "/campaigns/tracing/resume", headers=KEY).status_code == 200


def test_while_the_first_runs_the_second_waits_and_a_dead_one_is_taken_over(
    world: Runtime, national: Caller
) -> None:
    national("POST", PAUSE, headers=KEY)
    with world.db.begin() as tx:  # as if its process had died before the answer was kept
        tx.update(idempotent_request, sa.true(), code=None, body=None, media_type=None)
    running = national("POST", PAUSE, headers=KEY)
    assert (running.status_code, running.json["id"]) == (409, "request-in-progress")
    advance(world, LEASE.total_seconds())
    taken = national("POST", PAUSE, headers=KEY)
    assert taken.json["id"] == "campaign-state"  # the use case's own guard: it was done already
    assert changes(world) == 1


def test_answers_are_kept_encrypted_for_a_day(world: Runtime, national: Caller) -> None:
    national("POST", PAUSE, headers=KEY)
    with world.db.read() as tx:
        row = tx.all(sa.select(idempotent_request))[0]
    assert b"tracing" not in row.body
    assert "pause" not in row.id
    advance(world, timedelta(hours=23).total_seconds())
    assert forget_expired(world) == 0
    advance(world, timedelta(hours=1).total_seconds())
    assert national("POST", PAUSE, headers=KEY).json["id"] == "campaign-state"  # over, though not swept yet
    assert forget_expired(world) == 0
    advance(world, timedelta(hours=25).total_seconds())
    assert forget_expired(world) == 0


def test_a_key_is_printable_ascii(national: Caller) -> None:
    for key in ("", " ", "x" * 121, "clé"):
        answer = national("POST", PAUSE, headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json["id"]) == (422, "idempotency-key-invalid")


def test_adding_a_suppression_twice_without_a_key_adds_one(world: Runtime, national: Caller) -> None:
    told = [national("POST", "/suppressions", json={"number": "0639981234"}).json["new"] for _ in range(2)]
    assert told == [True, False]
    with world.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).where(suppression.c.source == "api")) == 1
