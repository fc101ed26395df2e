"""SMS out: who may be texted is asked at the claim, nothing is sent twice, statuses converge."""

from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.campaigns.service import change_state
from callsvc.carrier.memory import MemoryCarrier
from callsvc.carrier.port import InDoubt, Refused, Throttled, Unsent
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import phone_number, suppression
from callsvc.dialing.due import recreate_due
from callsvc.messages.events import MessageEnded
from callsvc.messages.sending import send_messages
from callsvc.messages.service import plan_message, record_message_status
from callsvc.messages.settling import reconcile_message, settle_message
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.factories import advance, places, start_campaign

NUMBER = "+33639980001"
PURPOSE = "contact-tracing"


def _plan(rt: Runtime, cause: str = "why", *, body: str = "Bonjour", campaign: bool = True) -> str:
    """A message to NUMBER; its id, or the older one's of the same cause."""
    if campaign and not places(rt):
        start_campaign(rt, NUMBER)
    with rt.db.begin() as tx:
        plan_message(
            tx,
            number_id=find_number(tx, NUMBER) or "",
            body=body,
            sender="+33199000199",
            purpose=PURPOSE,
            cause=cause,
            campaign_contact_id=places(rt)[0].id if campaign else None,
        )
        return str(tx.scalar(sa.select(message.c.id).where(message.c.cause == cause)))


def _rows(rt: Runtime) -> list[Any]:
    with rt.db.read() as tx:
        return list(tx.all(sa.select(message).order_by(message.c.planned_at, message.c.id)))


def _carrier(rt: Runtime) -> MemoryCarrier:
    carrier = rt.carrier
    assert isinstance(carrier, MemoryCarrier)
    return carrier


def _opt_out(rt: Runtime, scope: str, purpose: str = "") -> None:
    with rt.db.begin() as tx:
        suppress(tx, find_number(tx, NUMBER) or "", scope, purpose=purpose, source="test")


def test_a_planned_message_is_sent_once_however_often_it_is_asked_for(rt: Runtime) -> None:
    message_id = _plan(rt)
    send_messages(rt, [message_id, message_id])
    send_messages(rt, [message_id])
    [sent] = _carrier(rt).messages.values()
    assert (sent.to, sent.body) == (NUMBER, "Bonjour")
    assert (_rows(rt)[0].placement, _rows(rt)[0].sid) == ("placed", sent.sid)
    assert b"Bonjour" not in bytes(_rows(rt)[0].body)


def test_the_same_cause_never_plans_two(rt: Runtime) -> None:
    first, again = _plan(rt, "turn:1"), _plan(rt, "turn:1", body="autre")
    assert first == again and len(_rows(rt)) == 1
    assert [job for job, _ in rt.jobs.take()].count("send_messages") == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("scope", "purpose", "sent"),
    [("sms", "", 0), ("all", "", 0), ("purpose", PURPOSE, 0), ("purpose", "vaccination", 1)],
)
@pytest.mark.parametrize("campaign", [True, False])
def test_an_opt_out_between_plan_and_claim_wins(
    rt: Runtime, scope: str, purpose: str, sent: int, campaign: bool
) -> None:
    start_campaign(rt, NUMBER)
    message_id = _plan(rt, campaign=campaign)
    _opt_out(rt, scope, purpose)
    send_messages(rt, [message_id])
    assert len(_carrier(rt).messages) == sent
    if not sent:
        assert (_rows(rt)[0].placement, _rows(rt)[0].reasons) == ("refused", "suppressed")


@pytest.mark.parametrize("campaign", [True, False])
def test_a_landline_is_not_texted(rt: Runtime, campaign: bool) -> None:
    start_campaign(rt, NUMBER)
    with rt.db.begin() as tx:
        tx.update(phone_number, sa.true(), kind="fixed")
    send_messages(rt, [_plan(rt, campaign=campaign)])
    assert (_rows(rt)[0].placement, _rows(rt)[0].reasons) == ("refused", "number-kind-not-allowed")
    assert _carrier(rt).messages == {}


