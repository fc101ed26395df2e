"""What a supervisor does: waiting calls moved, put first, ended; conversations joined; by page and by API."""

import re
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.keys import create_key
from callsvc.accounts.service import add_account, sign_in
from callsvc.accounts.tables import access_log, account
from callsvc.agents.tables import agent
from callsvc.app import create_app
from callsvc.routing import service as routing
from callsvc.routing.reassigning import FIRST
from callsvc.routing.tables import listening_terms
from tests.routing.world import World

PASSWORD = "correct horse battery"


@pytest.fixture
def world(rt: Any) -> World:
    return World(rt).open()


def browser(world: World, email: str, role: str, regions: tuple[str, ...]) -> FlaskClient:
    add_account(world.rt, email, password=PASSWORD, role=role, regions=regions, language="en")
    settings = world.rt.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    app = create_app(replace(world.rt, settings=settings))
    app.config["WTF_CSRF_METHODS"] = set()  # form tokens are tested with the guards
    client = app.test_client()
    client.set_cookie(COOKIE, sign_in(world.rt, email, PASSWORD))
    return client


@pytest.fixture
def chief(world: World) -> FlaskClient:
    """A supervisor of Grand Est and Île-de-France, with a telephone of their own."""
    client = browser(world, "s@example.org", "supervisor", ("44", "11"))
    own = world.agent(ready=False)
    with world.rt.db.begin() as tx:
        mine = tx.scalar(sa.select(account.c.id).where(account.c.email == "s@example.org"))
        tx.update(agent, agent.c.id == own, account_id=mine, name="The chief")
    return client


@pytest.fixture
def program(world: World, chief: FlaskClient) -> FlaskClient:
    client = chief.application.test_client()
    key = create_key(world.rt, "s@example.org", ("routing", "listening"))
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


def shown(answer: Any) -> str:
    assert answer.status_code == 200, answer.text[:300]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[-1]))


def press(client: FlaskClient, path: str, **fields: str) -> str:
    return shown(client.post(f"/console/{path}", data=fields, follow_redirects=True))


def noted(world: World, action: str) -> list[tuple[str, Any]]:
    rows = world.rows(sa.select(access_log).where(access_log.c.action == action))
    return [(row.subject, row.details) for row in rows]


def test_the_queue_shows_place_kind_time_and_why_of_each_call(world: World, chief: FlaskClient) -> None:
    world.waits(), world.waits()
    world.later(80)
    page = chief.get("/console/queues/").text
    assert re.findall(r'data-label="Place">(\d+)', page) == ["1", "2"]
    text = shown(chief.get("/console/queues/"))
    assert "1 min 20 s" in text
    assert "no other region has agreed to help" in text
    assert "Nothing matches" in shown(chief.get("/console/queues/?kind=sms"))


def test_a_waiting_call_is_given_to_an_agent_who_was_offered_another(
    world: World, chief: FlaskClient
) -> None:
    first, second = world.agent(), world.agent()
    call = world.waits()
    taken = world.offered_to(call)
    other = second if taken == first else first
    page = press(chief, f"queues/{call.entry_id}/agent", agent=other)
    assert "It is being offered to this agent" in page
    assert "A supervisor gave this call to agent" in page
    assert world.offered_to(call) == other
    assert world.agent_row(taken).state == "idle"
    assert world.agent_row(taken).missed_offers == 0  # they missed nothing
    world.reject(other)
    assert world.entry(call).entered_at == world.deadline(0)  # and keeps its place
    assert noted(world, "entry-reassigned") == [(call.entry_id, {"agent": other})]


def test_only_a_free_agent_of_the_own_regions_who_can_take_it_is_given_a_call(
    world: World, chief: FlaskClient
) -> None:
    call, medical = world.waits(skill="medical"), world.agent("35", skills=("medical",))
    untrained = world.agent()
    path = f"queues/{call.entry_id}/agent"
    assert chief.post(f"/console/{path}", data={"agent": medical}).status_code == 404  # of Bretagne
    assert "lacks the theme or the language" in press(chief, path, agent=untrained)
    away = world.agent(skills=("medical", "tracing"), ready=False)
    assert "not free" in press(chief, path, agent=away)
    assert world.entry(call).state == "pending"


def test_a_call_waits_at_another_platform_of_its_region_under_the_same_entry(
    world: World, chief: FlaskClient
) -> None:
    call = world.waits("67")
    world.agent("68", skills=("medical",)), world.waits("68", skill="medical")  # on duty, and busy
    before = world.entry(call).entered_at
    world.later(30)
    press(chief, f"queues/{call.entry_id}/queue", platform="57", skill="medical")
    row = world.entry(call)
    assert (row.platform_code, row.skill, row.entered_at, row.state) == ("57", "medical", before, "pending")


