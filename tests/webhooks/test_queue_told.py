"""Somebody who waits: told their place and their region's words, called back in their turn, known to us."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from callsvc.agents.back_office import opt_in, train
from callsvc.agents.tables import agent, agent_skill, team
from callsvc.app import create_app
from callsvc.calls.tables import leg
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.tables import callback
from callsvc.flows.service import publish
from callsvc.organising.applying import apply_organisation
from callsvc.organising.definition import read_organisation
from callsvc.platforms.region_messages import put_messages
from callsvc.routing import service as routing
from callsvc.routing.desks.desk import desk_targets
from callsvc.routing.other_work import calling_out
from callsvc.routing.other_work.leaving import expire_work
from callsvc.routing.tables import queue_entry
from callsvc.routing.talking import handing_on
from callsvc.runtime import Runtime
from tests.factories import advance, make_contact, make_country, publish_library
from tests.routing.world import World
from tests.webhooks.conftest import Phone

NUMBER = "+33639980001"
Spoken = Callable[[ElementTree.Element], str]
FLOW = """\
schema: 1
id: front-desk
title: {fr: Accueil, en: Desk}
languages: [fr]
channels: [voice]
direction: inbound
limits: {steps: 60, visits_per_step: 6}
prompts:
  wait: {says: neutral, fr: {text: "Un instant."}}
  offer: {says: neutral, fr: {text: "Tapez 1 pour garder votre place."}}
  keep: {says: neutral, fr: {text: "Au numéro qui finit par {call.number_end} : tapez 1."}}
  closed: {says: neutral, fr: {text: "Prenons un rendez-vous."}}
  bye: {says: neutral, fr: {text: "Au revoir."}}
steps:
  start:
    queue: {skill: general, LEVELwait_prompt: wait, offer_callback_after: 60, callback_prompt: offer}
    on_callback: keep
    on_closed: later
  keep:
    callback: {offers: {"1": {turn: true}}, prompt: keep, max_attempts: 1}
    on_timeout: bye
    on_invalid: bye
    on_exhausted: bye
    next: bye
  later: {say: closed, appointment: {do: book}, next: bye}
  bye: {say: bye, end: callback-booked}