@pytest.mark.parametrize("campaign", [True, False])
def test_quiet_hours_postpone_to_the_morning_and_the_same_intent_is_sent_then(
    rt: Runtime, campaign: bool
) -> None:
    start_campaign(rt, NUMBER)
    advance(rt, 11.5 * 3600)  # half past nine in the evening in Paris
    message_id = _plan(rt, campaign=campaign)
    rt.jobs.take()  # type: ignore[attr-defined]
    send_messages(rt, [message_id])
    assert (_rows(rt)[0].placement, _rows(rt)[0].reasons) == ("planned", "outside-window")
    advance(rt, 3600)
    recreate_due(rt)
    assert rt.jobs.take() == [] and _carrier(rt).messages == {}  # type: ignore[attr-defined]
    advance(rt, 9.6 * 3600)
    recreate_due(rt)
    assert rt.jobs.take() == [("send_messages", (message_id,))]  # type: ignore[attr-defined]
    send_messages(rt, [message_id])
    assert _rows(rt)[0].placement == "placed"


@pytest.mark.parametrize(("action", "placement"), [("pause", "placed"), ("stop", "withdrawn")])
def test_what_a_call_has_promised_is_sent_though_the_campaign_is_paused_and_not_after_a_stop(
    rt: Runtime, action: str, placement: str
) -> None:
    message_id = _plan(rt)
    change_state(rt, "tracing", action, "test")
    send_messages(rt, [message_id])
    assert _rows(rt)[0].placement == placement


@pytest.mark.parametrize(("error", "reason"), [(Throttled("429"), "throttled"), (Unsent("no"), "unsent")])
def test_a_message_that_was_not_taken_is_sent_later_with_the_same_intent(
    rt: Runtime, error: Any, reason: str
) -> None:
    message_id = _plan(rt)
    rt.jobs.take()  # type: ignore[attr-defined]
    _carrier(rt).fail_next(error)
    send_messages(rt, [message_id])
    assert (_rows(rt)[0].placement, _rows(rt)[0].reasons) == ("planned", reason)
    advance(rt, 4)
    recreate_due(rt)
    assert rt.jobs.take() == [("send_messages", (message_id,))]  # type: ignore[attr-defined]
    send_messages(rt, [message_id])
    assert len(_carrier(rt).messages) == 1 and len(_rows(rt)) == 1


def test_who_said_stop_to_the_carrier_is_suppressed_on_our_side_too(rt: Runtime) -> None:
    # The manual, error 21610: the recipient has replied STOP to this sender.
    message_id = _plan(rt)
    _carrier(rt).fail_next(Refused(21610, "unsubscribed"))
    send_messages(rt, [message_id])
    assert (_rows(rt)[0].placement, _rows(rt)[0].reasons) == ("not-placed", "carrier-21610")
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(suppression))
    assert (row.scope, row.source, row.evidence) == ("sms", "carrier", message_id)
    send_messages(rt, [_plan(rt, "another")])
    assert _rows(rt)[1].reasons == "suppressed"


def test_another_refusal_ends_the_message_and_suppresses_nobody(rt: Runtime) -> None:
    message_id = _plan(rt)
    _carrier(rt).fail_next(Refused(21606, "sender cannot text"))
    send_messages(rt, [message_id])
    with rt.db.read() as tx:
        assert tx.all(sa.select(suppression)) == []
    assert _rows(rt)[0].placement == "not-placed"


@pytest.mark.parametrize("exists", [True, False])
def test_a_message_in_doubt_is_looked_up_and_never_sent_again(rt: Runtime, exists: bool) -> None:
    message_id = _plan(rt)
    _carrier(rt).fail_next(InDoubt("time-out"), after_placing=exists)
    send_messages(rt, [message_id])
    assert _rows(rt)[0].placement == "in-doubt"
    for _ in range(2):
        advance(rt, 6)
        recreate_due(rt)
        send_messages(rt, [message_id])
        settle_message(rt, message_id)
    assert len(_carrier(rt).messages) == int(exists)
    assert _rows(rt)[0].placement == ("placed" if exists else "not-placed")


def test_a_carrier_that_cannot_be_asked_leaves_the_doubt(rt: Runtime) -> None:
    message_id = _plan(rt)
    _carrier(rt).fail_next(InDoubt("time-out"))
    send_messages(rt, [message_id])
    for _ in range(3):
        advance(rt, 6)
        _carrier(rt).fail_next_question(InDoubt("time-out"))
        settle_message(rt, message_id)
    assert (_rows(rt)[0].placement, _rows(rt)[0].reasons) == ("in-doubt", "")


