"""Calls with agents played for real: the service and the carrier in one process, under one stepped clock.

    with theatre(settings) as play:
        play.agent("ann")
        caller = play.rings()
        play.until(lambda: play.offered("ann"))
        play.accepts("ann")
        ...
        assert play.longest_silence(caller) <= 15

Both clocks of the service are the simulator's, so that what waits in machine time passes with the rest.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.scope import ROLE_SCOPES, Principal
from callsvc.accounts.service import add_account
from callsvc.agents.service import add_agent
from callsvc.agents.tables import agent
from callsvc.calls.agent_legs import place_agent_legs
from callsvc.calls.tables import call, leg
from callsvc.calls.updates import perform_all
from callsvc.core.settings import Settings
from callsvc.dialing.due import recreate_due
from callsvc.dialing.settling import reconcile, settle_doubts
from callsvc.directory.definition import read_directory
from callsvc.directory.service import apply_directory
from callsvc.flows.service import publish
from callsvc.rehearsal.stage import Stage, StageClock, stage
from callsvc.routing import service as routing
from callsvc.routing.reassigning import end_entry
from callsvc.routing.tables import queue_entry, reservation
from callsvc.softphone.rules import TELEPHONE
from callsvc.softphone.service import bound, write_row
from tests.conferences.silence import longest_silence
from tests.factories import make_country

MORNING = datetime(2020, 11, 16, 9, 0, tzinfo=UTC)
OURS = "+33199000100"
DOCTOR = "+33199000067"
FLOW = """\
schema: 1
id: front-desk
title: {fr: Essai}
direction: inbound
languages: [fr, en]
channels: [voice]
prompts:
  hello: {says: neutral, fr: {text: "Bonjour, un agent va vous répondre."}, en: {text: "Hello."}}
  wait: {says: neutral, fr: {text: "Merci de patienter."}, en: {text: "Please wait."}}
  sorry: {says: neutral, fr: {text: "Personne n'est disponible."}, en: {text: "Nobody is available."}}
steps:
  start:
    say: hello
    queue: {skill: tracing, wait_prompt: wait}
    on_unavailable: sorry
    on_closed: sorry
    end: spoken
  sorry: {say: sorry, end: nobody}
"""
DIRECTORY = f"""
targets:
  - {{name: doctor, title: Doctor, number: "{DOCTOR}", serves: ["44"]}}
  - {{name: medical, title: Medical, queue: {{skill: medical}}}}