"""


@pytest.fixture
def agents(rt: Runtime) -> World:
    with rt.db.begin() as tx:
        make_country(tx)
        make_contact(tx, NUMBER)
    publish_library(rt, "callback")
    return World(rt)


@pytest.fixture
def phone(rt: Runtime, agents: World) -> Phone:
    return Phone(create_app(rt).test_client(), rt)


def _publish(rt: Runtime, level: int = 1) -> None:
    with rt.db.begin() as tx:
        publish(tx, FLOW.replace("LEVEL", "level: 2, " if level == 2 else ""), "test")


def _calls_us(phone: Phone, sid: str = "CA1", number: str = NUMBER) -> tuple[str, ElementTree.Element]:
    given = {"CallSid": sid, "From": number, "To": "+33199000100", "CallStatus": "ringing"}
    document = ElementTree.fromstring(phone.post("/webhooks/voice/inbound", given).text)
    with phone.rt.db.read() as tx:
        return str(tx.scalar(sa.select(leg.c.id).where(leg.c.sid == sid))), document


def _entries(rt: Runtime, kind: str) -> list[Any]:
    with rt.db.read() as tx:
        return list(
            tx.all(sa.select(queue_entry).where(queue_entry.c.kind == kind).order_by(queue_entry.c.id))
        )


def _busy(agents: World) -> str:
    """One agent of the theme who talks to somebody else."""
    agent_id = agents.agent(skills=["general"])
    agents.waits(skill="general")
    agents.connect(agent_id)
    return agent_id


def _keeps_place(agents: World, phone: Phone) -> tuple[str, Any]:
    """A caller has waited and chosen to be called in their turn: (the busy agent, the entry)."""
    _publish(agents.rt)
    busy = _busy(agents)
    leg_id, _ = _calls_us(phone)
    advance(agents.rt, 61)
    phone.voice(leg_id, 1)
    document = phone.voice(leg_id, 2, Digits="1")
    assert "finit par 0 1" in " ".join(say.text or "" for say in document.iter("Say"))
    phone.voice(leg_id, 3, Digits="1")
    agents.news(leg_id, "completed")
    [entry] = _entries(agents.rt, "callback")
    return busy, entry


def test_who_is_called_back_keeps_their_place_and_is_promised_today(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    _, entry = _keeps_place(agents, phone)
    [waited] = [one for one in _entries(rt, "call") if one.left_how == "callback"]
    assert (entry.state, entry.entered_at, entry.skill) == ("pending", waited.entered_at, "general")
    assert entry.deadline_at.date() == rt.clock.now().date()
    with rt.db.read() as tx:
        assert [row.status for row in tx.all(sa.select(callback))] == ["queued"]


def test_their_turn_comes_before_calls_that_came_later_and_they_are_called(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    busy, entry = _keeps_place(agents, phone)
    later = agents.waits(skill="general")
    routing.hang_up(rt, busy)
    routing.dispose(rt, busy, "reached")
    held = agents.reservation_of(busy)
    assert held.entry_id == entry.id and agents.offered_to(later) is None
    agents.accept(busy)
    calling_out.dial(rt, busy)
    row = agents.reservation_of(busy)
    agents.news(row.agent_leg_id, "in-progress")
    agents.join(row.conference_id, row.agent_leg_id)
    jobs: Any = rt.jobs
    [theirs] = [one for job, ids in jobs.take() if job == "place_calls" for one in ids]
    place_attempts(rt, [theirs])
    phone.voice(theirs, 0)
    agents.join(row.conference_id, theirs)
    assert agents.reservation_of(busy).bridged_at is not None


def test_a_place_nobody_could_serve_today_is_called_by_the_service(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    _, entry = _keeps_place(agents, phone)
    rt.clock.advance((entry.deadline_at - rt.clock.now()).total_seconds() + 1)  # type: ignore[attr-defined]
    assert expire_work(rt) == 1
    with rt.db.read() as tx:
        assert [row.status for row in tx.all(sa.select(callback))] == ["due"]


def test_place_and_wait_are_told_now_and_then_within_ones_own_group(
    rt: Runtime, agents: World, phone: Phone, spoken: Spoken
) -> None:
    _publish(rt)
    _busy(agents)
    other = agents.agent(skills=["tracing"])
    agents.waits(skill="general")
    agents.waits(skill="tracing")
    agents.waits(skill="tracing")
    assert agents.reservation_of(other) is not None
    leg_id, _ = _calls_us(phone)
    told = [spoken(phone.voice(leg_id, turn)) for turn in (1, 2, 3)]
    assert ["position 2" in one for one in told].count(True) == 1
    assert any("environ" in one for one in told)


def test_a_region_says_in_its_own_words_that_the_wait_is_long(
    rt: Runtime, agents: World, phone: Phone, spoken: Spoken
) -> None:
    _publish(rt)
    with rt.db.begin() as tx:
        put_messages(tx, "44", {"overflow": {"fr": "Beaucoup de monde aujourd'hui.", "en": "Busy."}})
    agents.agent(skills=["general"])
    _, first = _calls_us(phone, "CA0", "+33639980009")
    assert "Beaucoup de monde" not in spoken(first)
    agents.waits(skill="general")
    _, second = _calls_us(phone, "CA2")
    assert "Beaucoup de monde aujourd'hui." in spoken(second)


def test_a_region_says_in_its_own_words_that_nobody_is_there(
    rt: Runtime, agents: World, phone: Phone, spoken: Spoken
) -> None:
    _publish(rt)
    with rt.db.begin() as tx:
        put_messages(tx, "44", {"closed": {"en": "Closed."}})
    _, document = _calls_us(phone)
    assert spoken(document).index("Closed.") < spoken(document).index("Prenons un rendez-vous.")


def test_a_closed_region_says_so_at_the_beginning_and_once(
    rt: Runtime, agents: World, phone: Phone, spoken: Spoken
) -> None:
    _publish(rt)
    with rt.db.begin() as tx:
        put_messages(tx, "44", {"closed": {"fr": "Nos lignes sont fermées."}})
    advance(rt, 13 * 3600)
    _, document = _calls_us(phone)
    assert spoken(document).count("Nos lignes sont fermées.") == 1


def test_the_organisations_file_sets_messages_and_back_offices(rt: Runtime, agents: World) -> None:
    with rt.db.begin() as tx:
        tx.insert(team, id="tem1", platform_code="67", name="Niveau 2")
    file = read_organisation(
        'regions: {"44": {name: Grand Est, messages: {closed: {fr: Fermé., en: Closed.}}}}\n'
        'back_offices: [{platform: "67", team: Niveau 2, themes: [general]}]\n'
    )
    assert "region 44" in apply_organisation(rt, file).changed
    assert set(apply_organisation(rt, file).same) == {"region 44", "back office 67 Niveau 2"}


def _second_level(agents: World, level: int = 2, *, opted_in: bool = True) -> str:
    """A member of a team, trained or not."""
    agent_id = agents.agent(skills=["general"])
    with agents.rt.db.begin() as tx:
        tx.insert_once(team, id="tem1", platform_code="67", name="Niveau 2")
        tx.update(agent, agent.c.id == agent_id, team_id="tem1")
        tx.update(agent_skill, agent_skill.c.agent_id == agent_id, level=level)
        if opted_in:
            opt_in(tx, "67", "Niveau 2", ["general"], by="test")
        train(tx)
    return agent_id


def test_a_theme_of_the_second_level_goes_straight_to_a_trained_team_that_opted_in(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    _publish(rt, level=2)
    front = agents.agent(skills=["general"])
    trained = _second_level(agents)
    _calls_us(phone)
    assert agents.reservation_of(trained) is not None and agents.reservation_of(front) is None


@pytest.mark.parametrize(("level", "opted_in"), [(1, True), (2, False)])
def test_with_nobody_trained_and_opted_in_an_appointment_is_booked(
    rt: Runtime, agents: World, phone: Phone, spoken: Spoken, level: int, opted_in: bool
) -> None:
    _publish(rt, level=2)
    idle = _second_level(agents, level, opted_in=opted_in)
    _, document = _calls_us(phone)
    assert "Prenons un rendez-vous." in spoken(document)
    assert agents.reservation_of(idle) is None
    with rt.db.read() as tx:
        assert tx.scalar(sa.text("select count(*) from appointment")) == 1


def test_an_agent_hands_a_call_on_to_the_second_level(rt: Runtime, agents: World, phone: Phone) -> None:
    front = agents.agent(skills=["tracing"])
    waiting = agents.waits()
    agents.connect(front)
    trained = _second_level(agents)
    with rt.db.read() as tx:
        assert ("general--2", "queue") in [(one["name"], one["kind"]) for one in desk_targets(tx, front)]
    handing_on.transfer(rt, front, "general--2")
    assert agents.reservation_of(trained) is not None
    assert [row.skill for row in agents.entries_of(waiting)] == ["tracing", "general--2"]


def test_who_opts_out_of_the_second_level_is_offered_none_of_it(rt: Runtime, agents: World) -> None:
    trained = _second_level(agents)
    with rt.db.begin() as tx:
        opt_in(tx, "67", "Niveau 2", [], by="test")
        assert [
            row.skill for row in tx.all(sa.select(agent_skill).where(agent_skill.c.agent_id == trained))
        ] == ["general"]


def test_who_calls_again_is_offered_to_the_agent_they_spoke_with_if_free(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    _publish(rt)
    known = agents.agent(skills=["general"])
    _calls_us(phone)
    agents.connect(known)
    routing.hang_up(rt, known)
    routing.dispose(rt, known, "reached")
    agents.settle()
    advance(rt, 600)
    other = agents.agent(skills=["general"])
    routing.set_activity(rt, known, "break")
    advance(rt, 60)
    routing.set_activity(rt, known, "available")  # now idle for a shorter time than the other
    _calls_us(phone, "CA2")
    assert agents.reservation_of(known) is not None and agents.reservation_of(other) is None
    _calls_us(phone, "CA3")
    assert agents.reservation_of(other) is not None  # the one who knows them is taken: nobody waits for that