def test_a_call_is_moved_to_no_queue_that_nobody_serves(world: World, chief: FlaskClient) -> None:
    call = world.waits("67")
    path = f"queues/{call.entry_id}/queue"
    answer = chief.post(f"/console/{path}", data={"skill": "no-such-theme"})
    assert answer.status_code == 422
    assert "No agent has this theme" in answer.text
    medical = world.agent("68", skills=("medical",), ready=False)
    assert "Nobody on duty there" in press(chief, path, skill="medical")
    world.agent("35", skills=("medical",))  # aids nobody
    assert "Nobody on duty there" in press(chief, path, skill="medical")
    assert (world.entry(call).skill, world.entry(call).state) == ("tracing", "pending")
    assert noted(world, "entry-reassigned") == []
    routing.set_activity(world.rt, medical, "available")
    assert "It waits there now" in press(chief, path, skill="medical")
    assert world.offered_to(call) == medical


def test_a_call_given_to_another_theme_is_helped_and_one_given_abroad_counts_as_aid(
    world: World, chief: FlaskClient
) -> None:
    world.aid("44", "11", activate_wait_s=1, release_wait_s=0)
    helpers = [world.agent("75", skills=("medical",)) for _ in range(2)]
    call, other = world.waits("67"), world.waits("67")
    press(chief, f"queues/{call.entry_id}/queue", skill="medical")
    assert world.offered_to(call) in helpers
    abroad = world.agent("75", ready=False)
    world.declare_aid("11", opted_out=True)
    routing.set_activity(world.rt, abroad, "available")
    press(chief, f"queues/{other.entry_id}/agent", agent=abroad)
    assert world.reservation_of(abroad).home_region == "44"


def test_a_call_moved_to_another_region_keeps_its_arrival_and_is_lost_to_nobody(
    world: World, chief: FlaskClient
) -> None:
    world.agent("75"), world.waits("75")  # on duty there, and busy
    call = world.waits("67")
    world.later(5)
    younger = world.waits("75")
    press(chief, f"queues/{call.entry_id}/queue", platform="75")
    left, waits = sorted(world.entries_of(call), key=lambda row: row.entered_at)
    assert (left.state, left.left_how, waits.state, waits.region_code) == (
        "canceled", "reassigned", "pending", "11",
    )  # fmt: skip
    free = world.agent("75")
    assert world.reservation_of(free).entry_id == waits.id  # it came first
    assert world.entry(younger).state == "pending"
    world.news(call.leg_id, "completed")
    assert [row.state for row in world.entries_of(call)].count("canceled") == 2
    assert chief.post(f"/console/queues/{younger.entry_id}/queue", data={"platform": "35"}).status_code == 422


def test_a_call_put_first_goes_before_the_others_but_not_before_whoever_lost_an_agent(
    world: World, chief: FlaskClient
) -> None:
    world.waits(), world.later(10)
    call = world.waits()
    assert "before the others" in press(chief, f"queues/{call.entry_id}/first")
    assert world.entry(call).priority == FIRST
    assert world.offered_to(call) is None
    free = world.agent()
    assert world.offered_to(call) == free
    assert "does not wait" not in press(chief, f"queues/{call.entry_id}/first")  # being offered: still waits
    world.connect(free)
    assert "does not wait any more" in press(chief, f"queues/{call.entry_id}/first")


@pytest.mark.parametrize("when", ["waits", "offered", "connecting", "talks"])
def test_a_supervisor_ends_a_call_and_nobody_is_left_alone(
    world: World, chief: FlaskClient, when: str
) -> None:
    agent_id = world.agent() if when != "waits" else ""
    call = world.waits()
    row = None
    if when == "connecting":
        row = world.accept(agent_id)
        world.news(row.agent_leg_id, "in-progress")
    elif when == "talks":
        row = world.connect(agent_id)
    page = shown(chief.get(f"/console/queues/{call.entry_id}"))
    assert "End this call?" in page
    assert "The call is over" in press(chief, f"queues/{call.entry_id}/end")
    moves = [path for action, path in world.updates(call.leg_id) if action == "move"]
    if when == "talks":
        assert world.entry(call).state == "wrapping"
        assert ("end", "") in world.updates(call.leg_id)
    else:
        assert (world.entry(call).state, world.entry(call).left_how) == ("canceled", "unavailable")
    if when == "connecting":
        assert "/back/wait/fr" in moves[-1]  # out of the conference, to hear what the flow says
    if row is not None:
        assert ("end", "") in world.updates(row.agent_leg_id)
    assert "is over already" in press(chief, f"queues/{call.entry_id}/end")
    assert noted(world, "entry-ended")[0][0] == call.entry_id


def test_what_is_of_another_region_is_not_there(world: World, chief: FlaskClient) -> None:
    foreign = world.waits("35")
    for act in ("agent", "queue", "first", "end"):
        assert chief.post(f"/console/queues/{foreign.entry_id}/{act}").status_code == 404
    lost = world.agent("35", ready=False)
    assert chief.post(f"/console/agents/{lost}/listening", data={"mode": "listen"}).status_code == 404


