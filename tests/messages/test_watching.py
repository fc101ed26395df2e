"""Messages whose end is late, whose twin is on its way, or that nobody will tell about."""

from typing import Any

import sqlalchemy as sa

from callsvc.carrier.port import InDoubt
from callsvc.contacts.numbers import find_number
from callsvc.core.incidents import incident
from callsvc.dialing.due import recreate_due
from callsvc.dialing.settling import reconcile
from callsvc.messages.sending import send_messages
from callsvc.messages.service import UNTOLD, bind_message, lock_message, plan_message
from callsvc.messages.settling import settle_message
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.factories import advance, places, start_campaign

NUMBER = "+33639980001"


def _plan(rt: Runtime, cause: str = "why", body: str = "Bonjour") -> str:
    if not places(rt):
        start_campaign(rt, NUMBER)
    with rt.db.begin() as tx:
        plan_message(
            tx,
            number_id=find_number(tx, NUMBER) or "",
            body=body,
            sender="+33199000199",
            purpose="contact-tracing",
            cause=cause,
            campaign_contact_id=places(rt)[0].id,
        )
        return str(tx.scalar(sa.select(message.c.id).where(message.c.cause == cause)))


def _row(rt: Runtime, message_id: str) -> Any:
    with rt.db.read() as tx:
        return tx.first(sa.select(message).where(message.c.id == message_id))


def _in_doubt(rt: Runtime) -> str:
    message_id = _plan(rt)
    rt.carrier.fail_next(InDoubt("time-out"))  # type: ignore[attr-defined]
    send_messages(rt, [message_id])
    advance(rt, 6)
    return message_id


def test_two_jobs_in_a_row_are_one_look(rt: Runtime) -> None:
    message_id = _in_doubt(rt)
    settle_message(rt, message_id)
    settle_message(rt, message_id)
    assert _row(rt, message_id).placement == "in-doubt"
    advance(rt, 5)
    settle_message(rt, message_id)
    assert _row(rt, message_id).placement == "not-placed"


def test_a_doubt_that_nobody_answers_is_told_once(rt: Runtime) -> None:
    message_id = _in_doubt(rt)
    for _ in range(12):
        rt.carrier.fail_next_question(InDoubt("time-out"))  # type: ignore[attr-defined]
        settle_message(rt, message_id)
    with rt.db.read() as tx:
        assert [row.kind for row in tx.all(sa.select(incident))] == ["doubt-unanswered"]


def test_other_words_to_the_same_number_do_not_wait(rt: Runtime) -> None:
    _in_doubt(rt)
    other = _plan(rt, "another", "Au revoir")
    send_messages(rt, [other])
    assert _row(rt, other).placement == "placed"


def test_a_name_of_the_carrier_that_another_message_has_is_refused_and_no_failure(rt: Runtime) -> None:
    first, second = _plan(rt, "first", "un"), _plan(rt, "second", "deux")
    with rt.db.begin() as tx:
        assert bind_message(tx, lock_message(tx, first), "SM-one")
    with rt.db.begin() as tx:
        assert not bind_message(tx, lock_message(tx, second), "SM-one")
        assert bind_message(tx, lock_message(tx, second), "SM-two")


def test_a_message_stuck_at_sent_is_asked_about_for_a_day_and_no_longer(rt: Runtime) -> None:
    message_id = _plan(rt)
    send_messages(rt, [message_id])
    rt.jobs.take()  # type: ignore[attr-defined]
    asked = 0
    for _ in range(26):
        advance(rt, 3600)
        recreate_due(rt)
        for job, ids in rt.jobs.take():  # type: ignore[attr-defined]
            if job == "reconcile_legs":
                asked += 1
                reconcile(rt, list(ids))
    row = _row(rt, message_id)
    assert (row.status, row.placement, row.reasons, row.check_at) == ("queued", "placed", UNTOLD, None)
    assert asked == 24
