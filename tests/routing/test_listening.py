"""A supervisor in a conversation: who may, how they are heard, what is on record, and how it ends."""

from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.accounts.scope import ROLE_SCOPES, Principal
from callsvc.accounts.service import add_account
from callsvc.accounts.tables import access_log
from callsvc.agents.tables import agent
from callsvc.calls.conferences import record_end, record_leave
from callsvc.calls.tables import carrier_update, conference, leg, participant
from callsvc.calls.updates import perform_all
from callsvc.carrier.port import ParticipantChange
from callsvc.core.errors import CallsvcError
from callsvc.routing import service as routing
from callsvc.routing.tables import supervision
from callsvc.routing.talking import listening
from tests.routing.world import World


class Floor:
    """An agent and a contact in conversation, and a supervisor with a telephone of their own."""

    def __init__(self, world: World) -> None:
        self.world, self.rt = world, world.rt
        self.agent, self.call = world.agent(), world.waits()
        self.row = world.connect(self.agent)
        self.chief = self.supervisor("s@example.org")

    def supervisor(
        self, email: str, *, regions: tuple[str, ...] = ("44",), telephone: bool = True
    ) -> Principal:
        account = add_account(self.rt, email, password=None, role="supervisor", regions=regions)
        if telephone:
            own = self.world.agent(ready=False)
            with self.rt.db.begin() as tx:
                tx.update(agent, agent.c.id == own, account_id=account)
        return Principal(
            account_id=account,
            role="supervisor",
            regions=frozenset(regions),
            scopes=ROLE_SCOPES["supervisor"],
        )

    def listen(self, mode: str = "listen", *, by: Principal | None = None) -> str:
        routing.listen(self.rt, by or self.chief, self.agent, mode)
        return str(
            self.world.rows(sa.select(leg.c.id).where(leg.c.role == "supervisor").order_by(leg.c.id))[-1].id
        )

    def picks_up(self, leg_id: str) -> None:
        self.world.news(leg_id, "in-progress")
        self.world.join(self.row.conference_id, leg_id)

    def open(self) -> Any:
        return next(
            iter(self.world.rows(sa.select(supervision).where(supervision.c.ended_at.is_(None)))), None
        )

    def ends(self, leg_id: str) -> bool:
        return ("end", "") in self.world.updates(leg_id)

    def performs(self, leg_id: str) -> None:
        """What was asked of the carrier about this leg is done."""
        due = (carrier_update.c.leg_id == leg_id) & carrier_update.c.result.is_(None)
        perform_all(self.rt, [row.id for row in self.world.rows(sa.select(carrier_update.c.id).where(due))])

    def leaves(self, leg_id: str, reason: str = "participant_hung_up") -> None:
        with self.rt.db.begin() as tx:
            record_leave(tx, self.row.conference_id, leg_id, tx.now, reason=reason)

    def noted(self) -> list[tuple[str, str, Any]]:
        rows = self.world.rows(sa.select(access_log).where(access_log.c.action.like("call-%")))
        return [(row.action, row.subject, row.details) for row in rows]


@pytest.fixture
def floor(world: World) -> Floor:
    return Floor(world)


def refusal(act: Any) -> str:
    with pytest.raises(CallsvcError) as raised:
        act()
    return raised.value.id


def test_a_supervisor_joins_muted_whispers_speaks_and_leaves(floor: Floor) -> None:
    mine = floor.listen()
    assert floor.world.rows(sa.select(participant.c.muted_at).where(participant.c.leg_id == mine))[0].muted_at
    floor.picks_up(mine)
    assert floor.world.updates(mine) == []  # the document let them in muted; nothing is left to ask
    routing.change_mode(floor.rt, floor.chief, "whisper")
    floor.world.later(1)
    routing.change_mode(floor.rt, floor.chief, "speak")
    conference_id = floor.row.conference_id
    heard = f"{conference_id}/{floor.row.agent_leg_id}"
    assert floor.world.updates(mine) == [("whisper", heard), ("speak", heard)]
    routing.leave(floor.rt, floor.chief)
    assert floor.ends(mine)
    assert floor.open() is None
    assert floor.world.agent_row(floor.agent).state == "on-call"  # the conversation goes on
    details = [(action, told["mode"]) for action, _, told in floor.noted()]
    assert details == [
        ("call-listened", "listen"), ("call-mode-changed", "whisper"), ("call-mode-changed", "speak"),
        ("call-left", "speak"),
    ]  # fmt: skip
    assert {subject for _, subject, _ in floor.noted()} == {floor.call.call_id}


def test_a_whisper_is_for_the_agents_leg_alone_and_is_never_asked_without_it(floor: Floor) -> None:
    carrier: Any = floor.rt.carrier
    mine = floor.listen("whisper")
    floor.picks_up(mine)
    order = type("Order", (), {"to": "client:x"})()
    made = carrier.create_call(order)
    carrier.calls[f"CA{mine}"] = carrier.calls.pop(made.sid)
    carrier.set_status(f"CA{mine}", "in-progress")
    with floor.rt.db.begin() as tx:
        tx.update(conference, conference.c.id == floor.row.conference_id, sid="CFhere")
    floor.performs(mine)
    sid = floor.world.rows(sa.select(leg.c.sid).where(leg.c.id == floor.row.agent_leg_id))[0].sid
    assert [change for _, _, change in carrier.changed] == [ParticipantChange(muted=False, coached=sid)]
    with floor.rt.db.begin() as tx:
        tx.update(leg, leg.c.id == floor.row.agent_leg_id, sid=None)
    routing.change_mode(floor.rt, floor.chief, "listen")
    routing.change_mode(floor.rt, floor.chief, "whisper")
    floor.performs(mine)
    assert len(carrier.changed) == 1  # the contact would have heard it


