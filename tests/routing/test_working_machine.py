"""Any order of calls, SMS, tasks and callbacks among agents: nobody has two, nothing is lost or had twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
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
from callsvc.contacts.numbers import store_number
from callsvc.core.errors import CallsvcError
from callsvc.messages.conversing import About, open_conversation
from callsvc.routing import service as routing
from callsvc.routing.other_work import calling_out, writing
from callsvc.routing.other_work.leaving import expire_work, withdraw_work
from callsvc.routing.other_work.working import Work, enter_work, offer_other_work
from callsvc.routing.rules.working import CHANNEL, DIALLED
from callsvc.routing.tables import queue_entry, reservation
from callsvc.runtime import Runtime
from tests.routing.world import World

AGENTS, MOST_ENTRIES = 3, 14
ACTS = ("dial", "skip", "write", "await", "close", "hang-up", "talk", "dispose")
OPEN = ("pending", "reserved", "assigned", "wrapping")
one_of_three = st.integers(0, AGENTS - 1)


class Desks(RuleBasedStateMachine):
    """Three agents, the last without SMS, and whatever comes."""

    world: World

    @initialize()
    def staff(self) -> None:
        self.agents = [self.world.agent() for _ in range(AGENTS)]
        self.entered: list[str] = []
        with self.world.rt.db.begin() as tx:
            tx.update(agent, agent.c.id != self.agents[-1], channels="voice sms")
        self.work_comes("task", None, soon=True)
        self.somebody_writes(1)
        self.somebody_calls()

    @rule(kind=st.sampled_from(("task", "callback")), owner=st.none() | one_of_three, soon=st.booleans())
    def work_comes(self, kind: str, owner: int | None, soon: bool) -> None:
        if len(self.entered) >= MOST_ENTRIES:
            return
        with self.world.rt.db.begin() as tx:
            work = Work(
                kind=kind,
                subject_id=f"subject-{len(self.entered)}",
                region="44",
                platform="67",
                skill="tracing",
                language="fr",
                owner=self.agents[owner] if owner is not None else None,
                owner_until=tx.now + timedelta(seconds=40) if owner is not None else None,
                promised_at=None if soon else tx.now + timedelta(seconds=90),
                deadline_at=tx.now + timedelta(seconds=600),
            )
            entered = enter_work(tx, work)
            self.entered.append(str(entered))
            assert enter_work(tx, work) is None
            offer_other_work(tx, "44")

    @rule(number=st.integers(1, 2))
    def somebody_writes(self, number: int) -> None:
        with self.world.rt.db.begin() as tx:
            number_id = store_number(
                tx, f"+3363998000{number}", synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
            )
            before = tx.scalar(sa.select(sa.func.count()).select_from(queue_entry))
            if not writing.heard_again(tx, number_id):
                about = About(region="44", platform="67", language="fr")
                conversation_id = open_conversation(tx, number_id, "+33199000199", "misread", about)
                writing.queue_conversation(tx, conversation_id, "tracing")
            newer = tx.all(sa.select(queue_entry.c.id).order_by(queue_entry.c.id))
            if len(newer) > before:
                self.entered += [row.id for row in newer if row.id not in self.entered]

    @rule()
    def somebody_calls(self) -> None:
        if len(self.entered) < MOST_ENTRIES:
            self.entered.append(self.world.waits().entry_id)

    @rule(who=one_of_three, ready=st.booleans())
    def declares(self, who: int, ready: bool) -> None:
        routing.set_activity(self.world.rt, self.agents[who], "available" if ready else "break")

    @rule(turns=st.lists(st.integers(0, 11), min_size=AGENTS, max_size=AGENTS))
    def desks_do_what_they_may(self, turns: list[int]) -> None:
        """Each agent does one of the things their desk offers now."""
        for me, turn in zip(self.agents, turns, strict=True):
            held = self.world.reservation_of(me)
            if held is None:
                continue
            if held.state == "pending":
                (routing.reject if turn % 4 == 3 else routing.accept)(self.world.rt, me, held.id)
                continue
            may = self._may(held)
            self.does(self.agents.index(me), may[turn % len(may)])

    def _may(self, held: Any) -> tuple[str, ...]:
        [entry] = self.world.rows(sa.select(queue_entry).where(queue_entry.c.id == held.entry_id))
        if held.talk_ended_at is not None:
            return ("dispose",)
        if entry.kind == "sms":
            return ("write", "await", "close")
        if held.bridged_at is not None:
            return ("hang-up",)
        if entry.kind in DIALLED and held.agent_leg_id is None:
            return ("dial", "dial", "skip", "hang-up")
        return ("talk", "talk", "hang-up")

    @rule(who=one_of_three, act=st.sampled_from(ACTS))
    def a_desk_sends_anything(self, who: int, act: str) -> None:
        self.does(who, act)

    def does(self, who: int, act: str) -> None:
        """Whatever a desk may send, at whatever moment: refused or done, never half done."""
        rt, me = self.world.rt, self.agents[who]
        acts: dict[str, Any] = {
            "dial": lambda: calling_out.dial(rt, me),
            "skip": lambda: calling_out.skip(rt, me, "not-now"),
            "write": lambda: writing.answer(rt, me, "Bonjour"),
            "await": lambda: writing.close(rt, me, writing.AWAITING),
            "close": lambda: writing.close(rt, me, "reached"),
            "hang-up": lambda: routing.hang_up(rt, me),
            "dispose": lambda: routing.dispose(rt, me, "reached"),
            "talk": lambda: self._meet(me),
        }
        try:
            acts[act]()
        except CallsvcError as refused:
            assert refused.id in (
                "no-work", "no-conversation", "no-call", "not-in-wrap-up", "conversation-closed",
            )  # fmt: skip

    def _meet(self, me: str) -> None:
        row = self.world.reservation_of(me)
        if row is None or row.agent_leg_id is None or row.bridged_at is not None or row.state != "accepted":
            return
        [entry] = self.world.rows(sa.select(queue_entry).where(queue_entry.c.id == row.entry_id))
        self.world.news(row.agent_leg_id, "in-progress")
        self.world.join(row.conference_id, row.agent_leg_id)
        if entry.leg_id is not None:
            self.world.join(row.conference_id, entry.leg_id)

    @rule(who=one_of_three)
    def a_desk_falls_silent(self, who: int) -> None:
        routing.note_seen(self.world.rt, self.agents[who])
        self.world.later(31)
        routing.lapse_presence(self.world.rt)
        held = self.world.reservation_of(self.agents[who])
        assert held is None or held.agent_leg_id is not None or held.talk_ended_at is not None

    @precondition(lambda self: self.entered)
    @rule(which=st.integers(0, MOST_ENTRIES))
    def nobody_needs_it_any_more(self, which: int) -> None:
        offered = queue_entry.c.state.in_(("pending", "reserved")) & queue_entry.c.subject_id.is_not(None)
        open_now = self.world.rows(
            sa.select(queue_entry.c.subject_id).where(offered).order_by(queue_entry.c.id)
        )
        if open_now:
            with self.world.rt.db.begin() as tx:
                withdraw_work(tx, [open_now[which % len(open_now)].subject_id], "settled")

    @rule(seconds=st.sampled_from((5, 45, 200, 700)))
    def time_passes(self, seconds: int) -> None:
        rt = self.world.rt
        self.world.later(seconds)
        routing.time_out_offers(rt)
        routing.expire_entries(rt)
        expire_work(rt)
        calling_out.end_looks(rt)
        routing.end_wrap_ups(rt)
        routing.settle_dispositions(rt)
        writing.close_left(rt)
        routing.repair(rt)

    @invariant()
    def everything_is_somewhere_once(self) -> None:
        if not hasattr(self, "entered"):
            return
        entries = {row.id: row for row in self.world.rows(sa.select(queue_entry))}
        live = self.world.rows(sa.select(reservation).where(reservation.c.state.in_(("pending", "accepted"))))
        assert set(self.entered) <= entries.keys()
        assert max(Counter(row.agent_id for row in live).values(), default=0) <= 1
        assert max(Counter(row.entry_id for row in live).values(), default=0) <= 1
        holds = {row.entry_id: row for row in live}
        for row in entries.values():
            if row.state in ("reserved", "assigned"):
                assert row.id in holds, (row.kind, row.state)
            if row.state in ("pending", "canceled"):
                assert row.id not in holds, (row.kind, row.state)
            if row.state in ("pending", "reserved") and row.kind != "call":
                assert row.call_id is None and row.leg_id is None
            assert (row.state in OPEN) or row.left_at is not None or row.kind == "call"
        of_agent = {row.id: row for row in self.world.rows(sa.select(agent))}
        for one in live:
            entry = entries[one.entry_id]
            assert of_agent[one.agent_id].reservation_id == one.id
            assert entry.kind == "call" or CHANNEL[entry.kind] in of_agent[one.agent_id].channels.split()
        idle = [row for row in of_agent.values() if row.state == "idle"]
        assert not {row.id for row in idle} & {one.agent_id for one in live}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_in_any_order_nobody_has_two_and_nothing_is_lost(rt: Runtime) -> None:
    _fresh = iter(range(10**6))

    class Fresh(Desks):
        def __init__(self) -> None:
            super().__init__()
            with rt.db.begin() as tx:
                _empty(tx)
            self.world = World(rt) if next(_fresh) else World(rt).open()

    run_state_machine_as_test(
        Fresh, settings=settings(max_examples=25, stateful_step_count=35, deadline=None, database=None)
    )


def _empty(tx: Any) -> None:
    """No agent is on duty any more and nothing waits: what an earlier example left."""
    tx.execute(sa.delete(reservation))
    tx.execute(sa.text("delete from routing_decision"))
    tx.execute(sa.delete(queue_entry))
    tx.execute(sa.text("delete from sms_conversation"))
    tx.execute(sa.text("delete from carrier_update"))
    tx.execute(sa.text("delete from participant"))
    tx.execute(sa.text("delete from leg_transition"))
    tx.execute(sa.text("delete from leg"))
    tx.execute(sa.text("delete from agent_skill"))
    tx.execute(sa.text("delete from agent_activity"))
    tx.execute(sa.text("delete from agent_presence"))
    tx.execute(sa.text("delete from agent"))
