"""One number, several people: one call covers them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import leg
from callsvc.campaigns.service import change_state
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.numbers import store_number
from callsvc.contacts.tables import contact_number
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import book_callback, call_back_due
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.turns import PROMISED
from callsvc.flows.tables import flow_session
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, start_campaign

NUMBER, OTHER = "+33639980001", "+33639980002"


def call_once(rt: Runtime, status: str, outcome: str = "") -> None:
    """Plan, place and end one call, with this outcome of its flow if somebody answered."""
    plan_calls(rt)
    ids = [leg_id for job, ids in rt.jobs.take() if job == "place_calls" for leg_id in ids]  # type: ignore[attr-defined]
    place_attempts(rt, ids)
    for leg_id in ids:
        for word in ("ringing", "in-progress", status) if outcome else ("ringing", status):
            with rt.db.begin() as tx:
                lock_leg(tx, leg_id)
                if outcome and word == status:
                    end_session(tx, leg_id, outcome)
                advance(rt, 5)
                record_status(
                    tx, leg_id, News(status=word, at=rt.clock.now(), source="callback", carrier_time=True)
                )


def end_session(tx: Tx, leg_id: str, outcome: str) -> None:
    tx.insert(
        flow_session,
        id=tx.new_id("ses"),
        subject_id=leg_id,
        channel="voice",
        version=tx.scalar(sa.text("select flow_version from campaign")),
        status="ended",
        outcome=outcome,
        state=b"",
        turn=0,
        started_at=tx.now,
        deadline_at=tx.now + timedelta(hours=1),
    )


def calls(rt: Runtime) -> int:
    with rt.db.read() as tx:
        return int(tx.scalar(sa.select(sa.func.count()).select_from(leg)))


def test_a_call_that_reached_one_covers_everybody_of_the_number(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, NUMBER, NUMBER, OTHER)
    call_once(rt, "completed", "reached")
    assert sorted((place.status, place.outcome) for place in places(rt)) == [("done", "reached")] * 4
    assert calls(rt) == 2  # one for the three, one for the other number
    advance(rt, 3600 * 26)
    plan_calls(rt)
    assert calls(rt) == 2


def test_nobody_answering_is_a_try_of_the_whole_household(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, NUMBER)
    call_once(rt, "no-answer")
    first, second = places(rt)
    assert (first.status, second.status) == ("waiting", "waiting")
    assert (first.tries, second.tries) == (1, 1)
    assert first.next_try_at == second.next_try_at > rt.clock.now()
    plan_calls(rt)
    assert calls(rt) == 1


def test_a_campaign_may_call_each_of_them_apart(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, NUMBER, file=campaign_file(households="apart"))
    call_once(rt, "completed", "reached")
    assert sorted(place.status for place in places(rt)) == ["done", "waiting"]


def test_a_wrong_person_is_said_of_one_of_them(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, NUMBER)
    call_once(rt, "completed", "wrong-person")
    assert sorted(place.status for place in places(rt)) == ["done", "waiting"]


def test_a_call_promised_to_another_of_the_household_is_kept(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, NUMBER)
    for ending in (("no-answer", ""), ("completed", "reached")):
        second = places(rt)[1]
        due = rt.clock.now() + timedelta(hours=3)
        with rt.db.begin() as tx:  # the second one chose a moment, and no longer waits for the first's call
            tx.update(
                campaign_contact, campaign_contact.c.id == second.id, priority=PROMISED, next_try_at=due
            )
        call_once(rt, *ending)
        promised = places(rt)[1]
        assert (promised.status, promised.tries, promised.next_try_at) == ("waiting", 0, due)
        advance(rt, 3600)


def test_what_one_said_of_their_appointment_is_no_answer_for_another(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, NUMBER)
    call_once(rt, "completed", "confirmed")
    first, second = places(rt)
    assert (first.status, first.outcome) == ("done", "confirmed")
    assert (second.status, second.outcome, second.tries) == ("waiting", None, 0)


@pytest.mark.parametrize("outcome", ["opted-out", "suppressed"])
def test_an_opt_out_silences_the_number_not_a_person_with_another_one(rt: Runtime, outcome: str) -> None:
    world = start_campaign(rt, NUMBER, NUMBER, NUMBER)
    with rt.db.begin() as tx:
        own = store_number(tx, OTHER, synthetic=True, country="FR", kind="mobile", zone="Europe/Paris")
        tx.insert(contact_number, contact_id=world.contact_ids[2], number_id=own, rank=2)
        third, soon = places(rt)[2].id, rt.clock.now() + timedelta(minutes=1)
        tx.update(campaign_contact, campaign_contact.c.id == third, next_try_at=soon)
    call_once(rt, "completed", outcome)
    assert [(place.status, place.outcome) for place in places(rt)] == [
        ("done", outcome),
        ("done", outcome),
        ("waiting", None),
    ]


def test_who_came_later_has_the_tries_they_have_left(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, NUMBER)
    with rt.db.begin() as tx:
        tx.update(campaign_contact, campaign_contact.c.id == places(rt)[0].id, tries=2, priority=1)
    call_once(rt, "no-answer")
    first, second = places(rt)
    assert (first.status, first.outcome) == ("done", "not-reached")
    assert (second.status, second.outcome, second.tries) == ("waiting", None, 1)
    assert second.next_try_at > rt.clock.now()


@pytest.mark.parametrize(("households", "texts"), [("together", 1), ("apart", 2)])
def test_a_household_that_was_not_reached_has_one_sms_instead(
    rt: Runtime, households: str, texts: int
) -> None:
    told = {"fr": "Nous avons cherché à vous joindre.", "en": "We tried to reach you."}
    file = campaign_file(
        households=households,
        sms_fallback={"text": told, "sender": "+33199000199"},
        retries={"most_tries": 1, "redial_lock_minutes": 0},
    )
    start_campaign(rt, NUMBER, NUMBER, file=file)
    for _ in range(2):
        call_once(rt, "no-answer")
        advance(rt, 600)
    assert [place.outcome for place in places(rt)] == ["not-reached"] * 2
    with rt.db.read() as tx:
        assert len(tx.all(sa.select(message))) == texts


@pytest.mark.parametrize(
    ("outcome", "stands"), [("reached", ("done", "reached", 1)), ("hung-up", ("waiting", None, 1))]
)
def test_a_try_that_turns_out_otherwise_is_the_same_try_for_the_others(
    rt: Runtime, outcome: str, stands: tuple[str, str | None, int]
) -> None:
    start_campaign(rt, NUMBER, NUMBER)
    call_once(rt, "no-answer")
    with rt.db.begin() as tx:
        leg_id = tx.scalar(sa.select(leg.c.id))
        lock_leg(tx, leg_id)
        end_session(tx, leg_id, outcome)
        record_status(tx, leg_id, News(status="completed", at=tx.now, source="callback", carrier_time=True))
    assert [(place.status, place.outcome, place.tries) for place in places(rt)] == [stands] * 2


def _promised(rt: Runtime) -> None:
    """Two on one telephone, and somebody else; one of the two was promised a call back, which is due now."""
    start_campaign(rt, NUMBER, NUMBER, OTHER)
    plan_calls(rt)
    ids = [leg_id for job, ids in rt.jobs.take() if job == "place_calls" for leg_id in ids]  # type: ignore[attr-defined]
    place_attempts(rt, ids)
    for leg_id in ids:
        for word in ("ringing", "in-progress", "completed"):
            with rt.db.begin() as tx:
                lock_leg(tx, leg_id)
                if word == "completed":
                    book_callback(tx, leg_id, in_minutes=30, at=None, days=0)
                    end_session(tx, leg_id, "callback-booked")
                advance(rt, 5)
                news = News(status=word, at=rt.clock.now(), source="callback", carrier_time=True)
                record_status(tx, leg_id, news)
    assert [place.outcome for place in places(rt)] == ["callback-booked"] * 3
    advance(rt, 1900)
    assert call_back_due(rt) == 2  # one for the two


@pytest.mark.parametrize(
    ("outcome", "other"),
    [("reached", "reached"), ("refused", "refused"), ("wrong-person", None), ("moved", None)],
)
def test_a_promise_shared_by_a_household_has_one_outcome_and_none_keeps_it_for_ever(
    rt: Runtime, outcome: str, other: str | None
) -> None:
    _promised(rt)
    call_once(rt, "completed", outcome)
    first, second, elsewhere = places(rt)
    assert (first.outcome, second.outcome, elsewhere.outcome) in {
        (outcome, other, outcome),
        (other, outcome, outcome),
    }
    if other is None:  # it was of one person alone: the other one is called for themselves, a little later
        waiting = first if first.outcome is None else second
        assert waiting.status == "waiting" and waiting.next_try_at > rt.clock.now() + timedelta(minutes=25)


def test_a_promise_that_nobody_could_keep_is_not_reached_for_the_household(rt: Runtime) -> None:
    _promised(rt)
    for _ in range(6):
        call_once(rt, "no-answer")
        advance(rt, 3600)
    assert [place.outcome for place in places(rt)] == ["not-reached"] * 3


def test_a_stop_cancels_the_promise_for_the_household(rt: Runtime) -> None:
    _promised(rt)
    change_state(rt, "tracing", "stop", "alice")
    assert not {place.outcome for place in places(rt)} & {"callback-booked", None}
