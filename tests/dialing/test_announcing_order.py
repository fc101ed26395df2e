"""Whom an SMS tells next is read off the front of an index, however many wait or were told already."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from callsvc.campaigns.caller_files import CallersFile, apply_callers
from callsvc.campaigns.dispositions import NOT_REACHED
from callsvc.campaigns.editing import edit
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.errors import Invalid
from callsvc.dialing.announcing import UNTOLD_FRONT, announce_due
from callsvc.dialing.keeping import end_slots
from callsvc.messages.tables import live_dialogue, message
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, start_campaign

TOLD = {"text": {"fr": "Nous vous appelons entre {from} et {to}."}, "minutes_before": 60, "slot_minutes": 20}
NUMBERS = [f"+3363998{n:04}" for n in range(6)]


def _announced(rt: Runtime, **changes: Any) -> None:
    start_campaign(rt, *NUMBERS, file=campaign_file(**{"announce": TOLD, **changes}))


def _untold(rt: Runtime) -> int:
    return sum(place.unannounced for place in places(rt))


def test_who_was_told_is_looked_at_no_more_and_who_was_told_in_vain_is(rt: Runtime) -> None:
    _announced(rt)
    assert _untold(rt) == len(NUMBERS)
    assert announce_due(rt) > 0
    for _ in range(3):
        announce_due(rt)
    assert _untold(rt) == 0
    advance(rt, 2 * 3600)  # no SMS was ever sent: the slots passed untold, and are announced anew
    assert end_slots(rt) == len(NUMBERS) and _untold(rt) == len(NUMBERS)


def test_a_campaign_that_announces_from_now_on_tells_whoever_waits_for_a_first_call(rt: Runtime) -> None:
    _announced(rt, announce=None)
    with rt.db.begin() as tx:
        first = places(rt)[0].id
        tx.update(campaign_contact, campaign_contact.c.id == first, tries=1)
        edit(tx, "tracing", {"announce": TOLD}, "alice")
    assert _untold(rt) == len(NUMBERS) - 1
    with rt.db.begin() as tx:
        edit(tx, "tracing", {"announce": None}, "alice")
    assert _untold(rt) == 0


def test_the_plan_reads_the_index_in_its_order_and_sorts_nothing(rt: Runtime) -> None:
    """With a list long enough that a database would not read all of it."""
    _announced(rt)
    plan = ""
    with pytest.raises(RuntimeError), rt.db.begin() as tx:
        [one] = tx.all(sa.select(campaign_contact).limit(1))
        many = [{"id": f"cct-{n:06}", "contact_id": f"ctc-{n:06}", "priority": n % 5} for n in range(4000)]
        _without_keys(tx, [{**one._mapping, **each} for each in many])
        plan = _plan(tx)
        raise RuntimeError("these people are nobody: they are not kept")
    assert "ix_campaign_contact_untold" in plan
    assert "Sort" not in plan and "B-TREE" not in plan


def _without_keys(tx: Any, rows: list[dict[str, Any]]) -> None:
    """People who are nobody: only their places matter to the plan."""
    if tx.dialect == "postgresql":
        tx.execute(sa.text("SET session_replication_role = replica"))
        tx.execute(campaign_contact.insert(), rows)
        tx.execute(sa.text("SET session_replication_role = DEFAULT"))
        tx.execute(sa.text("ANALYZE campaign_contact"))
    else:
        tx.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        tx.execute(campaign_contact.insert(), rows)


def _plan(tx: Any) -> str:
    dialect = postgresql.dialect() if tx.dialect == "postgresql" else sqlite.dialect()
    values = {"campaign_id": "tracing", "now": tx.now, "room": 20}
    said = str(UNTOLD_FRONT.params(**values).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    asked = "EXPLAIN " if tx.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
    return "\n".join(str(row) for row in tx.all(sa.text(asked + said.replace("%%", "%"))))


def test_a_pool_announces_too_and_one_telephone_hears_from_one_sender(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        pool = {
            "id": "two",
            "title": "Deux",
            "senders": [{"value": "+33199000188"}, {"value": "+33199000177"}],
        }
        apply_callers(tx, CallersFile.model_validate({"pools": [pool]}), "test")
    _announced(rt, sms_sender="", sms_pool="two")
    for _ in range(3):
        announce_due(rt)
    with rt.db.read() as tx:
        sent = tx.all(sa.select(message.c.sender, message.c.number_id))
        held = {row.number_id: row.sender for row in tx.all(sa.select(live_dialogue))}
    assert len(sent) == len(NUMBERS) and {row.sender for row in sent} == {"+33199000188", "+33199000177"}
    assert all(held[row.number_id] == row.sender for row in sent)


def test_a_pool_that_nobody_can_answer_announces_nothing_that_a_reply_moves(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        pool = {"id": "names", "title": "Noms", "senders": [{"value": "AMELI"}]}
        apply_callers(tx, CallersFile.model_validate({"pools": [pool]}), "test")
    with pytest.raises(Invalid) as refusal:
        _announced(rt, sms_sender="", sms_pool="names")
    assert refusal.value.id == "caller-not-allowed"


def test_two_people_on_one_telephone_are_told_of_one_call_even_where_no_reply_moves_it(rt: Runtime) -> None:
    told = {**TOLD, "can_move": False}
    start_campaign(rt, NUMBERS[0], NUMBERS[0], NUMBERS[1], file=campaign_file(announce=told))
    for _ in range(3):
        announce_due(rt)
        advance(rt, 11 * 60)
    with rt.db.read() as tx:
        sent = [row.number_id for row in tx.all(sa.select(message.c.number_id))]
    assert len(sent) == len(set(sent)) == 2
    assert {place.skip_reasons for place in places(rt)} == {"slot-announced", "number-busy"}


def test_whom_no_call_reached_is_written_to_by_the_pool_of_the_campaign(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        senders = [{"value": "+33199000188", "regions": ["44"]}, {"value": "+33199000177", "regions": ["11"]}]
        pool = {"id": "two", "title": "Deux", "senders": senders}
        apply_callers(tx, CallersFile.model_validate({"pools": [pool]}), "test")
    text = {"text": {"fr": "Nous avons cherché à vous joindre."}}
    _announced(rt, announce=None, sms_sender="", sms_pool="two", sms_fallback=text)
    place = places(rt)[0]
    with rt.db.begin() as tx:
        finish_contact(tx, place.id, NOT_REACHED)
    with rt.db.read() as tx:
        [sent] = tx.all(sa.select(message.c.sender))
    assert sent.sender == {"44": "+33199000188", "11": "+33199000177"}[place.region_code]


def test_a_fallback_that_nobody_may_send_is_refused_with_the_file(rt: Runtime) -> None:
    with pytest.raises(Invalid) as refusal:
        _announced(rt, announce=None, sms_sender="", sms_fallback={"text": {"fr": "Rappelez-nous."}})
    assert refusal.value.id == "caller-not-allowed"
