"""A caller who names no number is answered like anybody, and shares nothing with other such callers."""

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.tables import call, leg
from callsvc.contacts.numbers import find_number, store_caller
from callsvc.contacts.tables import phone_number
from callsvc.dialing.tables import callback
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from ivr_flows.spoken_times import spoken_time
from tests.factories import make_country, publish_library, start_campaign
from tests.webhooks.conftest import Phone
from tests.webhooks.test_callers import call_in


def _rows(rt: Runtime, table: sa.Table) -> Any:
    with rt.db.read() as tx:
        return tx.all(sa.select(table))


@pytest.fixture
def desk(rt: Runtime) -> Runtime:
    with rt.db.begin() as tx:
        make_country(tx)
    publish_library(rt, "front-desk")
    return rt


@pytest.mark.parametrize("said", ["anonymous", "", "client:softphone", "+266696687", "15", "+0123"])
def test_what_is_no_number_becomes_none(desk: Runtime, phone: Phone, said: str) -> None:
    call_in(phone, number=said)
    assert _rows(desk, phone_number) == []
    assert (_rows(desk, leg)[0].number_id, _rows(desk, call)[0].contact_id) == (None, None)


def test_a_withheld_number_is_told_that_nobody_can_call_it_back(
    desk: Runtime, phone: Phone, spoken: Any
) -> None:
    leg_id = call_in(phone, number="anonymous")
    for turn, key in ((1, "1"), (2, "3")):
        phone.voice(leg_id, turn, Digits=key)
    assert "numéro est masqué" in spoken(phone.voice(leg_id, 4, Digits="1"))
    assert _rows(desk, callback) == []


def test_an_sms_from_a_name_is_not_stored(rt: Runtime, phone: Phone) -> None:
    given = {"MessageSid": "SMin", "From": "AMELI", "To": "+33199000100", "Body": "STOP"}
    assert phone.post("/webhooks/messages/inbound", given).status_code == 200
    assert _rows(rt, message) == []


@pytest.mark.parametrize(
    ("number", "kind", "country"),
    [("+33639980001", "mobile", "FR"), ("+33199000001", "fixed", "FR")],
)
def test_a_caller_is_classified_like_a_number_of_a_list(
    rt: Runtime, number: str, kind: str, country: str
) -> None:
    with rt.db.begin() as tx:
        store_caller(tx, number)
    [row] = _rows(rt, phone_number)
    assert (row.kind, row.country) == (kind, country)


def test_a_reserved_number_is_synthetic_with_a_real_carrier_too(rt: Runtime) -> None:
    real = rt.settings.model_copy(update={"twilio_api_base_url": "https://api.twilio.com"})
    rt.db.settings = real
    assert not real.carrier_is_loopback
    with rt.db.begin() as tx:
        store_caller(tx, "+33639980001")
    assert [row.synthetic for row in _rows(rt, phone_number)] == [True]


def test_advice_for_somebody_reached_on_a_landline_goes_to_their_mobile(rt: Runtime, phone: Phone) -> None:
    start_campaign(rt, "+33199000001", numbers=("+33639980002",))
    with rt.db.begin() as tx:
        tx.update(phone_number, phone_number.c.id == find_number(tx, "+33199000001"), kind="fixed")
    leg_id = phone.ring()
    phone.voice(leg_id, 0, AnsweredBy="human")
    for turn, keys in enumerate(("1", "1980", "2"), start=1):
        phone.voice(leg_id, turn, Digits=keys)
    with rt.db.read() as tx:
        assert [row.number_id for row in tx.all(sa.select(message))] == [find_number(tx, "+33639980002")]


def test_nobody_with_only_a_landline_is_promised_an_sms(rt: Runtime, phone: Phone, spoken: Any) -> None:
    start_campaign(rt, "+33199000001", kind="fixed")
    leg_id = phone.ring()
    phone.voice(leg_id, 0, AnsweredBy="human")
    for turn, keys in enumerate(("1", "1980"), start=1):
        phone.voice(leg_id, turn, Digits=keys)
    said = spoken(phone.voice(leg_id, 3, Digits="2"))
    assert "ameli.fr" in said and "SMS" not in said
    assert _rows(rt, message) == []


def test_a_time_is_said_in_each_language() -> None:
    assert spoken_time(datetime(2020, 11, 17, 10, 0)) == {  # noqa: DTZ001 - the person's own clock
        "fr": "mardi 17 novembre à 10 heures",
        "en": "on Tuesday 17 November at 10:00",
        "es": "el martes 17 de noviembre a las 10:00",
        "pt": "terça-feira, 17 de novembro, às 10 horas",
        "ar": "الثلاثاء 17 نوفمبر في الساعة 10:00",
    }
