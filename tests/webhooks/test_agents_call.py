"""An agent sees somebody, calls them, and talks: preview campaigns and promised calls."""

from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from callsvc.app import create_app
from callsvc.calls.tables import live_call
from callsvc.campaigns.service import change_state, finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.core.errors import CallsvcError
from callsvc.dialing.callbacks import call_back_due
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.previewing import offer_tasks, withdraw_halted
from callsvc.dialing.tables import callback
from callsvc.routing import service as routing
from callsvc.routing.other_work import calling_out
from callsvc.routing.other_work.leaving import expire_work
from callsvc.routing.queries import hold_reservation
from callsvc.routing.tables import queue_entry
from callsvc.routing.talking.handing_on import back_to_queue
from callsvc.routing.talking.wrapping import end_conversation
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, start_campaign
from tests.routing.world import World
from tests.webhooks.conftest import Phone

NUMBER = "+33639980001"


@pytest.fixture
def agents(rt: Runtime) -> World:
    start_campaign(rt, NUMBER, file=campaign_file(mode="preview", machine_detection="Enable"))
    return World(rt)


@pytest.fixture
def phone(rt: Runtime, agents: World) -> Phone:
    return Phone(create_app(rt).test_client(), rt)


def _entry(rt: Runtime) -> Any:
    with rt.db.read() as tx:
        return tx.first(
            sa.select(queue_entry).order_by(queue_entry.c.entered_at.desc(), queue_entry.c.id.desc())
        )


def _rings(rt: Runtime) -> str | None:
    """The person's leg, placed if it was planned; None when nobody is called."""
    jobs: Any = rt.jobs
    planned = [one for job, ids in jobs.take() if job == "place_calls" for one in ids]
    place_attempts(rt, planned)
    return planned[0] if planned else None


def _dialled(agents: World, phone: Phone, agent_id: str) -> str | None:
    """The agent takes it, dials, picks up: the person's leg."""
    agents.accept(agent_id)
    assert _rings(agents.rt) is None  # nobody is called while the agent looks
    calling_out.dial(agents.rt, agent_id)
    calling_out.dial(agents.rt, agent_id)
    row = agents.reservation_of(agent_id)
    agents.news(row.agent_leg_id, "in-progress")
    agents.join(row.conference_id, row.agent_leg_id)
    return _rings(agents.rt)


def _preview(agents: World) -> str:
    agent_id = agents.agent(skills=["contact-tracing"])
    assert offer_tasks(agents.rt) == 1 and offer_tasks(agents.rt) == 0
    return agent_id


def _talks(agents: World, phone: Phone, agent_id: str, leg_id: str) -> None:
    answer = phone.voice(leg_id, 0)
    row = agents.reservation_of(agent_id)
    assert [one.text for one in answer.iter("Conference")] == [row.conference_id]
    agents.join(row.conference_id, leg_id)


def test_nobody_of_a_preview_campaign_is_called_without_an_agent(rt: Runtime, agents: World) -> None:
    assert plan_calls(rt) == 0


def test_tasks_are_prepared_for_agents_of_their_theme_and_where_agents_can_call(
    rt: Runtime, agents: World
) -> None:
    agents.agent(skills=["medical"])
    assert offer_tasks(rt) == 0
    usual = rt.db.settings
    rt.db.settings = usual.model_copy(update={"callsvc_hand_over": "dial"})
    agents.agent(skills=["contact-tracing"])
    assert offer_tasks(rt) == 0
    rt.db.settings = usual
    assert offer_tasks(rt) == 1


