"""Announced calls: told first, called then, moved by a reply, kept, or said to be missed."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from callsvc.app import create_app
from callsvc.campaigns.caller_files import apply_callers, read_callers
from callsvc.campaigns.service import change_state
from callsvc.carrier.memory import MemoryCarrier
from callsvc.carrier.port import Refused
from callsvc.contacts.numbers import find_number
from callsvc.contacts.preferences import prefer
from callsvc.contacts.suppressions import suppress
from callsvc.dialing.announcing import announce_due
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.dialing.keeping import end_slots
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.tables import announcement
from callsvc.messages.sending import send_messages
from callsvc.messages.tables import live_dialogue, message
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, start_campaign
from tests.webhooks.conftest import Phone

NUMBER, FIXED = "+33639980001", "+33199000321"
PARIS = ZoneInfo("Europe/Paris")
WHEN = "Assurance Maladie : nous vous appelons {day} entre {from} et {to} du {caller}. 1 pour changer, STOP."
MINUTE = 60


def _start(rt: Runtime, *numbers: str, file: dict[str, Any] | None = None, **announce: Any) -> Phone:
    told = {"text": {"fr": WHEN}, "minutes_before": 60, "slot_minutes": 20, **announce}
    start_campaign(rt, *(numbers or (NUMBER,)), file=campaign_file(announce=told, **(file or {})))
    return Phone(create_app(rt).test_client(), rt)


def _round(rt: Runtime) -> None:
    """What ticker and workers do, once."""
    announce_due(rt)
    end_slots(rt)
    recreate_due(rt)
    _work(rt)


def _work(rt: Runtime) -> None:
    jobs: Any = rt.jobs
    for job, ids in jobs.take():
        if job == "send_messages":
            send_messages(rt, list(ids))
        elif job == "place_calls":
            place_attempts(rt, list(ids))


def _call(rt: Runtime) -> int:
    plan_calls(rt)
    _work(rt)
    return len(_carrier(rt).calls)


def _carrier(rt: Runtime) -> MemoryCarrier:
    carrier = rt.carrier
    assert isinstance(carrier, MemoryCarrier)
    return carrier


def _sent(rt: Runtime) -> list[str]:
    return [one.body for one in _carrier(rt).messages.values()]


def _slots(rt: Runtime) -> list[Any]:
    with rt.db.read() as tx:
        return list(tx.all(sa.select(announcement).order_by(announcement.c.created_at, announcement.c.id)))


def _reply(phone: Phone, body: str, sid: str) -> None:
    given = {"MessageSid": sid, "From": NUMBER, "To": "+33199000199", "Body": body}
    assert phone.post("/webhooks/messages/inbound", given).status_code == 200
    _work(phone.rt)


def test_nobody_is_called_before_they_were_told_and_then_in_the_slot(rt: Runtime) -> None:
    _start(rt)
    assert _call(rt) == 0  # ten o'clock in Paris, and not announced
    _round(rt)
    told = "lundi 16 novembre entre 11:00 et 11:20 du +33 1 99 00 01 99. 1 pour changer, STOP."
    assert _sent(rt) == [f"Assurance Maladie : nous vous appelons {told}"]
    advance(rt, 59 * MINUTE)
    _round(rt)
    assert _call(rt) == 0
    advance(rt, 2 * MINUTE)
    assert _call(rt) == 1
    assert [slot.status for slot in _slots(rt)] == ["kept"]
    assert (places(rt)[0].priority, len(_sent(rt))) == (0, 1)


def test_the_sms_says_the_published_number_of_the_campaigns_own_pool(rt: Runtime) -> None:
    own = "{id: alsace, title: Alsace, verify: '03 53 01 00 99', senders: [{value: '+33199000101'}]}"
    with rt.db.begin() as tx:
        apply_callers(tx, read_callers(f"pools: [{own}]"), "alice")
    by_pool = {"caller_id": "", "caller_pool": "alsace"}
    _start(rt, file=by_pool, text={"fr": "{day}, {from} - {to}, {caller}. {verify}"})
    _round(rt)
    assert [text.rpartition(". ")[2] for text in _sent(rt)] == ["03 53 01 00 99"]


def test_once_the_slot_is_kept_a_fragile_person_comes_before_others_as_before(rt: Runtime) -> None:
    told = {"text": {"fr": WHEN}, "minutes_before": 60, "slot_minutes": 20}
    start_campaign(rt, NUMBER, file=campaign_file(announce=told), fragility=2)
    before = places(rt)[0].priority
    _round(rt)
    advance(rt, 61 * MINUTE)
    assert _call(rt) == 1 and [slot.status for slot in _slots(rt)] == ["kept"]
    assert places(rt)[0].priority == before == 20


def test_while_the_sms_is_not_with_the_carrier_nobody_is_called(rt: Runtime) -> None:
    _start(rt)
    announce_due(rt)
    rt.jobs.take()  # type: ignore[attr-defined]
    advance(rt, 65 * MINUTE)
    assert _call(rt) == 0
    assert places(rt)[0].skip_reasons == "unannounced"
    end_slots(rt)  # it began before anybody was told: taken back
    assert [slot.status for slot in _slots(rt)] == ["canceled"]
    with rt.db.read() as tx:
        assert [row.placement for row in tx.all(sa.select(message))] == ["withdrawn"]
    _round(rt)
    assert "entre 12:20 et 12:40" in _sent(rt)[0] and len(_sent(rt)) == 1


def test_a_slot_that_passed_is_apologised_for_with_another_and_no_third_is_promised(rt: Runtime) -> None:
    _start(rt)
    _round(rt)
    advance(rt, 90 * MINUTE)  # nobody had time
    _round(rt)
    assert [slot.status for slot in _slots(rt)] == ["missed", "told"]
    assert "n'avons pas pu" in _sent(rt)[1] and "entre 12:40 et 13:00" in _sent(rt)[1]
    assert _call(rt) == 0
    advance(rt, 120 * MINUTE)
    _round(rt)
    assert [slot.status for slot in _slots(rt)] == ["missed", "missed", "failed"]
    assert _call(rt) == 1 and len(_sent(rt)) == 2


def test_a_slot_missed_while_the_campaign_was_paused_is_said_when_it_goes_on(rt: Runtime) -> None:
    _start(rt)
    _round(rt)
    change_state(rt, "tracing", "pause", "test")
    advance(rt, 90 * MINUTE)
    _round(rt)
    assert len(_sent(rt)) == 1
    change_state(rt, "tracing", "resume", "test")
    _round(rt)
    assert "n'avons pas pu" in _sent(rt)[1]


def test_late_in_the_evening_the_apology_and_its_slot_are_of_the_next_morning(rt: Runtime) -> None:
    _start(rt, file={"windows": [{"days": ["mon", "tue"], "from": "08:00", "to": "20:00"}]})
    advance(rt, 8.6 * 3600)  # 18:36: the slot is 19:40 to 20:00
    _round(rt)
    advance(rt, 84 * MINUTE)  # 20:00: too late to write, too
    _round(rt)
    assert len(_sent(rt)) == 1 and [slot.status for slot in _slots(rt)] == ["missed", "planned"]
    advance(rt, 12 * 3600 + 5)
    _round(rt)
    assert "entre 09:00 et 09:20" in _sent(rt)[1]


def test_reply_one_offers_moments_and_a_key_moves_the_call(rt: Runtime) -> None:
    phone = _start(rt)
    _round(rt)
    _reply(phone, "1", "SM1")
    offered = _sent(rt)[1]
    assert offered.startswith("Assurance Maladie : quand vous appeler ? 1 : lundi 16 novembre entre")
    assert "0 pour garder lundi 16 novembre entre 11:00 et 11:20" in offered
    _reply(phone, "2 svp", "SM2")
    assert "c'est noté, nous vous appelons" in _sent(rt)[2]
    old, new = _slots(rt)
    assert (old.status, new.status) == ("moved", "told") and new.slot_from > old.slot_from
    advance(rt, 65 * MINUTE)
    assert _call(rt) == 0
    advance(rt, (new.slot_from - rt.clock.now()).total_seconds() + 1)
    assert _call(rt) == 1


def test_zero_keeps_the_slot_and_nonsense_is_offered_again_a_few_times(rt: Runtime) -> None:
    phone = _start(rt)
    _round(rt)
    _reply(phone, "merci", "SM0")
    assert len(_sent(rt)) == 1  # not an answer to anything
    _reply(phone, "1", "SM1")
    for sid in range(2, 12):
        _reply(phone, "peut-être", f"SM{sid}")
    assert len(_sent(rt)) == 6
    assert [slot.status for slot in _slots(rt)] == ["told"]
    advance(rt, 61 * MINUTE)
    assert _call(rt) == 1


def test_stop_in_reply_ends_the_sms_and_the_announced_call_comes(rt: Runtime) -> None:
    phone = _start(rt)
    _round(rt)
    _reply(phone, "STOP", "SM1")
    _reply(phone, "1", "SM2")
    assert len(_sent(rt)) == 1
    with rt.db.read() as tx:
        assert tx.first(sa.select(live_dialogue)) is None
    advance(rt, 61 * MINUTE)
    assert _call(rt) == 1


@pytest.mark.parametrize(("otherwise", "calls", "outcome"), [("call", 1, None), ("leave", 0, "uncallable")])
def test_who_cannot_be_written_to_is_called_without_or_left(
    rt: Runtime, otherwise: str, calls: int, outcome: str | None
) -> None:
    told = {"text": {"fr": WHEN}, "otherwise": otherwise}
    start_campaign(rt, FIXED, file=campaign_file(announce=told), kind="fixed")
    assert _call(rt) == 0
    _round(rt)
    assert (_call(rt), places(rt)[0].outcome, _sent(rt)) == (calls, outcome, [])


def test_who_stopped_sms_is_called_without_being_told(rt: Runtime) -> None:
    _start(rt)
    with rt.db.begin() as tx:
        suppress(tx, find_number(tx, NUMBER) or "", "sms", source="test")
    _round(rt)
    assert (_call(rt), _sent(rt)) == (1, [])


def test_an_sms_the_carrier_refuses_leaves_the_call(rt: Runtime) -> None:
    _start(rt)
    _carrier(rt).fail_next(Refused(21612, "no way"))
    _round(rt)
    assert [slot.status for slot in _slots(rt)] == ["failed"]
    assert _call(rt) == 1


@pytest.mark.parametrize(("chosen", "hour"), [("afternoon", 12), ("evening", 11)])
def test_a_slot_is_in_the_hours_that_were_chosen_unless_there_are_none(
    rt: Runtime, chosen: str, hour: int
) -> None:
    until_six = [{"days": ["mon", "tue"], "from": "08:00", "to": "18:00"}]
    _start(rt, file={"windows": until_six})
    with rt.db.begin() as tx:
        assert prefer(tx, find_number(tx, NUMBER) or "", "hours", chosen, source="test")
    _round(rt)
    assert [slot.slot_from.astimezone(PARIS).hour for slot in _slots(rt)] == [hour]


def test_a_slot_holds_half_of_what_can_be_called_in_it(rt: Runtime) -> None:
    numbers = [f"+3363998{place:04}" for place in range(100, 108)]
    _start(rt, *numbers, slot_minutes=5, file={"pacing": {"calls_per_second": 0.02, "most_live": 9}})
    for _ in range(3):
        _round(rt)
    slots: dict[Any, int] = {}
    for slot in _slots(rt):
        slots[slot.slot_from] = slots.get(slot.slot_from, 0) + 1
    assert list(slots.values()) == [3, 3, 2]
    assert max(slots) - min(slots) == timedelta(minutes=10)


def test_whose_place_is_closed_meanwhile_is_told_nothing_more(rt: Runtime) -> None:
    _start(rt)
    announce_due(rt)
    change_state(rt, "tracing", "stop", "test")
    _work(rt)
    assert _sent(rt) == [] and [slot.status for slot in _slots(rt)] == ["canceled"]
    with rt.db.read() as tx:
        assert tx.first(sa.select(live_dialogue)) is None
