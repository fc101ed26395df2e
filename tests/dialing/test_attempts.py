"""From due to outcome: planning, the claim, the carrier's answers, retries, doubts."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, bind_sid, record_status
from callsvc.calls.tables import incident, leg, live_call
from callsvc.campaigns.service import add_contacts, change_state
from callsvc.carrier.port import InDoubt, Refused, Throttled, Unsent
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.settling import reconcile, settle_doubts
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, make_contact, places, start_campaign

NUMBER = "+33639980001"


def _plan(rt: Runtime) -> list[str]:
    plan_calls(rt)
    return [leg_id for job, ids in rt.jobs.take() if job == "place_calls" for leg_id in ids]  # type: ignore[attr-defined]


def _legs(rt: Runtime) -> list[Any]:
    with rt.db.read() as tx:
        return list(tx.all(sa.select(leg).order_by(leg.c.planned_at, leg.c.id)))


def _end(rt: Runtime, leg_id: str, status: str) -> None:
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(tx, leg_id, News(status=status, at=tx.now, source="callback", carrier_time=True))


def _live(rt: Runtime) -> int:
    with rt.db.read() as tx:
        return int(tx.scalar(sa.select(sa.func.count()).select_from(live_call)))


def test_a_due_contact_is_planned_claimed_and_placed_with_its_id_in_every_url(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _plan(rt)
    place_attempts(rt, [leg_id])
    [row] = _legs(rt)
    order = rt.carrier.orders[row.sid]  # type: ignore[attr-defined]
    assert (row.placement, row.status, order.to) == ("placed", "queued", NUMBER)
    assert all(leg_id in url for url in (order.answer_url, order.fallback_url, order.status_url))
    assert _live(rt) == 1 and places(rt)[0].status == "trying"


def test_placing_the_same_attempt_again_places_nothing(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _plan(rt)
    place_attempts(rt, [leg_id, leg_id])
    place_attempts(rt, [leg_id])
    assert len(rt.carrier.calls) == 1  # type: ignore[attr-defined]


def test_two_people_of_one_household_are_not_called_at_once(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, NUMBER)
    assert len(_plan(rt)) == 1
    assert [place.status for place in places(rt)] == ["trying", "waiting"]
    assert places(rt)[1].skip_reasons == "number-busy"


def test_a_number_that_another_campaign_rings_is_refused_at_the_claim(rt: Runtime) -> None:
    world = start_campaign(rt, NUMBER)
    [first] = _plan(rt)
    start_campaign(rt, NUMBER, file=campaign_file(id="second"))
    with rt.db.begin() as tx:
        tx.delete(live_call, live_call.c.attempt_id == first)
    # A claim that slipped past planning still meets the number's row.
    place_attempts(rt, [first])
    with rt.db.begin() as tx:
        tx.update(leg, leg.c.id == first, placement="placed")
    assert _plan(rt) == []
    assert places(rt, "second")[0].skip_reasons == "number-busy" and world.contact_ids


def test_an_opt_out_between_planning_and_claim_wins(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _plan(rt)
    with rt.db.begin() as tx:
        number_id = find_number(tx, NUMBER)
        assert number_id is not None
        suppress(tx, number_id, "purpose", purpose="contact-tracing", source="test")
    place_attempts(rt, [leg_id])
    assert rt.carrier.calls == {}  # type: ignore[attr-defined]
    advance(rt, 121)
    plan_calls(rt)
    assert places(rt)[0].outcome == "suppressed"


def test_an_opt_out_after_the_claim_has_the_ringing_call_cancelled(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    place_attempts(rt, _plan(rt))
    with rt.db.begin() as tx:
        number_id = find_number(tx, NUMBER)
        assert number_id is not None
        suppress(tx, number_id, "all", source="test")
    assert [job for job, _ in rt.jobs.take()] == ["update_calls"]  # type: ignore[attr-defined]


def test_no_answer_is_tried_again_after_the_delay_from_the_carriers_fact(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _plan(rt)
    place_attempts(rt, [leg_id])
    ended = advance(rt, 40)
    _end(rt, leg_id, "no-answer")
    [place] = places(rt)
    assert (place.status, place.tries, place.next_try_at) == ("waiting", 1, ended + timedelta(minutes=10))
    assert _live(rt) == 0 and _plan(rt) == []
    advance(rt, 601)
    assert len(_plan(rt)) == 1


def test_the_last_try_without_an_answer_is_not_reached_and_texts_once(rt: Runtime) -> None:
    fallback = {"sender": "+33199000199", "text": {"fr": "Nous avons cherché à vous joindre."}}
    file = campaign_file(
        retries={"most_tries": 2, "delays_minutes": {"no-answer": 10}}, sms_fallback=fallback
    )
    start_campaign(rt, NUMBER, file=file)
    for _ in range(2):
        [leg_id] = _plan(rt)
        place_attempts(rt, [leg_id])
        advance(rt, 30)
        _end(rt, leg_id, "no-answer")
        advance(rt, 700)
    assert places(rt)[0].outcome == "not-reached"
    with rt.db.read() as tx:
        assert [row.placement for row in tx.all(sa.select(message))] == ["planned"]


@pytest.mark.parametrize(
    ("error", "reason"), [(Throttled("slow"), "throttled"), (Unsent("refused"), "unsent")]
)
def test_a_request_that_placed_nothing_frees_the_number_and_counts_for_nothing(
    rt: Runtime, error: Any, reason: str
) -> None:
    start_campaign(rt, NUMBER)
    rt.carrier.fail_next(error)  # type: ignore[attr-defined]
    place_attempts(rt, _plan(rt))
    [row] = _legs(rt)
    assert (row.placement, row.reasons, _live(rt)) == ("not-placed", reason, 0)
    assert (places(rt)[0].status, places(rt)[0].tries) == ("waiting", 0)


def test_a_number_the_carrier_calls_invalid_is_uncallable(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    rt.carrier.fail_next(Refused(21211, "Invalid 'To' Phone Number"))  # type: ignore[attr-defined]
    place_attempts(rt, _plan(rt))
    assert places(rt)[0].outcome == "uncallable"


def _doubt(rt: Runtime, *, exists: bool) -> str:
    start_campaign(rt, NUMBER)
    rt.carrier.fail_next(InDoubt("time-out"), after_placing=exists)  # type: ignore[attr-defined]
    [leg_id] = _plan(rt)
    place_attempts(rt, [leg_id])
    assert (_legs(rt)[0].placement, _live(rt)) == ("in-doubt", 1)
    return leg_id


def test_a_call_in_doubt_that_exists_is_found_by_listing_and_never_dialled_again(rt: Runtime) -> None:
    leg_id = _doubt(rt, exists=True)
    advance(rt, 6)
    recreate_due(rt)
    assert ("settle_doubt", (leg_id,)) in rt.jobs.take()  # type: ignore[attr-defined]
    settle_doubts(rt, [leg_id])
    [row] = _legs(rt)
    assert (row.placement, row.sid) == ("placed", next(iter(rt.carrier.calls)))  # type: ignore[attr-defined]


def test_a_call_in_doubt_that_never_was_is_given_up_only_after_the_second_look(rt: Runtime) -> None:
    leg_id = _doubt(rt, exists=False)
    advance(rt, 6)
    settle_doubts(rt, [leg_id])
    assert (_legs(rt)[0].placement, _live(rt)) == ("in-doubt", 1)
    advance(rt, 6)
    settle_doubts(rt, [leg_id])
    assert (_legs(rt)[0].placement, _live(rt)) == ("not-placed", 0)
    assert places(rt)[0].status == "waiting"


def test_an_older_call_to_the_same_number_is_not_taken_for_the_one_in_doubt(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [first] = _plan(rt)
    place_attempts(rt, [first])
    advance(rt, 30)
    _end(rt, first, "no-answer")
    advance(rt, 700)
    rt.carrier.fail_next(InDoubt("time-out"))  # type: ignore[attr-defined]
    [second] = _plan(rt)
    place_attempts(rt, [second])
    for _ in range(2):
        advance(rt, 6)
        settle_doubts(rt, [second])
    assert [row.placement for row in _legs(rt)] == ["placed", "not-placed"]


def test_a_worker_that_died_after_the_claim_leaves_a_call_in_doubt(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _plan(rt)
    with rt.db.begin() as tx:
        tx.update(
            leg,
            leg.c.id == leg_id,
            placement="claimed",
            claimed_at=tx.now,
            lease_until=tx.machine_now + timedelta(seconds=3),
        )
    advance(rt, 4)
    recreate_due(rt)
    assert _legs(rt)[0].placement == "in-doubt"


def test_whatever_redis_forgot_is_asked_for_again(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _plan(rt)
    recreate_due(rt)
    assert rt.jobs.take() == []  # type: ignore[attr-defined]
    advance(rt, 2.1)
    recreate_due(rt)
    assert rt.jobs.take() == [("place_calls", (leg_id,))]  # type: ignore[attr-defined]


def test_a_live_call_without_news_is_fetched(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    [leg_id] = _plan(rt)
    place_attempts(rt, [leg_id])
    sid = _legs(rt)[0].sid
    rt.carrier.set_status(sid, "busy")  # type: ignore[attr-defined]
    rt.jobs.take()  # type: ignore[attr-defined]
    advance(rt, 9)
    recreate_due(rt)
    assert rt.jobs.take() == [("reconcile_legs", (leg_id,))]  # type: ignore[attr-defined]
    reconcile(rt, [leg_id])
    assert (_legs(rt)[0].status, places(rt)[0].last_disposition) == ("busy", "busy")


def test_the_daily_cap_counts_every_claim_not_proven_unplaced(rt: Runtime) -> None:
    file = campaign_file(retries={"most_tries": 9, "delays_minutes": {"busy": 1}}, caps={"per_number_24h": 2})
    start_campaign(rt, NUMBER, file=file)
    for _ in range(2):
        [leg_id] = _plan(rt)
        place_attempts(rt, [leg_id])
        advance(rt, 5)
        _end(rt, leg_id, "busy")
        advance(rt, 120)
    assert _plan(rt) == []
    assert "cap-reached" in places(rt)[0].skip_reasons


def test_stop_withdraws_the_planned_cancels_the_ringing_and_closes_everybody(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, "+33639980002")
    first, second = _plan(rt)
    place_attempts(rt, [first])
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, "+33639980003")])
    change_state(rt, "tracing", "stop", "test")
    by_id = {row.id: row for row in _legs(rt)}
    assert by_id[second].placement == "withdrawn" and by_id[first].end_asked_at is not None
    _end(rt, first, "canceled")
    assert [place.outcome for place in places(rt)] == ["not-reached", "stopped", "stopped"]


def test_a_late_status_of_a_call_thought_unplaced_is_an_incident_and_keeps_the_books(rt: Runtime) -> None:
    leg_id = _doubt(rt, exists=False)
    for _ in range(2):
        advance(rt, 6)
        settle_doubts(rt, [leg_id])

    with rt.db.begin() as tx:
        bind_sid(tx, lock_leg(tx, leg_id), "CA-late")
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(incident.c.kind)) == "placed-after-all"
    assert _legs(rt)[0].sid == "CA-late"