def test_who_wished_to_speak_while_the_telephone_rang_does_once_they_are_in(floor: Floor) -> None:
    mine = floor.listen()
    routing.change_mode(floor.rt, floor.chief, "speak")
    assert floor.world.updates(mine) == []
    floor.picks_up(mine)
    assert [action for action, _ in floor.world.updates(mine)] == ["speak"]


def test_only_a_supervisor_of_the_agents_region_with_a_free_telephone_may(floor: Floor) -> None:
    elsewhere = floor.supervisor("e@example.org", regions=("11",))
    assert refusal(lambda: floor.listen(by=elsewhere)) == "agent-unknown"
    bare = floor.supervisor("b@example.org", telephone=False)
    assert refusal(lambda: floor.listen(by=bare)) == "no-telephone"
    assert refusal(lambda: floor.listen("shout")) == "mode-unknown"
    assert refusal(lambda: routing.leave(floor.rt, floor.chief)) == "not-listening"
    ready = floor.supervisor("r@example.org")
    with floor.rt.db.begin() as tx:
        tx.update(agent, agent.c.account_id == ready.account_id, activity="available")
    assert refusal(lambda: floor.listen(by=ready)) == "still-ready"
    with floor.rt.db.begin() as tx:
        tx.update(agent, agent.c.account_id == ready.account_id, activity="break")
    floor.listen()
    other = floor.supervisor("o@example.org")
    assert refusal(lambda: floor.listen(by=other)) == "listened-already"
    second, waits = floor.world.agent(), floor.world.waits()
    floor.world.connect(second)
    assert floor.world.offered_to(waits) == second
    assert refusal(lambda: routing.listen(floor.rt, floor.chief, second)) == "telephone-busy"
    third = floor.world.agent()
    assert refusal(lambda: routing.listen(floor.rt, floor.chief, third)) == "no-call"


def test_the_agents_desk_says_that_a_supervisor_is_in_unless_the_administrator_said_no(floor: Floor) -> None:
    before = routing.desk_state(floor.rt, floor.agent)["version"]
    mine = floor.listen()
    floor.picks_up(mine)
    state = routing.desk_state(floor.rt, floor.agent)
    assert state["call"]["supervised"] == "listen"
    assert state["version"] > before
    routing.leave(floor.rt, floor.chief)
    assert routing.desk_state(floor.rt, floor.agent)["call"]["supervised"] == ""
    with floor.rt.db.begin() as tx:
        assert refusal(lambda: listening.declare_listening(tx, floor.chief, told=False, reason=" "))
        listening.declare_listening(tx, floor.chief, told=False, reason="Agreed with the works council.")
    floor.picks_up(floor.listen())
    assert routing.desk_state(floor.rt, floor.agent)["call"]["supervised"] == ""


@pytest.mark.parametrize("how", ["agent hangs up", "contact hangs up", "agent vanishes", "conference ends"])
def test_a_supervisor_never_stays_when_the_conversation_is_over(floor: Floor, how: str) -> None:
    mine = floor.listen()
    floor.picks_up(mine)
    if how == "agent hangs up":
        routing.hang_up(floor.rt, floor.agent)
    elif how == "contact hangs up":
        floor.world.news(floor.call.leg_id, "completed")
    elif how == "agent vanishes":
        floor.world.news(floor.row.agent_leg_id, "completed")
    else:
        with floor.rt.db.begin() as tx:
            record_end(tx, floor.row.conference_id, tx.now)
    assert floor.open() is None
    assert floor.ends(mine)
    assert routing.repair(floor.rt) == 0


@pytest.mark.parametrize("how", ["no-answer", "completed", "left", "never placed"])
def test_a_supervisor_whose_telephone_goes_away_is_not_in_any_more(floor: Floor, how: str) -> None:
    mine = floor.listen()
    if how == "never placed":
        with floor.rt.db.begin() as tx:
            tx.update(leg, leg.c.id == mine, placement="not-placed")
        assert routing.repair(floor.rt) == 1
    elif how == "left":
        floor.picks_up(mine)
        floor.leaves(mine)
    else:
        floor.world.news(mine, how)
    assert floor.open() is None
    assert floor.world.agent_row(floor.agent).state == "on-call"
    assert floor.listen() != mine  # and may come back


def test_a_telephone_picked_up_after_the_conversation_is_hung_up(floor: Floor) -> None:
    mine = floor.listen()
    routing.hang_up(floor.rt, floor.agent)
    floor.picks_up(mine)
    assert floor.ends(mine) or floor.world.updates(mine) == []
    assert floor.open() is None


def test_what_a_lost_event_left_of_a_supervision_is_put_right(floor: Floor) -> None:
    mine = floor.listen()
    floor.picks_up(mine)
    routing.hang_up(floor.rt, floor.agent)
    with floor.rt.db.begin() as tx:  # as if the end of the conversation had not closed it
        tx.update(supervision, supervision.c.leg_id == mine, ended_at=None)
    assert routing.repair(floor.rt) == 1
    assert floor.open() is None
