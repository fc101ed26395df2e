"""A small country at work: agents, waiting calls, and the carrier's news about their legs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.agents.service import add_agent
from callsvc.agents.tables import agent
from callsvc.calls.conferences import record_join
from callsvc.calls.events import (
    ConferenceEnded,
    LegAnswered,
    LegEnded,
    LegMoveRefused,
    LegNotPlaced,
    ParticipantJoined,
    ParticipantLeft,
)
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import call, carrier_update, leg
from callsvc.contacts.numbers import store_number
from callsvc.core.events import Event
from callsvc.messages.conversing import About, open_conversation
from callsvc.messages.service import receive_message
from callsvc.platforms.tables import platform, region
from callsvc.routing import events
from callsvc.routing import service as routing
from callsvc.routing.other_work.writing import queue_conversation
from callsvc.routing.tables import queue_entry, reservation, routing_decision
from callsvc.runtime import Runtime

REGIONS = (
    ("44", "Grand Est"),
    ("11", "Île-de-France"),
    ("84", "Auvergne-Rhône-Alpes"),
    ("53", "Bretagne"),
)
PLATFORMS = (
    ("67", "Bas-Rhin", "44", "alsace"),
    ("68", "Haut-Rhin", "44", "alsace"),
    ("57", "Moselle", "44", ""),
    ("75", "Paris", "11", ""),
    ("69", "Rhône", "84", ""),
    ("35", "Ille-et-Vilaine", "53", ""),
)
REGION_OF = {code: region_code for code, _, region_code, _ in PLATFORMS}

WRITER, WRITTEN_TO = "+33639980001", "+33199000199"


@dataclass(frozen=True)
class Waiting:
    call_id: str
    leg_id: str
    entry_id: str


@dataclass
class World:
    rt: Runtime
    told: list[Event] = field(default_factory=list)
    _made: int = 0

    def open(self) -> "World":
        reactions: dict[type[Event], list[Any]] = {
            LegAnswered: [routing.agent_answered],
            LegEnded: [routing.leg_ended],
            LegNotPlaced: [routing.leg_not_placed],
            LegMoveRefused: [routing.leg_move_refused],
            ParticipantJoined: [routing.participant_joined],
            ParticipantLeft: [routing.participant_left],
            ConferenceEnded: [routing.conference_ended],
        }
        for kind in vars(events).values():
            if isinstance(kind, type) and issubclass(kind, Event):
                reactions.setdefault(kind, []).append(lambda _tx, event: self.told.append(event))
        self.rt.db.reactions = reactions
        with self.rt.db.begin() as tx:
            for code, name in REGIONS:
                tx.insert(region, code=code, name=name, zone="Europe/Paris")
            for code, name, region_code, pool in PLATFORMS:
                tx.insert(platform, code=code, name=name, region_code=region_code, pool_code=pool)
        return self

    def agent(
        self,
        platform_code: str = "67",
        *,
        skills: Sequence[str] = ("tracing",),
        languages: Sequence[str] = ("fr",),
        ready: bool = True,
    ) -> str:
        self._made += 1
        name = f"agent-{self._made:02d}"
        with self.rt.db.begin() as tx:
            agent_id = add_agent(
                tx,
                client_name=name,
                platform_code=platform_code,
                name=name,
                languages=languages,
                skills=skills,
            )
        if ready:
            routing.set_activity(self.rt, agent_id, "available")
        return agent_id

    def contact_leg(self, platform_code: str = "67") -> tuple[str, str]:
        with self.rt.db.begin() as tx:
            call_id, leg_id = tx.new_id("cal"), tx.new_id("leg")
            tx.insert(
                call,
                id=call_id,
                direction="inbound",
                region_code=REGION_OF[platform_code],
                platform_code=platform_code,
                started_at=tx.now,
            )
            tx.insert(
                leg,
                id=leg_id,
                call_id=call_id,
                role="contact",
                sid=f"CA{leg_id}",
                placement="received",
                status="in-progress",
                planned_at=tx.now,
                answered_at=tx.now,
                news_at=tx.machine_now,
            )
        return call_id, leg_id

    def waits(
        self,
        platform_code: str = "67",
        *,
        skill: str = "tracing",
        language: str = "fr",
        priority: int = 0,
        max_wait_s: float = 600,
    ) -> Waiting:
        """A contact enters the queue of this platform."""
        call_id, leg_id = self.contact_leg(platform_code)
        with self.rt.db.begin() as tx:
            entry_id = routing.enter_queue(
                tx,
                call_id=call_id,
                leg_id=leg_id,
                session_id=None,
                region_code=REGION_OF[platform_code],
                platform_code=platform_code,
                skill=skill,
                language=language,
                priority=priority,
                max_wait_s=max_wait_s,
            )
        return Waiting(call_id, leg_id, entry_id)

    def aid(self, aided: str = "44", aiding: str = "11", **terms: Any) -> None:
        defaults = {"rank": 1, "activate_wait_s": 60, "release_wait_s": 30, "cap": 10}
        with self.rt.db.begin() as tx:
            routing.put_agreement(tx, aided=aided, aiding=aiding, **(defaults | terms))

    def declare_aid(self, region_code: str, **terms: Any) -> None:
        with self.rt.db.begin() as tx:
            routing.declare_aid(tx, region_code, **({"opted_out": False} | terms))

    def rows(self, statement: sa.Executable) -> Sequence[Any]:
        with self.rt.db.read() as tx:
            return tx.all(statement)

    def entry(self, waiting: Waiting) -> Any:
        return self.rows(sa.select(queue_entry).where(queue_entry.c.id == waiting.entry_id))[0]

    def entries_of(self, waiting: Waiting) -> Sequence[Any]:
        mine = queue_entry.c.call_id == waiting.call_id
        return self.rows(sa.select(queue_entry).where(mine).order_by(queue_entry.c.priority))

    def agent_row(self, agent_id: str) -> Any:
        return self.rows(sa.select(agent).where(agent.c.id == agent_id))[0]

    def reservation_of(self, agent_id: str) -> Any:
        """The agent's live reservation, or None."""
        live = (reservation.c.agent_id == agent_id) & reservation.c.state.in_(("pending", "accepted"))
        return next(iter(self.rows(sa.select(reservation).where(live))), None)

    def offered_to(self, waiting: Waiting) -> str | None:
        """The agent who holds this entry now."""
        live = (reservation.c.entry_id == waiting.entry_id) & reservation.c.state.in_(("pending", "accepted"))
        return next((row.agent_id for row in self.rows(sa.select(reservation).where(live))), None)

    def decisions(self, waiting: Waiting) -> list[dict[str, Any]]:
        with self.rt.db.read() as tx:
            return routing.explain(tx, waiting.entry_id)

    def count_decisions(self) -> int:
        return len(self.rows(sa.select(routing_decision.c.id)))

    def updates(self, leg_id: str) -> list[tuple[str, str]]:
        """What we asked of the carrier about a leg: (action, path)."""
        mine = carrier_update.c.leg_id == leg_id
        # Many are asked at one instant of a stopped clock; counted ids tell their order: upd9 before upd10.
        counted = sa.func.length(carrier_update.c.id), carrier_update.c.id
        asked = sa.select(carrier_update).where(mine).order_by(carrier_update.c.created_at, *counted)
        return [(row.action, row.path) for row in self.rows(asked)]

    def later(self, seconds: float) -> None:
        self.rt.clock.advance(seconds)  # type: ignore[attr-defined]
        self.rt.machine.advance(seconds)  # type: ignore[attr-defined]

    def accept(self, agent_id: str) -> Any:
        routing.accept(self.rt, agent_id, self.reservation_of(agent_id).id)
        return self.reservation_of(agent_id)

    def reject(self, agent_id: str) -> None:
        routing.reject(self.rt, agent_id, self.reservation_of(agent_id).id)

    def news(self, leg_id: str, status: str) -> None:
        """The carrier tells a status of a placed leg."""
        with self.rt.db.begin() as tx:
            tx.update(leg, (leg.c.id == leg_id) & leg.c.sid.is_(None), sid=f"CA{leg_id}", placement="placed")
            record_status(tx, leg_id, News(status=status, at=tx.now, source="callback"))

    def join(self, conference_id: str, leg_id: str) -> None:
        with self.rt.db.begin() as tx:
            record_join(tx, conference_id, leg_id, f"CF{conference_id}", tx.now)

    def connect(self, agent_id: str) -> Any:
        """The agent accepts, answers, and the contact is moved in; returns the reservation."""
        row = self.accept(agent_id)
        self.news(row.agent_leg_id, "in-progress")
        self.join(row.conference_id, row.agent_leg_id)
        contact = self.rows(sa.select(queue_entry.c.leg_id).where(queue_entry.c.id == row.entry_id))[0]
        self.join(row.conference_id, contact.leg_id)
        return self.reservation_of(agent_id)

    def writes(self, text: str, *, region: str, platform: str) -> None:
        """Somebody of this region whom no flow understands writes to us, and waits for an agent."""
        with self.rt.db.begin() as tx:
            number_id = store_number(
                tx, WRITER, synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
            )
            receive_message(tx, sid="SM1", number_id=number_id, body=text, to=WRITTEN_TO)
            whose = About(region=region, platform=platform, language="fr")
            queue_conversation(tx, open_conversation(tx, number_id, WRITTEN_TO, "misread", whose), "tracing")

    def settle(self) -> None:
        """The time to take dispositions back is over."""
        self.later(self.rt.settings.callsvc_undo_s)
        routing.settle_dispositions(self.rt)

    def names(self) -> list[str]:
        """The events told so far, by name."""
        return [type(event).__name__ for event in self.told]

    def deadline(self, seconds: float) -> Any:
        return self.rt.clock.now() + timedelta(seconds=seconds)
