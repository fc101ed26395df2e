"""A return call promised by SMS is made: by voice, when it was agreed, by the standing campaign."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from callsvc.app import create_app
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.dialing.callbacks import book_texted, call_back_due
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.tables import callback
from callsvc.flows.service import publish
from callsvc.runtime import Runtime
from callsvc.webhooks.texting import text_due
from tests.factories import advance, campaign_file, make_contact, make_country, places
from tests.webhooks.conftest import Phone

NUMBER = "+33639980001"
FLOW = """\
schema: 1
id: survey
title: {fr: Essai, en: Try}
languages: [fr]
channels: [sms]
limits: {steps: 60, visits_per_step: 6}
prompts:
  ask: {says: neutral, fr: {text: "Vous rappeler ? OUI ou NON."}}
  bye: {says: neutral, fr: {text: "Nous vous rappellerons."}}
steps:
  start:
    menu: {prompt: ask}
    keys: {"1": later, "2": bye}
    words: {later: [oui], bye: [non]}
  later: {callback: {in: 60}, say: bye, end: callback-booked}
  bye: {end: refused}
"""


@pytest.fixture
def phone(rt: Runtime) -> Phone:
    """A person who was asked by SMS whether we should call."""
    file = campaign_file(flow="survey", channel="sms")
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
    apply_campaign(rt, file, "test")
    with rt.db.begin() as tx:
        add_contacts(tx, file.id, [make_contact(tx, NUMBER)])
    change_state(rt, file.id, "start", "test")
    assert text_due(rt) == 1
    return Phone(create_app(rt).test_client(), rt)


def _text(phone: Phone, body: str) -> None:
    given = {"MessageSid": "SM1", "From": NUMBER, "To": "+33199000199", "Body": body}
    assert phone.post("/webhooks/messages/inbound", given).status_code == 200


def test_a_return_call_promised_by_sms_is_dialled_at_its_moment(rt: Runtime, phone: Phone) -> None:
    _text(phone, "oui")
    assert [place.outcome for place in places(rt)] == ["callback-booked"]
    advance(rt, 3500)
    assert (call_back_due(rt), plan_calls(rt)) == (0, 0)
    advance(rt, 200)
    assert (call_back_due(rt), plan_calls(rt)) == (1, 1)


def test_it_is_a_promise_like_any_other_without_a_call_it_was_made_in(rt: Runtime, phone: Phone) -> None:
    _text(phone, "oui")
    with rt.db.read() as tx:
        [promise] = tx.all(sa.select(callback))
    assert (promise.status, promise.call_id, promise.due_at) == (
        "booked", None, rt.clock.now() + timedelta(hours=1),
    )  # fmt: skip
    advance(rt, 3700)
    call_back_due(rt)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(callback.c.status)) == "due"


def test_who_books_again_has_one_promise_the_newest(rt: Runtime, phone: Phone) -> None:
    _text(phone, "oui")
    with rt.db.begin() as tx:
        number_id = str(tx.scalar(sa.select(callback.c.number_id)))
        book_texted(tx, places(rt)[0].id, number_id, in_minutes=120, at=None, days=0, time=None)
        states = [row.status for row in tx.all(sa.select(callback).order_by(callback.c.due_at))]
    assert states == ["canceled", "booked"]


def test_nobody_is_called_who_did_not_ask_for_it(rt: Runtime, phone: Phone) -> None:
    _text(phone, "non")
    advance(rt, 3700)
    assert plan_calls(rt) == 0
