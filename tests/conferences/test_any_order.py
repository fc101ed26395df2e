"""Whoever comes, goes or dies, in any order: nobody is forgotten, and the books are the carrier's.

The service and the simulator under one stepped clock, as in ``test_ends.py``; here chance writes the play.
What is not right at once (a request is under way) must be so within a few lived seconds.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from callsvc.agents.tables import agent
from callsvc.audit.books import read_books
from callsvc.audit.checks.same_books import check_calls
from callsvc.audit.ledger import read_ledger
from callsvc.calls.tables import leg
from callsvc.core.errors import CallsvcError
from callsvc.core.settings import Settings
from callsvc.routing import service as routing
from callsvc.routing.tables import queue_entry, reservation, supervision
from tests.conferences.theatre import Theatre, theatre

pytestmark = pytest.mark.enable_socket

LONGEST_SILENCE_S = 15.0
SOON_S = 8.0  # lived: a request and its news, and what repair finds when one of them is lost
MOST_CALLERS = 2
NAMES = ("ann", "tom", "med")  # a softphone, a telephone of one's own, a second team
a_turn = st.integers(0, 11)
a_while = st.sampled_from((1, 9))  # lived seconds: the news are there, and whatever is late is put right

Act = Callable[[], object]


@pytest.fixture(scope="module")
def stage(settings: Settings) -> Iterator[Theatre]:
    with theatre(settings) as found:
        yield found


class Ends(RuleBasedStateMachine):
    play: Theatre

    @initialize(who=st.sampled_from(("ann", "tom")), cut=st.booleans(), heard=st.booleans())
    def two_talk(self, who: str, cut: bool, heard: bool) -> None:
        play = self.play
        play.clear()
        self.replies = [{"hears": "coupé,", "press": "1"}] if cut else []
        self.callers: list[str] = []
        self.since: dict[str, float] = {}  # what is not as it should be, and since when
        play.doctor(ring=3.0)
        for name in NAMES:
            play.agent(name, skills=("medical",) if name == "med" else ("tracing",), ready=name == who)
        play.on_telephone("tom")
        self.chief = play.supervisor("eve")
        self.somebody_calls()
        play.until(lambda: self.takes(who) or play.talks(who))
        for name in NAMES:
            routing.set_activity(play.rt, play.agents[name], "available")
        if heard:
            routing.listen(play.rt, self.chief, play.agents[who])
            play.run(3)

    def takes(self, name: str) -> None:
        offer = self.play.state(name)["offer"]
        if offer and not offer["rings"]:
            routing.accept(self.play.rt, self.play.agents[name], offer["reservation_id"])

    def legs(self, *roles: str) -> list[Any]:
        """Who is on the line in these roles, as the books say."""
        live = leg.c.ended_at.is_(None) & leg.c.sid.is_not(None) & leg.c.role.in_(roles)
        return list(self.play.rows(sa.select(leg).where(live).order_by(leg.c.id)))

    def one_of(self, acts: list[Act], turn: int) -> None:
        """What a desk may send; it may be refused, and is never half done."""
        try:
            acts[turn % len(acts)]()
        except CallsvcError as refused:
            assert refused.id.startswith(("no-", "consult-", "target-", "offer-", "not-")), refused.id
        self.play.run(0.5)

    @precondition(lambda self: len(self.legs("contact")) < MOST_CALLERS)
    @rule()
    def somebody_calls(self) -> None:
        self.callers.append(self.play.rings(replies=self.replies))
        self.play.run(1)  # and is answered, and offered
        for name in self.at_work("offer")[:1]:
            self.takes(name)

    def at_work(self, *what: str) -> list[str]:
        """Whose desk shows one of these."""
        return [name for name in NAMES if any(self.play.state(name)[one] for one in what)]

    @rule(which=a_turn, turn=a_turn)
    def a_desk_does_something(self, which: int, turn: int) -> None:
        names = self.at_work("offer", "call", "wrap_up") or NAMES
        name = names[which % len(names)]
        rt, me, state = self.play.rt, self.play.agents[name], self.play.state(name)
        if state["offer"]:
            acts: list[Act] = [partial(self.takes, name), partial(self.takes, name)]
            acts += [partial(routing.reject, rt, me, state["offer"]["reservation_id"])]
        elif state["wrap_up"]:
            acts = [partial(routing.dispose, rt, me, "reached")]
        elif state["call"]:
            acts = [partial(routing.transfer, rt, me, to) for to in ("", "doctor", "medical")]
            acts += [partial(routing.consult, rt, me, "doctor")] * 2
            acts += [partial(routing.hold, rt, me, held=False), partial(routing.end_consult, rt, me)]
            acts += [partial(routing.hang_up, rt, me)]
        else:
            acts = [partial(routing.set_activity, rt, me, "available")]
        self.one_of(acts, turn)

    @rule(role=st.sampled_from(("agent", "agent", "contact", "other")), turn=a_turn, then=a_while)
    def a_line_dies(self, role: str, turn: int, then: int) -> None:
        """The contact hangs up, a receiver is put down, a network fails: the carrier says completed."""
        roles = ("consult", "supervisor") if role == "other" else (role,)
        lines = [row.sid for row in self.legs(*roles) if row.sid in self.play.alive()]
        if lines:
            self.one_of([partial(self.play.hangs_up, sid) for sid in lines], turn)
            self.play.run(then)

    @rule(mode=st.sampled_from(("listen", "speak")), turn=a_turn)
    def a_supervisor_does_something(self, mode: str, turn: int) -> None:
        rt, open_now = self.play.rt, ("pending", "reserved", "assigned")
        whom = [self.play.agents[name] for name in self.at_work("call")]
        acts: list[Act] = [partial(routing.listen, rt, self.chief, one, mode) for one in whom]
        acts += [partial(routing.leave, rt, self.chief)]
        acts += [
            partial(self.play.ends, row.sid, self.chief)
            for row in self.legs("contact")
            if [one for one in self.play.entries() if one.leg_id == row.id and one.state in open_now]
        ]
        self.one_of(acts, turn)

    @rule(turn=a_turn)
    def the_carrier_ends_a_conference(self, turn: int) -> None:
        rooms = [room.sid for room in self.rooms() if room.status == "in-progress"]
        if rooms and turn < 2:  # a rare fault
            client: Any = self.play.rt.carrier
            self.one_of(
                [partial(client._client.conferences(sid).update, status="completed") for sid in rooms], turn
            )

    @rule(seconds=a_while)
    def time_passes(self, seconds: int) -> None:
        self.play.run(seconds)

    def rooms(self) -> list[Any]:
        return list(self.play.simulator._server.carrier.rooms.values())

    @invariant()
    def nobody_on_the_line_hears_nothing(self) -> None:
        for row in self.legs("contact", "agent") if hasattr(self, "callers") else ():
            silence = self.play.longest_silence(row.sid)
            assert silence <= LONGEST_SILENCE_S, (row.role, silence)

    @invariant()
    def what_is_wrong_is_put_right_soon(self) -> None:
        now = self.play.rt.clock.now().timestamp()
        wrong = self.wrong() if hasattr(self, "callers") else set()
        self.since = {what: self.since.get(what, now) for what in wrong}
        late = {what for what, since in self.since.items() if now - since > SOON_S}
        assert not late

    def wrong(self) -> set[str]:
        roles = {row.sid: row.role for row in self.legs("contact", "agent", "consult", "supervisor")}
        alive = set(self.play.alive())
        found = {f"{sid}: ended here, lives there" for sid in alive - roles.keys()}
        found |= {f"{sid}: lives here, ended there" for sid in roles.keys() - alive}
        for room in self.rooms():
            inside = {roles.get(sid) for sid in room.stays}
            if "supervisor" in inside and "agent" not in inside:
                found.add(f"{room.name}: a supervisor without an agent")
            if inside == {"contact"} and room.status == "in-progress" and not self.is_held(room):
                found.add(f"{room.name}: a contact alone")
        talking = {row.agent_id for row in self.legs("agent")}
        live = reservation.c.state.in_(("pending", "accepted"))
        held = {row.id: row for row in self.play.rows(sa.select(reservation).where(live))}
        for row in self.play.rows(sa.select(agent).where(agent.c.state.in_(("reserved", "on-call")))):
            if row.reservation_id not in held:
                found.add(f"{row.name}: {row.state} without a reservation")
            elif row.state == "on-call" and row.id not in talking:
                found.add(f"{row.name}: on call without a call")
        return found

    def is_held(self, room: Any) -> bool:
        """Somebody in it is on hold, and hears so."""
        return any(stay.options.hold for stay in room.stays.values())

    def teardown(self) -> None:
        """The contacts hang up, and with them everything is over."""
        if not hasattr(self, "callers"):
            return
        play = self.play
        for sid in self.callers:
            if sid in play.alive():
                play.hangs_up(sid)
        play.until(lambda: not play.alive(), within=40)
        play.run(4)
        assert not self.wrong()
        assert {row.state for row in play.entries()} <= {"wrapping", "completed", "canceled"}
        assert not play.rows(sa.select(supervision.c.id).where(supervision.c.ended_at.is_(None)))


def test_whoever_comes_goes_or_dies_in_any_order_nobody_is_forgotten(stage: Theatre) -> None:
    class Played(Ends):
        play = stage

    # What the two clocks' threads do in one instant is not repeated exactly, so that nothing is made smaller.
    steps = hypothesis_settings(
        max_examples=12, stateful_step_count=14, deadline=None, database=None, phases=(Phase.generate,)
    )
    run_state_machine_as_test(Played, settings=steps)
    with stage.rt.db.read() as tx:
        books = check_calls(read_ledger(stage.simulator.ledger()), read_books(tx), 1.0)
    assert books.passed, books.offences
    assert stage.rows(sa.select(queue_entry.c.id))