def test_an_agent_looks_dials_and_talks_and_the_place_has_the_agents_word(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    agent_id = _preview(agents)
    leg_id = _dialled(agents, phone, agent_id)
    assert leg_id is not None
    carrier: Any = rt.carrier
    assert [call.machine_detection for call in carrier.orders.values() if call.to == NUMBER] in ([""], [None])
    _talks(agents, phone, agent_id, leg_id)
    assert agents.reservation_of(agent_id).bridged_at is not None
    routing.hang_up(rt, agent_id)
    agents.news(leg_id, "completed")
    routing.dispose(rt, agent_id, "resolved-by-phone")
    agents.settle()
    [place] = places(rt)
    assert (place.status, place.outcome, place.tries) == ("done", "resolved-by-phone", 1)


def test_who_does_not_answer_is_tried_again_and_the_agent_is_free(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    agent_id = _preview(agents)
    leg_id = _dialled(agents, phone, agent_id)
    assert leg_id is not None
    agents.news(leg_id, "no-answer")
    [place] = places(rt)
    assert (place.status, place.tries) == ("waiting", 1)
    assert agents.agent_row(agent_id).state == "idle"
    assert _entry(rt).left_how == "not-reached"
    with rt.db.read() as tx:
        assert tx.first(sa.select(live_call)) is None


def test_whoever_said_stop_while_the_agent_looked_is_not_called(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    agent_id = _preview(agents)
    agents.accept(agent_id)
    with rt.db.begin() as tx:
        suppress(tx, find_number(tx, NUMBER), "all", source="test")
    calling_out.dial(rt, agent_id)
    row = agents.reservation_of(agent_id)
    if row is not None:
        agents.news(row.agent_leg_id, "in-progress")
        agents.join(row.conference_id, row.agent_leg_id)
    _rings(rt)
    carrier: Any = rt.carrier
    assert not [call for call in carrier.orders.values() if call.to == NUMBER]
    assert agents.agent_row(agent_id).state == "idle"


def test_a_skip_says_why_and_the_person_comes_again_or_never(rt: Runtime, agents: World) -> None:
    agent_id = _preview(agents)
    agents.accept(agent_id)
    with pytest.raises(CallsvcError, match="Say why"):
        calling_out.skip(rt, agent_id, "no-idea")
    calling_out.skip(rt, agent_id, "not-now")
    assert offer_tasks(rt) == 0
    advance(rt, 1801)
    assert offer_tasks(rt) == 1
    agents.accept(agent_id)
    calling_out.skip(rt, agent_id, "not-needed")
    assert places(rt)[0].outcome == "not-needed"


def test_a_look_that_lasts_too_long_gives_the_task_to_another(rt: Runtime, agents: World) -> None:
    agent_id = _preview(agents)
    agents.accept(agent_id)
    other = agents.agent(skills=["contact-tracing"])
    advance(rt, calling_out.LOOK_S + 1)
    assert calling_out.end_looks(rt) == 1
    assert agents.reservation_of(other) is not None and agents.reservation_of(agent_id) is None


def test_a_paused_campaign_takes_its_tasks_back(rt: Runtime, agents: World) -> None:
    agent_id = _preview(agents)
    change_state(rt, "tracing", "pause", "test")
    assert withdraw_halted(rt) == 1
    assert agents.reservation_of(agent_id) is None
    change_state(rt, "tracing", "resume", "test")
    assert offer_tasks(rt) == 1


def test_a_machine_heard_by_the_agent_is_tried_again(rt: Runtime, agents: World, phone: Phone) -> None:
    agent_id = _preview(agents)
    leg_id = _dialled(agents, phone, agent_id)
    assert leg_id is not None
    _talks(agents, phone, agent_id, leg_id)
    routing.hang_up(rt, agent_id)
    agents.news(leg_id, "completed")
    routing.dispose(rt, agent_id, "voicemail")
    agents.settle()
    [place] = places(rt)
    assert (place.status, place.outcome) == ("waiting", None)


def _promised(agents: World, phone: Phone) -> str:
    """The agent has talked and promised a call; the hour has come."""
    agent_id = _preview(agents)
    leg_id = _dialled(agents, phone, agent_id)
    assert leg_id is not None
    _talks(agents, phone, agent_id, leg_id)
    routing.hang_up(agents.rt, agent_id)
    agents.news(leg_id, "completed")
    routing.dispose(agents.rt, agent_id, "callback")
    agents.settle()
    advance(agents.rt, 3700)
    return agent_id


def test_what_an_agent_promised_is_theirs_first(rt: Runtime, agents: World, phone: Phone) -> None:
    agent_id = _promised(agents, phone)
    other = agents.agent(skills=["contact-tracing"])
    assert call_back_due(rt) == 1
    assert agents.reservation_of(agent_id) is not None and agents.reservation_of(other) is None
    leg_id = _dialled(agents, phone, agent_id)
    assert leg_id is not None
    _talks(agents, phone, agent_id, leg_id)
    routing.hang_up(rt, agent_id)
    agents.news(leg_id, "completed")
    routing.dispose(rt, agent_id, "reached")
    agents.settle()
    assert places(rt)[0].outcome == "reached"
    with rt.db.read() as tx:
        assert [row.status for row in tx.all(sa.select(callback))] == ["done"]


def test_a_promise_no_agent_keeps_is_kept_by_the_service(rt: Runtime, agents: World, phone: Phone) -> None:
    agent_id = _promised(agents, phone)
    assert call_back_due(rt) == 1
    agents.reject(agent_id)
    routing.set_activity(rt, agent_id, "break")
    advance(rt, 1900)
    assert expire_work(rt) == 1
    [place] = places(rt)
    assert (place.status, place.priority) == ("waiting", 100)
    with rt.db.read() as tx:
        assert [row.status for row in tx.all(sa.select(callback))] == ["due"]


def test_where_agents_cannot_call_the_service_keeps_their_promise(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    agent_id = _promised(agents, phone)
    rt.db.settings = rt.db.settings.model_copy(update={"callsvc_hand_over": "dial"})
    assert call_back_due(rt) == 1
    assert agents.reservation_of(agent_id) is None and places(rt)[0].status == "waiting"


def test_with_no_agent_on_duty_the_service_calls_at_once(rt: Runtime, agents: World, phone: Phone) -> None:
    agent_id = _promised(agents, phone)
    routing.set_activity(rt, agent_id, "offline")
    assert call_back_due(rt) == 1
    assert places(rt)[0].status == "waiting"


def _moved(agents: World, phone: Phone, leg_id: str) -> tuple[str, str]:
    """The person's call fetches where it was moved: (what they hear, what it fetches next)."""
    path = [path for action, path in agents.updates(leg_id) if action == "move"][-1]
    return _fetched(phone, leg_id, path)


def _fetched(phone: Phone, leg_id: str, path: str) -> tuple[str, str]:
    answer = phone.post(path, {"CallSid": phone.sid(leg_id)})
    assert answer.status_code == 200, answer.text
    document = ElementTree.fromstring(answer.text)
    return "".join(say.text or "" for say in document.iter("Say")), document.findtext("Redirect") or ""


def _cut_off(agents: World, phone: Phone) -> str:
    """The person's leg, whose agent's line has just died."""
    agent_id = _preview(agents)
    leg_id = _dialled(agents, phone, agent_id)
    assert leg_id is not None
    _talks(agents, phone, agent_id, leg_id)
    agents.news(agents.reservation_of(agent_id).agent_leg_id, "completed")
    return leg_id


def test_a_person_cut_off_by_the_agents_line_is_told_so_and_answered_first(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    leg_id = _cut_off(agents, phone)
    entry = _entry(rt)
    assert (entry.kind, entry.state, entry.priority >= 1000) == ("call", "pending", True)
    other = agents.agent(skills=["contact-tracing"])
    said, waits = _moved(agents, phone, leg_id)
    assert "coupée" in said
    for _ in range(2):
        said, waits = _fetched(phone, leg_id, waits)
        assert "patienter" in said
    row = agents.connect(other)
    assert agents.reservation_of(other).bridged_at is not None and row.entry_id == entry.id


def test_where_no_agent_is_left_they_are_told_that_they_are_called_again_and_are(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    leg_id = _cut_off(agents, phone)
    _, waits = _moved(agents, phone, leg_id)
    for _ in range(2):  # the second time it is the carrier that asks again
        said, next_waits = _fetched(phone, leg_id, waits)
        assert "rappellerons" in said and not next_waits
    agents.news(leg_id, "completed")
    other = agents.agent(skills=["contact-tracing"])
    assert agents.reservation_of(other) is None
    advance(rt, 61)
    routing.repair(rt)
    with rt.db.read() as tx:
        callbacks = tx.all(sa.select(queue_entry).where(queue_entry.c.kind == "callback"))
    assert [row.id for row in callbacks] == [agents.reservation_of(other).entry_id]
    assert _dialled(agents, phone, other) is not None


def test_a_person_whom_an_agent_called_is_handed_on_to_a_queue(
    rt: Runtime, agents: World, phone: Phone
) -> None:
    agent_id = _preview(agents)
    leg_id = _dialled(agents, phone, agent_id)
    assert leg_id is not None
    _talks(agents, phone, agent_id, leg_id)
    with rt.db.begin() as tx:
        row = agents.reservation_of(agent_id)
        held = hold_reservation(tx, row.id)
        assert held is not None
        end_conversation(tx, *held, contact_stays=True)
        back_to_queue(tx, held[0], "queue")
    said, waits = _moved(agents, phone, leg_id)
    assert "autre service" in said and "patienter" in _fetched(phone, leg_id, waits)[0]


def test_by_a_setting_agents_make_every_promised_call(rt: Runtime, agents: World, phone: Phone) -> None:
    rt.db.settings = rt.settings.model_copy(update={"callsvc_callbacks_by": "agents"})
    agent_id = agents.agent(skills=["contact-tracing"])
    with rt.db.begin() as tx:
        place = tx.first(sa.select(campaign_contact))
        assert place is not None
        number_id = find_number(tx, NUMBER)
        due = {"due_at": tx.now, "created_at": tx.now, "region_code": "44", "status": "booked"}
        tx.insert(callback, id="cbk1", number_id=number_id, campaign_contact_id=place.id, **due)
        finish_contact(tx, place.id, "callback-booked")
    assert call_back_due(rt) == 1
    assert (_entry(rt).kind, agents.reservation_of(agent_id) is not None) == ("callback", True)
    with rt.db.begin() as tx:
        finish_contact(tx, place.id, "reached")  # it was settled otherwise
    assert _entry(rt).left_how == "settled" and agents.reservation_of(agent_id) is None
