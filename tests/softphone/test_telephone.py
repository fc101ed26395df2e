"""An agent's own telephone: theirs by a code, rung by an offer, and a call only by a key."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from callsvc.calls.agent_legs import place_agent_legs
from callsvc.calls.codes import place_code_leg
from callsvc.calls.conferences import record_leave
from callsvc.calls.tables import leg
from callsvc.contacts.numbers import store_number
from callsvc.contacts.suppressions import suppress
from callsvc.core.errors import Conflict, Invalid
from callsvc.routing import service as routing
from callsvc.routing.events import AgentThere
from callsvc.routing.other_work import calling_out
from callsvc.runtime import Runtime
from callsvc.softphone.rules import TELEPHONE
from callsvc.softphone.service import address_of, choose_driver, line_of
from callsvc.softphone.tables import agent_softphone
from callsvc.softphone.verifying import confirm_telephone, forget_telephone, propose_telephone
from callsvc.subscriptions import REACTIONS
from tests.routing.test_working import put
from tests.routing.world import Waiting, World
from tests.webhooks.conftest import Phone

MINE = "+33639980042"


@pytest.fixture
def world(rt: Runtime) -> World:
    world = World(rt).open()
    rt.db.reactions = REACTIONS
    return world


def dialled(rt: Runtime) -> dict[str, str]:
    """What the carrier was asked to dial since, by leg."""
    jobs: Any = rt.jobs
    legs = [one for job, ids in jobs.take() if job == "place_agent_leg" for one in ids]
    place_agent_legs(rt, legs)
    carrier: Any = rt.carrier
    return {order.answer_url.split("/")[-2]: order.to for order in carrier.orders.values()}


def own_telephone(world: World, agent: str, phone: Phone, number: str = "06 39 98 00 42") -> str:
    """The agent gives a number, hears the code on it, and types it; returns the words that were spoken."""
    rt = world.rt
    with rt.db.begin() as tx:
        propose_telephone(tx, agent, number)
        leg_id = place_code_leg(tx, agent)
    assert dialled(rt)[leg_id] == MINE
    said = phone.voice(leg_id, 0)
    spoken = "".join(said.itertext())
    with rt.db.begin() as tx:
        assert confirm_telephone(tx, agent, "".join(one for one in spoken if one.isdigit())[:6])
        choose_driver(tx, agent, TELEPHONE)
    return spoken


@pytest.fixture
def agent(world: World, phone: Phone) -> str:
    found = world.agent("67", ready=False)
    own_telephone(world, found, phone)
    routing.set_activity(world.rt, found, "available")
    return found


def offered(world: World, agent: str) -> tuple[Waiting, str]:
    """A call is offered to the agent, and their telephone dialled: (call, leg)."""
    call = world.waits("67")
    row = world.reservation_of(agent)
    assert (row.state, dialled(world.rt)[row.agent_leg_id]) == ("pending", MINE)
    return call, row.agent_leg_id


def picked_up(phone: Phone, leg_id: str) -> ElementTree.Element:
    return phone.voice(leg_id, 0, CallStatus="in-progress")


def moved(world: World, call: Waiting) -> list[str]:
    return [action for action, _ in world.updates(call.leg_id)]


def test_a_number_becomes_an_agents_by_the_code_that_is_spoken_there(world: World, phone: Phone) -> None:
    agent = world.agent("67", ready=False)
    spoken = own_telephone(world, agent, phone)
    assert spoken.count("Votre code est") == 3
    with world.rt.db.read() as tx:
        assert address_of(tx, agent) == MINE
        assert line_of(tx, agent).telephone == "+33 6 •• •• •• 42"
        row = tx.first(sa.select(agent_softphone))
    assert row is not None and MINE.encode() not in row.telephone and row.code is None
    with world.rt.db.begin() as tx:
        forget_telephone(tx, agent)
    with world.rt.db.read() as tx:
        assert address_of(tx, agent) == "client:agent-01"


def test_a_wrong_code_gives_nothing_and_five_end_it(world: World) -> None:
    agent = world.agent("67", ready=False)
    with world.rt.db.begin() as tx:
        propose_telephone(tx, agent, MINE)
    for _ in range(5):
        with world.rt.db.begin() as tx:
            assert not confirm_telephone(tx, agent, "no code")
    with world.rt.db.begin() as tx:
        with pytest.raises(Conflict, match="code-over"):
            confirm_telephone(tx, agent, "000000")
        with pytest.raises(Conflict, match="telephone-unconfirmed"):
            choose_driver(tx, agent, TELEPHONE)


def test_nobody_makes_a_telephone_ring_again_and_again_nor_one_that_asked_for_peace(world: World) -> None:
    agent = world.agent("67", ready=False)
    with world.rt.db.begin() as tx:
        propose_telephone(tx, agent, MINE)
        with pytest.raises(Conflict, match="code-too-soon"):
            propose_telephone(tx, agent, MINE)
    for _ in range(5):
        world.later(61)
        with world.rt.db.begin() as tx:
            propose_telephone(tx, agent, MINE)
    world.later(61)
    with world.rt.db.begin() as tx, pytest.raises(Conflict, match="code-too-soon"):
        propose_telephone(tx, agent, MINE)
    with world.rt.db.begin() as tx:
        number = store_number(
            tx, "+33639980043", synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
        )
        suppress(tx, number, "all", source="test")
    world.later(3600 * 24)
    with world.rt.db.begin() as tx:
        with pytest.raises(Conflict, match="telephone-refused"):
            propose_telephone(tx, agent, "+33639980043")
        with pytest.raises(Invalid, match="number-invalid"):
            propose_telephone(tx, agent, "3237")


def test_a_key_on_the_telephone_takes_the_call(world: World, agent: str, phone: Phone) -> None:
    call, leg_id = offered(world, agent)
    asked = picked_up(phone, leg_id)
    assert asked.find("Gather") is not None and asked.find(".//Conference") is None
    assert moved(world, call) == []
    joined = phone.voice(leg_id, 1, Digits="7")
    row = world.reservation_of(agent)
    assert (row.state, world.entry(call).state) == ("accepted", "assigned")
    conference = joined.find(".//Conference")
    assert conference is not None and conference.text == row.conference_id
    assert moved(world, call) == ["move"]
    world.join(row.conference_id, leg_id)
    world.join(row.conference_id, call.leg_id)
    assert world.reservation_of(agent).bridged_at is not None


def test_a_voicemail_never_takes_a_contacts_call(world: World, agent: str, phone: Phone) -> None:
    call, leg_id = offered(world, agent)
    picked_up(phone, leg_id)
    assert phone.voice(leg_id, 1).find("Hangup") is not None  # nobody pressed anything
    world.news(leg_id, "completed")
    assert (world.entry(call).assigned_at, moved(world, call)) == (None, [])
    assert world.agent_row(agent).missed_offers == 1  # the third in a row sets them on break


def test_a_telephone_that_nobody_picks_up_gives_the_offer_back(world: World, agent: str) -> None:
    call, leg_id = offered(world, agent)
    other = world.agent("67")
    world.news(leg_id, "no-answer")
    assert world.offered_to(call) == other


def test_the_desk_says_to_pick_up_and_may_decline(world: World, agent: str) -> None:
    call, leg_id = offered(world, agent)
    with pytest.raises(Conflict, match="telephone-rings"):
        world.accept(agent)
    world.reject(agent)
    assert ("end", "") in world.updates(leg_id)
    assert world.entry(call).assigned_at is None


def test_a_key_pressed_too_late_hears_the_line_go_dead(world: World, agent: str, phone: Phone) -> None:
    call, leg_id = offered(world, agent)
    picked_up(phone, leg_id)
    world.later(60)
    assert routing.time_out_offers(world.rt) == 1
    assert phone.voice(leg_id, 1, Digits="1").find("Hangup") is not None
    assert moved(world, call) == []


Talk = tuple[Waiting, str, str]


@pytest.fixture
def talk(world: World, agent: str, phone: Phone) -> Talk:
    """Somebody talks with the agent on their telephone: (call, the agent's leg, the conference)."""
    call, leg_id = offered(world, agent)
    picked_up(phone, leg_id)
    phone.voice(leg_id, 1, Digits="1")
    row = world.reservation_of(agent)
    world.join(row.conference_id, leg_id)
    world.join(row.conference_id, call.leg_id)
    return call, leg_id, row.conference_id


def at(phone: Phone, call: Waiting, path: str, **parameters: str) -> ElementTree.Element:
    told = {"CallSid": phone.sid(call.leg_id), **parameters}
    return ElementTree.fromstring(phone.post(f"/webhooks/voice/{call.leg_id}/{path}", told).text)


def test_after_the_receiver_is_put_down_the_contact_alone_says_whether_it_was_over(
    world: World, agent: str, talk: Talk, phone: Phone
) -> None:
    call, leg_id, _ = talk
    world.news(leg_id, "completed")
    row = world.agent_row(agent)
    assert (row.state, row.activity) == ("wrap-up", "available")
    assert world.updates(call.leg_id)[-1] == ("move", f"/webhooks/voice/{call.leg_id}/parted")
    asked = at(phone, call, "parted")
    assert asked.find("Gather") is not None and "coupé" in "".join(asked.itertext())
    assert at(phone, call, "parted/answer").find("Hangup") is not None
    world.news(call.leg_id, "completed")
    assert [one.state for one in world.entries_of(call)] == ["wrapping"]
    assert at(phone, call, "parted").find("Hangup") is not None  # too late to ask


def test_a_contact_who_says_that_they_were_cut_off_is_first_in_line_once(
    world: World, talk: Talk, phone: Phone
) -> None:
    call, leg_id, _ = talk
    world.news(leg_id, "completed")
    at(phone, call, "parted")
    back = at(phone, call, "parted/answer", Digits="5").find("Redirect")
    assert back is not None and (back.text or "").endswith("/waiting/back/cut/fr")
    assert at(phone, call, "parted/answer", Digits="5").find("Redirect") is not None  # asked twice
    assert [(one.state, one.priority) for one in world.entries_of(call)] == [
        ("wrapping", 0),
        ("pending", 1000),
    ]


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_telephone_that_the_network_lost_sends_the_contact_to_the_front_as_any_line_does(
    world: World, agent: str, talk: Talk, status: str
) -> None:
    call, leg_id, _ = talk
    world.news(leg_id, status)
    assert world.agent_row(agent).activity == "break"
    assert [one.state for one in world.entries_of(call)] == ["wrapping", "pending"]
    assert world.updates(call.leg_id)[-1][1].endswith("/back/cut/fr")


def test_the_news_of_a_conference_alone_do_not_say_how_a_telephone_went(world: World, talk: Talk) -> None:
    call, leg_id, conference_id = talk
    with world.rt.db.begin() as tx:
        record_leave(tx, conference_id, leg_id, tx.now, reason="participant_hung_up")
        soon = tx.scalar(sa.select(leg.c.check_at).where(leg.c.id == leg_id)) - tx.machine_now
    assert soon <= timedelta(seconds=2)  # the carrier is asked
    assert [one.state for one in world.entries_of(call)] == ["assigned"]
    world.news(leg_id, "failed")
    assert [one.state for one in world.entries_of(call)] == ["wrapping", "pending"]


def test_an_agent_without_a_line_cannot_be_ready(world: World, phone: Phone) -> None:
    settings = world.rt.settings.model_copy(update={"callsvc_softphones": "ring-my-phone"})
    world.rt.db.settings = settings
    agent = world.agent("67", ready=False)
    with pytest.raises(Conflict, match="softphone-missing"):
        routing.set_activity(world.rt, agent, "available")
    own_telephone(world, agent, phone)
    routing.set_activity(world.rt, agent, "available")
    with world.rt.db.read() as tx:
        assert tx.scalar(sa.select(leg.c.role)) == "code"


def test_who_dials_somebody_from_their_telephone_presses_a_key_before_the_person_is_called(
    world: World, agent: str, phone: Phone
) -> None:
    there: list[str] = []
    heard = {AgentThere: (lambda _tx, event: there.append(event.entry_id),)}
    world.rt.db.reactions = dict(world.rt.db.reactions) | heard
    entry = put(world, "callback")
    world.accept(agent)
    calling_out.dial(world.rt, agent)
    leg_id = world.reservation_of(agent).agent_leg_id
    assert dialled(world.rt)[leg_id] == MINE
    picked_up(phone, leg_id)
    assert there == []  # a voicemail would have had them called
    phone.voice(leg_id, 1, Digits="1")
    assert there == [entry]