def test_a_conversation_is_joined_from_the_agents_page_and_left_again(
    world: World, chief: FlaskClient
) -> None:
    talking = world.agent()
    call = world.waits()
    row = world.connect(talking)
    page = shown(chief.get("/console/agents/"))
    assert "Listen" in page
    page = press(chief, f"agents/{talking}/listening", mode="listen")
    assert "your telephone rings: pick up" in page
    own = world.rows(sa.text("select id from leg where role = 'supervisor'"))[0].id
    world.news(own, "in-progress")
    world.join(row.conference_id, own)
    page = press(chief, "listening/mode", mode="whisper")
    assert "your telephone rings" not in page
    assert "the agent sees that you are there" in page
    assert [action for action, _ in world.updates(own)] == ["whisper"]
    page = press(chief, "listening/leave")
    assert "Leave" not in page
    assert ("end", "") in world.updates(own)
    assert "You are in no conversation any more" in press(chief, "listening/leave")
    assert noted(world, "call-listened") == [(call.call_id, {"agent": talking, "mode": "listen"})]


def test_who_is_ready_for_calls_or_has_no_telephone_is_told_what_to_do(
    world: World, chief: FlaskClient
) -> None:
    talking = world.agent()
    world.waits()
    world.connect(talking)
    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.name == "The chief", activity="available")
    assert "say on your desk that you are not" in press(chief, f"agents/{talking}/listening", mode="listen")
    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.name == "The chief", account_id=None)
    assert "no telephone to ring" in press(chief, f"agents/{talking}/listening", mode="listen")


def test_only_an_administrator_of_the_whole_country_says_whether_agents_are_told(
    world: World, chief: FlaskClient
) -> None:
    assert "What agents are told" not in shown(chief.get("/console/agents/"))
    assert chief.post("/console/listening/terms", data={"told": "0", "reason": "x"}).status_code == 403
    head = browser(world, "a@example.org", "administrator", ("*",))
    assert "Say why agents are not told" in press(head, "listening/terms", told="0", reason=" ")
    assert not world.rows(sa.select(listening_terms))
    assert "Kept" in press(head, "listening/terms", told="0", reason="Agreed with the works council.")
    assert [row.agents_told for row in world.rows(sa.select(listening_terms))] == [False]
    local = browser(world, "l@example.org", "administrator", ("44",))
    assert local.post("/console/listening/terms", data={"told": "1"}).status_code == 403


def test_a_wish_beyond_a_limit_is_granted_or_refused_on_the_page(world: World, chief: FlaskClient) -> None:
    from callsvc.agents.limits import ask_for

    first, second = world.agent(), world.agent()
    with world.rt.db.begin() as tx:
        wishes = [ask_for(tx, world.agent_row(one), "break") for one in (first, second)]
    assert "Asked for, beyond a limit" in shown(chief.get("/console/agents/"))
    press(chief, f"agents/{first}/wishes/{wishes[0].id}/grant")
    press(chief, f"agents/{second}/wishes/{wishes[1].id}/refuse")
    assert [world.agent_row(one).activity for one in (first, second)] == ["break", "available"]
    assert "This wish is over" in press(chief, f"agents/{first}/wishes/{wishes[0].id}/refuse")
    assert chief.post(f"/console/agents/{first}/wishes/{wishes[1].id}/grant").status_code == 404


def test_programs_do_the_same(world: World, program: FlaskClient) -> None:
    talking, call = world.agent(), world.waits()
    world.connect(talking)
    answer = program.post(f"/api/v1/agents/{talking}/listening", json={"mode": "whisper"})
    assert answer.status_code == 200, answer.text
    assert (answer.json["agent_id"], answer.json["mode"], answer.json["joined_at"]) == (
        talking,
        "whisper",
        None,
    )
    assert program.put("/api/v1/listening", json={"mode": "speak"}).json["mode"] == "speak"
    assert program.get("/api/v1/listening").json["agent_told"] is True
    assert program.delete("/api/v1/listening").json["agent_id"] is None
    assert program.get("/api/v1/listening/terms").json == {"agents_told": True}
    assert program.put("/api/v1/listening/terms", json={"agents_told": True}).status_code == 403
    assert program.put(f"/api/v1/agents/{talking}/activity", json={"activity": "break"}).status_code == 200
    waiting = world.waits()
    path = f"/api/v1/queue-entries/{waiting.entry_id}"
    assert program.post(f"{path}/reassignment", json={"platform": "75"}).json["id"] == "queue-unserved"
    world.agent("75"), world.waits("75")  # on duty there, and busy
    moved = program.post(f"{path}/reassignment", json={"platform": "75"}).json["entry_id"]
    assert moved != waiting.entry_id
    path = f"/api/v1/queue-entries/{moved}"
    assert program.post(f"{path}/first").status_code == 200
    free = world.agent("75")
    routing.reject(world.rt, free, world.reservation_of(free).id)
    other = world.agent("75")
    answer = program.post(f"{path}/reassignment", json={"agent_id": other})
    assert answer.status_code == 200, answer.text
    assert program.post(f"{path}/end").status_code == 200
    assert program.post(f"/api/v1/queue-entries/{call.entry_id}/end").status_code == 200  # two who talk
