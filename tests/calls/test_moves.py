"""Only the newest wish where a live call should go counts: an older one would strand the person."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.conferences import open_conference
from callsvc.calls.tables import carrier_update, leg
from callsvc.calls.updates import move_to_conference, perform, perform_all, take_move
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from tests.factories import start_campaign


def _live(rt: Runtime) -> Any:
    start_campaign(rt)
    plan_calls(rt)
    place_attempts(rt, [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids])  # type: ignore[attr-defined]
    with rt.db.begin() as tx:
        row = tx.first(sa.select(leg))
        assert row is not None
        tx.update(leg, leg.c.id == row.id, status="in-progress")
    rt.carrier.set_status(row.sid, "in-progress")  # type: ignore[attr-defined]
    return row


def _move(rt: Runtime, row: Any) -> tuple[str, str]:
    with rt.db.begin() as tx:
        meeting = open_conference(tx, row.call_id)
        move_to_conference(tx, row.id, meeting)
        path = carrier_update.c.path.like(f"%{meeting}")
        return str(tx.scalar(sa.select(carrier_update.c.id).where(path))), meeting


def _results(rt: Runtime) -> dict[str, str | None]:
    with rt.db.read() as tx:
        return {row.id: row.result for row in tx.all(sa.select(carrier_update))}


def test_a_newer_move_supersedes_the_older_one_in_whatever_order_they_are_done(rt: Runtime) -> None:
    row = _live(rt)
    (older, _), (newer, meeting) = _move(rt, row), _move(rt, row)
    perform_all(rt, [newer, older])
    assert [url.rsplit("/", 1)[1] for _, url in rt.carrier.moved] == [meeting]  # type: ignore[attr-defined]
    assert _results(rt) == {older: "superseded", newer: "done"}


def test_an_older_move_that_was_under_way_and_arrives_last_is_made_good(rt: Runtime) -> None:
    row = _live(rt)
    older, _ = _move(rt, row)
    redirect = rt.carrier.redirect_call
    newest: list[str] = []

    def late(sid: str, url: str) -> None:
        """While the older request is under way, the newer one is wanted and done."""
        rt.carrier.redirect_call = redirect  # type: ignore[method-assign]
        newer, meeting = _move(rt, row)
        perform(rt, newer)
        newest.extend((newer, meeting))
        redirect(sid, url)

    rt.carrier.redirect_call = late  # type: ignore[method-assign]
    perform(rt, older)
    assert _results(rt) == {older: "superseded", newest[0]: None}
    perform(rt, newest[0])
    assert rt.carrier.moved[-1][1].endswith(newest[1])  # type: ignore[attr-defined]


def test_a_move_that_a_document_made_meanwhile_is_not_made_again(rt: Runtime) -> None:
    row = _live(rt)
    wanted, meeting = _move(rt, row)
    redirect = rt.carrier.redirect_call

    def late(sid: str, url: str) -> None:
        """While the request is under way, the call itself asks what is next and is led there."""
        with rt.db.begin() as tx:
            assert take_move(tx, row.id, asks_from="/before").endswith(meeting)
        redirect(sid, url)

    rt.carrier.redirect_call = late  # type: ignore[method-assign]
    perform(rt, wanted)
    assert _results(rt) == {wanted: "done"}  # once more, it would take them from where they are by then


@pytest.mark.parametrize("between", ["done", "superseded"])
def test_a_question_that_a_move_overtook_takes_no_newer_one(rt: Runtime, between: str) -> None:
    row = _live(rt)
    first, there = _move(rt, row)
    perform(rt, first)
    rt.clock.advance(1)  # type: ignore[attr-defined]
    second, _ = _move(rt, row)
    if between == "done":
        perform(rt, second)
    else:  # asked of the carrier, which did not say what came of it
        with rt.db.begin() as tx:
            tx.update(carrier_update, carrier_update.c.id == second, tries=1)
    rt.clock.advance(1)  # type: ignore[attr-defined]
    newest, meeting = _move(rt, row)
    with rt.db.begin() as tx:  # the call asked before the second move, and is heard only now
        led = take_move(tx, row.id, asks_from=f"/webhooks/voice/{row.id}/conference/{there}")
    assert led.endswith(meeting)  # for whoever asked after all
    perform(rt, newest)
    assert rt.carrier.moved[-1][1].endswith(meeting)  # type: ignore[attr-defined]
    assert _results(rt) == {first: "done", second: between, newest: "done"}


def test_a_call_that_asks_from_where_it_was_led_takes_its_move(rt: Runtime) -> None:
    row = _live(rt)
    first, there = _move(rt, row)
    perform(rt, first)
    rt.clock.advance(1)  # type: ignore[attr-defined]
    newest, meeting = _move(rt, row)
    with rt.db.begin() as tx:
        led = take_move(tx, row.id, asks_from=f"/webhooks/voice/{row.id}/conference/{there}")
    assert led.endswith(meeting)
    perform(rt, newest)
    assert [url.rsplit("/", 1)[1] for _, url in rt.carrier.moved] == [there]  # type: ignore[attr-defined]


def test_a_call_that_is_over_is_not_moved(rt: Runtime) -> None:
    row = _live(rt)
    wanted, _ = _move(rt, row)
    with rt.db.begin() as tx:
        tx.update(leg, leg.c.id == row.id, ended_at=tx.now)
    perform(rt, wanted)
    assert rt.carrier.moved == [] and _results(rt) == {wanted: "gone"}  # type: ignore[attr-defined]
