"""Somebody who writes and wants a person: the conversation waits for an agent who answers SMS."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.agents.tables import agent
from callsvc.app import create_app
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.contacts.tables import contact
from callsvc.core.errors import CallsvcError
from callsvc.flows.service import publish
from callsvc.messages.sending import send_messages
from callsvc.messages.tables import message, sms_conversation
from callsvc.routing import service as routing
from callsvc.routing.other_work import writing
from callsvc.routing.tables import queue_entry
from callsvc.runtime import Runtime
from callsvc.webhooks.texting import text_due
from tests.factories import advance, campaign_file, make_contact, make_country, places
from tests.routing.world import World
from tests.webhooks.conftest import Phone
from tests.webhooks.test_texting import FLOW

NUMBER, OURS = "+33639980001", "+33199000199"


@pytest.fixture
def agents(rt: Runtime) -> World:
    world = World(rt)
    with rt.db.begin() as tx:
        make_country(tx)
        make_contact(tx, NUMBER)
    return world


@pytest.fixture
def phone(rt: Runtime, agents: World) -> Phone:
    return Phone(create_app(rt).test_client(), rt)


def _writer(agents: World) -> str:
    """An agent on SMS, ready."""
    agent_id = agents.agent(skills=["general"], ready=False)
    with agents.rt.db.begin() as tx:
        tx.update(agent, agent.c.id == agent_id, channels="voice sms")
    routing.set_activity(agents.rt, agent_id, "available")
    return agent_id


def _text(phone: Phone, body: str, sid: str) -> None:
    given = {"MessageSid": sid, "From": NUMBER, "To": OURS, "Body": body}
    assert phone.post("/webhooks/messages/inbound", given).status_code == 200


def _sent(rt: Runtime) -> list[str]:
    jobs: Any = rt.jobs
    for job, ids in jobs.take():
        if job == "send_messages":
            send_messages(rt, list(ids))
    carrier: Any = rt.carrier
    return [one.body for one in carrier.messages.values() if one.to == NUMBER]


def _rows(rt: Runtime, table: sa.Table) -> list[Any]:
    with rt.db.read() as tx:
        return list(tx.all(sa.select(table)))


def test_an_agent_reads_answers_and_closes(rt: Runtime, agents: World, phone: Phone) -> None:
    writer = _writer(agents)
    _text(phone, "Je voudrais parler de mon test", "SM1")
    held = agents.reservation_of(writer)
    agents.accept(writer)
    writing.answer(rt, writer, "Bonjour, que puis-je pour vous ?")
    assert _sent(rt) == ["Bonjour, que puis-je pour vous ?"]
    assert agents.agent_row(writer).state == "on-call"
    writing.close(rt, writer, "resolved-by-phone")
    [entry], [conversation] = _rows(rt, queue_entry), _rows(rt, sms_conversation)
    assert held.entry_id == entry.id and (entry.kind, entry.state) == ("sms", "completed")
    assert conversation.closed_how == "resolved-by-phone"
    assert agents.agent_row(writer).state == "idle"


def test_where_no_agent_answers_sms_nothing_waits(rt: Runtime, agents: World, phone: Phone) -> None:
    agents.agent(skills=["general"])
    _text(phone, "Un conseiller", "SM1")
    assert _rows(rt, queue_entry) == []


def test_stop_ends_the_conversation_and_nothing_more_is_sent(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    writer = _writer(agents)
    _text(phone, "Bonjour", "SM1")
    agents.accept(writer)
    _text(phone, "STOP", "SM2")
    with pytest.raises(CallsvcError, match="over"):
        writing.answer(rt, writer, "Encore un mot")
    assert "Encore un mot" not in _sent(rt)
    writing.close(rt, writer, "opted-out")
    assert _rows(rt, sms_conversation)[0].closed_how == "stop"


def test_stop_takes_a_waiting_conversation_out_of_the_queue(rt: Runtime, agents: World, phone: Phone) -> None:
    writer = _writer(agents)
    _text(phone, "Bonjour", "SM1")
    _text(phone, "STOP", "SM2")
    assert [row.left_how for row in _rows(rt, queue_entry)] == ["stop"]
    assert agents.reservation_of(writer) is None


def test_the_answer_to_an_agents_question_goes_to_that_agent_first(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    first = _writer(agents)
    _text(phone, "Bonjour", "SM1")
    agents.accept(first)
    writing.answer(rt, first, "Quel est votre code postal ?")
    writing.close(rt, first, writing.AWAITING)
    routing.set_activity(rt, first, "break")
    second = _writer(agents)
    advance(rt, 600)
    _text(phone, "67000", "SM2")
    assert agents.reservation_of(second) is None
    routing.set_activity(rt, first, "available")
    assert agents.reservation_of(first) is not None
    assert len(_rows(rt, sms_conversation)) == 1


def test_an_owner_who_does_not_come_back_gives_way(rt: Runtime, agents: World, phone: Phone) -> None:
    first = _writer(agents)
    _text(phone, "Bonjour", "SM1")
    agents.accept(first)
    writing.close(rt, first, writing.AWAITING)
    routing.set_activity(rt, first, "offline")
    second = _writer(agents)
    _text(phone, "67000", "SM2")
    advance(rt, writing.OWNED_FOR.total_seconds() + 1)
    routing.repair(rt)
    assert agents.reservation_of(second) is not None


def test_an_answer_may_go_out_at_night_and_our_first_word_may_not(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    writer = _writer(agents)
    advance(rt, 13 * 3600)  # 23:00
    _text(phone, "Je ne dors pas", "SM1")
    agents.accept(writer)
    advance(rt, 3600)
    writing.answer(rt, writer, "Nous non plus.")
    assert _sent(rt) == ["Nous non plus."]
    advance(rt, 3 * 3600)
    writing.answer(rt, writer, "Vous dormez ?")
    assert _sent(rt) == ["Nous non plus."]


@pytest.mark.parametrize(("text", "why"), [("", "sms-empty"), ("é" * 700, "sms-too-long")])
def test_what_cannot_be_sent_is_refused_with_a_reason(
    rt: Runtime, agents: World, phone: Phone, text: str, why: str
) -> None:
    writer = _writer(agents)
    _text(phone, "Bonjour", "SM1")
    agents.accept(writer)
    with pytest.raises(CallsvcError) as refused:
        writing.answer(rt, writer, text)
    assert refused.value.id == why
    assert len(_rows(rt, message)) == 1


@pytest.fixture
def surveyed(rt: Runtime, agents: World) -> Phone:
    """The person was asked something by a campaign by SMS."""
    with rt.db.begin() as tx:
        publish(tx, FLOW, "test")
        contact_id = tx.scalar(sa.select(contact.c.id))
    file = campaign_file(flow="survey", channel="sms")
    apply_campaign(rt, file, "test")
    with rt.db.begin() as tx:
        add_contacts(tx, file.id, [contact_id])
    change_state(rt, file.id, "start", "test")
    phone = Phone(create_app(rt).test_client(), rt)
    assert text_due(rt) == 1
    _sent(rt)
    return phone


def test_who_asks_for_a_person_in_a_campaign_leaves_its_flow(
    rt: Runtime, agents: World, surveyed: Phone
) -> None:
    writer = _writer(agents)
    _text(surveyed, "J'attends un conseiller", "SM1")
    assert agents.reservation_of(writer) is None  # that is more than asking: the flow answers as before
    _text(surveyed, "Conseiller !", "SM2")
    [entry] = _rows(rt, queue_entry)
    assert agents.reservation_of(writer) is not None and entry.campaign_contact_id == places(rt)[0].id
    assert places(rt)[0].outcome == "connected"
    before = _sent(rt)
    _text(surveyed, "oui", "SM3")
    assert _sent(rt) == before  # it is the agent's to answer


def test_who_is_never_understood_comes_to_a_person(rt: Runtime, agents: World, surveyed: Phone) -> None:
    _writer(agents)
    for number in range(4):
        _text(surveyed, f"Je ne sais pas {number}", f"SM{number}")
    [conversation] = _rows(rt, sms_conversation)
    assert conversation.why == "misread"


def test_without_agents_on_sms_the_flow_goes_on_as_before(
    rt: Runtime, agents: World, surveyed: Phone
) -> None:
    agents.agent(skills=["general"])
    _text(surveyed, "Conseiller", "SM1")
    assert _rows(rt, queue_entry) == [] and places(rt)[0].status == "trying"