def test_a_worker_that_died_after_the_claim_leaves_a_message_in_doubt(rt: Runtime) -> None:
    class WorkerDied(BaseException):
        pass

    message_id = _plan(rt)
    _carrier(rt).fail_next(WorkerDied(), after_placing=True)
    with pytest.raises(WorkerDied):
        send_messages(rt, [message_id])
    advance(rt, 4)
    recreate_due(rt)
    assert _rows(rt)[0].placement == "in-doubt"
    settle_message(rt, message_id)
    assert _rows(rt)[0].placement == "placed" and len(_carrier(rt).messages) == 1


def test_an_older_message_with_the_same_words_is_not_taken_for_the_one_in_doubt(rt: Runtime) -> None:
    older = _plan(rt, "older")
    send_messages(rt, [older])
    advance(rt, 5)
    doubtful = _plan(rt, "doubtful")
    _carrier(rt).fail_next(InDoubt("time-out"))
    send_messages(rt, [doubtful])
    for _ in range(2):
        advance(rt, 6)
        settle_message(rt, doubtful)
    assert [row.placement for row in _rows(rt)] == ["placed", "not-placed"]


def test_a_message_of_long_before_that_is_not_in_our_books_is_not_taken_for_it_either(rt: Runtime) -> None:
    _carrier(rt).create_message(to=NUMBER, from_="+33199000199", body="Bonjour", status_url="")
    advance(rt, 120)
    doubtful = _plan(rt)
    _carrier(rt).fail_next(InDoubt("time-out"))
    send_messages(rt, [doubtful])
    for _ in range(2):
        advance(rt, 6)
        settle_message(rt, doubtful)
    assert (_rows(rt)[0].placement, _rows(rt)[0].sid) == ("not-placed", None)


def test_the_same_words_to_the_same_number_wait_until_the_first_is_settled(rt: Runtime) -> None:
    first, second = _plan(rt, "first"), _plan(rt, "second")
    _carrier(rt).fail_next(InDoubt("time-out"), after_placing=True)
    send_messages(rt, [first, second])
    by_id = {row.id: row for row in _rows(rt)}
    assert by_id[first].placement == "in-doubt" and len(_carrier(rt).messages) == 1
    assert (by_id[second].placement, by_id[second].reasons) == ("planned", "twin-under-way")
    advance(rt, 6)
    settle_message(rt, first)
    send_messages(rt, [second])
    by_id = {row.id: row for row in _rows(rt)}
    assert [by_id[one].sid for one in (first, second)] == list(_carrier(rt).messages)


def test_statuses_in_any_order_end_as_the_true_order_and_tell_the_end_once(rt: Runtime) -> None:
    heard: list[Any] = []
    start_campaign(rt, NUMBER)
    rt.db.reactions = {MessageEnded: (lambda _tx, event: heard.append(event),)}
    for number, order in enumerate(permutations(("queued", "sent", "delivered"))):
        message_id = _plan(rt, f"order-{number}")
        send_messages(rt, [message_id])
        for status in (*order, order[0]):
            with rt.db.begin() as tx:
                record_message_status(tx, message_id, status, at=tx.now, error_code=None)
    assert {row.status for row in _rows(rt)} == {"delivered"}
    assert all(row.sent_at and row.delivered_at for row in _rows(rt))
    assert [event.status for event in heard] == ["delivered"] * 6


def test_a_message_whose_callbacks_are_lost_is_fetched(rt: Runtime) -> None:
    message_id = _plan(rt)
    send_messages(rt, [message_id])
    rt.jobs.take()  # type: ignore[attr-defined]
    _carrier(rt).set_message_status(_rows(rt)[0].sid, "undelivered", 30006)
    advance(rt, 9)
    recreate_due(rt)
    assert rt.jobs.take() == [("reconcile_legs", (message_id,))]  # type: ignore[attr-defined]
    reconcile_message(rt, message_id)
    assert (_rows(rt)[0].status, _rows(rt)[0].error_code) == ("undelivered", 30006)
    advance(rt, 9)
    recreate_due(rt)
    assert rt.jobs.take() == []  # type: ignore[attr-defined]