"""
JOBS: dict[str, Callable[..., object]] = {
    "place_agent_leg": place_agent_legs,
    "update_calls": perform_all,
    "settle_doubt": settle_doubts,
    "reconcile_legs": reconcile,
}
CHORES = (
    routing.time_out_offers,
    routing.expire_entries,
    routing.end_wrap_ups,
    routing.repair,
    recreate_due,
)


@dataclass
class Theatre:
    stage: Stage
    agents: dict[str, str] = field(default_factory=dict)
    since: datetime = MORNING
    _callers: int = 0
    _made: int = 0
    _beats: int = 0

    @property
    def rt(self) -> Any:
        return self.stage.rt

    @property
    def simulator(self) -> Any:
        return self.stage.simulator

    def clear(self) -> None:
        """Everybody goes home: the next play begins with nobody on duty and nobody on the line."""
        self.simulator.clear_faults()
        while left := self.alive():
            self.hangs_up(left[0])  # which may end another
            self.simulator.step(0.5)
        self.until(lambda: not self.alive())
        self.run(3)
        for agent_id in self.agents.values():
            routing.set_activity(self.rt, agent_id, "offline", by="test")
        with self.rt.db.begin() as tx:
            live = reservation.c.state.in_(("pending", "accepted"))
            tx.update(reservation, live, state="completed", ended_at=tx.now)
            tx.update(queue_entry, queue_entry.c.state != "canceled", state="completed")
            tx.update(agent, sa.true(), state="idle", reservation_id=None)
        self.agents = {}
        self.simulator.step(1)
        self.since = self.rt.clock.now()

    def agent(self, name: str, *, skills: tuple[str, ...] = ("tracing",), ready: bool = True) -> str:
        self._made += 1
        client = f"{name}-{self._made}"
        with self.rt.db.begin() as tx:
            found = add_agent(
                tx, client_name=client, platform_code="67", name=name, languages=("fr", "en"), skills=skills
            )
        self.simulator.add_people([{"number": f"client:{client}", "answers": "human", "ring": 1.0}])
        self.agents[name] = found
        if ready:
            routing.set_activity(self.rt, found, "available")
        return found

    def on_telephone(self, name: str) -> None:
        """The agent's line is a telephone of their own, where they press a key."""
        agent_id, number = self.agents[name], f"+3363998{5000 + self._made:04d}"
        with self.rt.db.begin() as tx:
            telephone = tx.keyring.encrypt(number, bound("telephone", agent_id))
            write_row(tx, agent_id, driver=TELEPHONE, telephone=telephone, verified_at=tx.now)
        presses = {"hears": "une touche", "press": "5"}
        self.simulator.add_people([{"number": number, "answers": "human", "ring": 1.0, "replies": [presses]}])

    def client(self, name: str) -> str:
        """The name of an agent's softphone."""
        return str(self.row(agent.c.client_name, agent.c.id == self.agents[name]).client_name)

    def supervisor(self, name: str) -> Principal:
        """With a telephone of their own."""
        account = add_account(
            self.rt, f"{name}{self._made}@example.org", password=None, role="supervisor", regions=("44",)
        )
        own = self.agent(name, ready=False)
        with self.rt.db.begin() as tx:
            tx.update(agent, agent.c.id == own, account_id=account)
        return Principal(
            account_id=account, role="supervisor", regions=frozenset({"44"}), scopes=ROLE_SCOPES["supervisor"]
        )

    def doctor(self, **facts: Any) -> None:
        self.simulator.add_people([{"number": DOCTOR, "ring": 4.0, **({"answers": "human"} | facts)}])

    def rings(self, **facts: Any) -> str:
        """Somebody calls, and waits; the SID of their call."""
        self._callers += 1
        number = f"+3363998{self._callers:04d}"
        self.simulator.add_people([{"number": number, "answers": "human", "replies": [], **facts}])
        return str(self.simulator.call_in(number, OURS))

    def run(self, seconds: float) -> None:
        """Let lived seconds pass; what the service has to do is done after each half of one."""
        for _ in range(round(seconds * 2)):
            self._work()
            self.simulator.step(0.5)
        self._work()

    def until(self, true: Callable[[], Any], within: float = 60.0) -> Any:
        for _ in range(round(within * 2)):
            self._work()
            if found := true():
                return found
            self.simulator.step(0.5)
        raise AssertionError(f"not within {within} lived seconds")

    def _work(self) -> None:
        self._beats += 1
        for chore in CHORES if self._beats % 2 else ():
            chore(self.rt)
        for _ in range(20):
            taken = self.stage.jobs.take()
            for job, ids in taken:
                if job in JOBS:
                    JOBS[job](self.rt, list(ids))
            if not taken:
                return

    def state(self, name: str) -> dict[str, Any]:
        return dict(routing.desk_state(self.rt, self.agents[name]))

    def takes(self, name: str) -> None:
        """Wait for the offer, accept it, and wait until the two talk."""
        self.until(lambda: self.state(name)["offer"])
        routing.accept(self.rt, self.agents[name], self.state(name)["offer"]["reservation_id"])
        self.until(lambda: self.talks(name))

    def talks(self, name: str) -> bool:
        talk = self.state(name)["call"]
        return bool(talk and talk["connected"])

    def row(self, table: Any, where: Any) -> Any:
        with self.rt.db.read() as tx:
            return tx.first(sa.select(table).where(where))

    def rows(self, statement: Any) -> Any:
        with self.rt.db.read() as tx:
            return tx.all(statement)

    def sid(self, role: str) -> str:
        """Of the newest leg in that role."""
        found = self.rows(sa.select(leg.c.sid).where(leg.c.role == role).order_by(leg.c.id))
        return str(found[-1].sid)

    def sids(self, role: str) -> list[str]:
        """Of every leg in that role since the play began."""
        mine = (leg.c.role == role) & (leg.c.planned_at >= self.since) & leg.c.sid.is_not(None)
        return [str(row.sid) for row in self.rows(sa.select(leg.c.sid).where(mine))]

    def hangs_up(self, sid: str) -> None:
        self.simulator.hang_up(sid)

    def ends(self, sid: str, chief: Principal | None = None) -> None:
        """A supervisor ends this contact's call."""
        chief = chief or self.supervisor("eve")
        mine = queue_entry.c.leg_id == self.row(leg, leg.c.sid == sid).id
        open_now = mine & queue_entry.c.state.in_(("pending", "reserved", "assigned"))
        with self.rt.db.begin() as tx:
            end_entry(tx, chief, self.row(queue_entry, open_now).id)

    def speaks(self, sid: str, words: str) -> None:
        """The person on this call says something."""
        carrier = self.simulator._server.carrier
        self.simulator._do(_say(carrier, sid, words))

    def was_told(self, sid: str, words: str) -> bool:
        """Whether this call heard somebody else say it."""
        lines = self.simulator.call(sid)["timeline"]
        return any(line["kind"] == "heard" and line["words"] == words for line in lines)

    def alive(self) -> list[str]:
        """Who is still on the line at the carrier."""
        return [call["sid"] for call in self.simulator.ledger()["calls"] if not call["ended_at"]]

    def heard(self, sid: str) -> list[str]:
        """Every sentence the platform said to this call."""
        return [line["text"] for line in self.simulator.call(sid)["timeline"] if line["kind"] == "said"]

    def outcome(self, sid: str) -> str:
        """How the flow ended for this contact's call."""
        return str(self.row(call, call.c.id == self.row(leg, leg.c.sid == sid).call_id).outcome)

    def longest_silence(self, sid: str) -> float:
        return longest_silence(self.simulator.call(sid), self.rt.clock.now())

    def entries(self) -> list[Any]:
        mine = queue_entry.c.entered_at >= self.since
        return list(self.rows(sa.select(queue_entry).where(mine).order_by(queue_entry.c.id)))

    def reservations(self) -> list[Any]:
        mine = reservation.c.offered_at >= self.since
        return list(self.rows(sa.select(reservation).where(mine).order_by(reservation.c.id)))


Talk = tuple[Theatre, str, str]
"""A stage, an agent's id and the call of the contact the agent talks with."""


async def _say(carrier: Any, sid: str, words: str) -> None:
    carrier.legs[sid].speak(words)


@contextmanager
def theatre(settings: Settings, **changes: Any) -> Iterator[Theatre]:
    with stage(settings, MORNING) as made:
        machine: Any = StageClock(made.simulator.clock)
        database = made.rt.db
        database.machine = machine
        usual = {"callsvc_default_platform": "67"}
        database.settings = made.rt.settings.model_copy(update=usual | changes)
        rt = replace(made.rt, machine=machine, settings=database.settings)
        play = Theatre(replace(made, rt=rt))
        with rt.db.begin() as tx:
            make_country(tx)
            publish(tx, FLOW, "test")
        apply_directory(rt, read_directory(DIRECTORY), "test")
        yield play
