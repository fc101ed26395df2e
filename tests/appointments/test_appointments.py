"""A visit, its reminders, and what a flow or an agent decides about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.appointments.reminding import _due, _remind, send_due_reminders
from callsvc.appointments.service import act, book, follow_disposition
from callsvc.appointments.tables import appointment, reminder
from callsvc.calls.placing import plan_leg
from callsvc.calls.tables import call
from callsvc.contacts.preferences import prefer
from callsvc.messages.tables import message
from callsvc.routing.events import WrapUpEnded
from callsvc.runtime import Runtime
from tests.factories import advance, make_contact, make_country

VISIT = datetime(2020, 11, 18, 9, 30, tzinfo=UTC)


@pytest.fixture
def leg_id(rt: Runtime) -> str:
    """A call about a visit in two days, with its two reminders."""
    with rt.db.begin() as tx:
        make_country(tx)
        contact_id = make_contact(tx)
        book(tx, contact_id=contact_id, kind="physical", place="Accueil, box 3", reason="x", starts_at=VISIT)
        tx.insert(
            call,
            id="cal-1",
            direction="outbound",
            region_code="44",
            platform_code="67",
            contact_id=contact_id,
            started_at=tx.now,
        )
        return plan_leg(tx, call_id="cal-1", role="contact", number_id=None, agent_id=None)


def _visit(rt: Runtime) -> Any:
    with rt.db.read() as tx:
        return tx.first(sa.select(appointment))


def _reminders(rt: Runtime) -> list[tuple[str, datetime]]:
    with rt.db.read() as tx:
        return [(r.status, r.due_at) for r in tx.all(sa.select(reminder).order_by(reminder.c.due_at))]


def _wrap_up(rt: Runtime, disposition: str, skill: str = "appointment") -> None:
    with rt.db.begin() as tx:
        follow_disposition(
            tx,
            WrapUpEnded(
                entry_id="e",
                call_id="cal-1",
                leg_id="l",
                region_code="44",
                platform_code="67",
                skill=skill,
                at=tx.now,
                reservation_id="r",
                agent_id="a",
                agent_region="44",
                disposition=disposition,
                handle_s=100,
            ),
        )


def test_a_visit_solved_by_phone_is_cancelled_with_its_reminders(rt: Runtime, leg_id: str) -> None:
    _wrap_up(rt, "resolved-by-phone")
    assert (_visit(rt).status, _visit(rt).resolved_by_phone) == ("canceled", True)
    assert [status for status, _ in _reminders(rt)] == ["canceled", "canceled"]
    advance(rt, 2 * 24 * 3600)
    assert send_due_reminders(rt) == 0


def test_a_confirmed_visit_keeps_its_reminders(rt: Runtime, leg_id: str) -> None:
    _wrap_up(rt, "confirmed")
    assert (_visit(rt).status, _visit(rt).resolved_by_phone) == ("confirmed", False)
    assert [status for status, _ in _reminders(rt)] == ["due", "due"]


def test_a_call_about_another_matter_leaves_the_visit_alone(rt: Runtime, leg_id: str) -> None:
    _wrap_up(rt, "resolved-by-phone", skill="medical")
    assert _visit(rt).status == "booked"


def test_a_visit_moved_by_the_flow_gets_new_reminders(rt: Runtime, leg_id: str) -> None:
    later = VISIT + timedelta(days=3)
    with rt.db.begin() as tx:
        act(tx, leg_id, "move", later.isoformat())
    assert (_visit(rt).status, _visit(rt).starts_at) == ("moved", later)
    due = [at for status, at in _reminders(rt) if status == "due"]
    assert due == [later - timedelta(days=1), later - timedelta(hours=2)]


def test_a_disposition_about_something_else_leaves_the_visit_alone(rt: Runtime, leg_id: str) -> None:
    _wrap_up(rt, "reached")
    assert _visit(rt).status == "booked"


def test_a_reminder_says_when_and_where_once(rt: Runtime, leg_id: str) -> None:
    advance(rt, 25 * 3600)
    assert (send_due_reminders(rt), send_due_reminders(rt)) == (1, 0)
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(message))
        text = tx.keyring.decrypt(row.body, f"message:{row.id}")
    assert "18/11 10:30" in text and "box 3" in text and "Covid" not in text


def test_a_wish_for_another_time_invents_no_date(rt: Runtime, leg_id: str) -> None:
    with rt.db.begin() as tx:
        act(tx, leg_id, "move", "morning")
    assert (_visit(rt).status, _visit(rt).wish, _visit(rt).starts_at) == ("move-requested", "morning", VISIT)
    assert [status for status, _ in _reminders(rt)] == ["due", "due"]


def test_an_agent_who_says_moved_without_a_time_invents_none_either(rt: Runtime, leg_id: str) -> None:
    _wrap_up(rt, "moved")
    assert (_visit(rt).status, _visit(rt).starts_at) == ("move-requested", VISIT)


def test_the_sms_of_a_visit_cancelled_before_it_was_sent_is_withdrawn(rt: Runtime, leg_id: str) -> None:
    advance(rt, 25 * 3600)
    assert send_due_reminders(rt) == 1
    _wrap_up(rt, "resolved-by-phone")
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(message))
    assert (row.placement, row.reasons) == ("withdrawn", "visit-changed")


def test_a_reminder_cancelled_since_it_was_read_is_not_sent(rt: Runtime, leg_id: str) -> None:
    advance(rt, 25 * 3600)
    with rt.db.begin() as tx:
        [row] = tx.all(_due(tx))
        tx.update(reminder, reminder.c.id == row.id, status="canceled")
        _remind(tx, row)
    with rt.db.read() as tx:
        assert tx.all(sa.select(message)) == []


def test_a_reminder_speaks_the_language_chosen_for_the_telephone(rt: Runtime, leg_id: str) -> None:
    with rt.db.begin() as tx:
        prefer(tx, tx.scalar(sa.text("select id from phone_number")), "language", "es", source="test")
    advance(rt, 24.6 * 3600)
    assert send_due_reminders(rt) == 1
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(message))
        assert "recordatorio" in tx.keyring.decrypt(row.body, f"message:{row.id}")
