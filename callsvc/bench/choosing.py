"""The choice of ``bench choice`` with its transaction: PostgreSQL, 6,000 agents of whom one in seven is free.

Beside each choice, in turn with it, a bare commit: a transaction that inserts one row. The server waits for
the disk at each commit, as it does by default. Times are of the wall clock; medians of many turns, for the
machine may be busy with other things.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

import sqlalchemy as sa

from callsvc.agents.tables import agent, agent_skill
from callsvc.bench.order import _service
from callsvc.bench.postgres import postgres
from callsvc.calls.tables import call, leg
from callsvc.core.changes import MemoryChanges
from callsvc.core.db import Tx
from callsvc.planning.twin.france import NAMES, PEOPLE
from callsvc.platforms.tables import platform, region
from callsvc.routing import freeing
from callsvc.routing.service import offer_next
from callsvc.routing.tables import aid_activation, aid_agreement, queue_entry, reservation, routing_terms
from callsvc.runtime import Runtime

AGENTS, FREE, SKILLS, LANGUAGES = 6000, 0.15, 8, ("fr", "en", "ar", "pt", "tr", "de")
HOT: Final = ("44", "32", "93")  # nobody is free there, and forty wait
WAITING, TURNS = 40, 60
Rows = dict[sa.Table, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Milliseconds of the wall clock, medians; ``ratio`` to a bare commit in turn with it."""

    what: str
    choice_ms: float
    p99_ms: float
    bare_ms: float
    ratio: float
    processor_ratio: float  # of the processor times of this process and the server's
    statements: float


def stored_choices(database: str = "") -> list[Chosen]:
    """In a database of your own, or in a server for this measurement. Raises ``no-postgresql``."""
    if not database:
        with postgres() as address:
            return stored_choices(address)
    rt = _service(database)
    rt.db.changes = MemoryChanges()
    try:
        return measured(rt)
    finally:
        rt.db.engine.dispose()


def measured(rt: Runtime, turns: int = TURNS) -> list[Chosen]:
    """Each kind of choice, in an empty database of ``rt``; one choice a transaction."""
    settle(rt)
    freeing.MOST_OFFERS = 1
    cool = next(code for code in NAMES if code not in HOT and PEOPLE[code] > 5)
    return [
        _kind(rt, "free at home, nobody waits", lambda tx, entry: _offer(tx, cool, entry), cool, turns),
        _kind(rt, "nobody free at home: aid", lambda tx, entry: _offer(tx, HOT[0], entry), HOT[0], turns),
        _kind(rt, "freed agent: aid elsewhere", lambda tx, _: offer_next(tx, [cool]), "", turns),
    ]


def _offer(tx: Tx, code: str, entry: str) -> None:
    offer_next(tx, (), entered=code, newcomer=entry)


def _kind(rt: Runtime, what: str, act: Callable[[Tx, str], Any], arrives: str, turns: int) -> Chosen:
    took, bare, statements = [], [], 0
    with rt.db.begin() as tx:
        server = int(tx.scalar(sa.text("SELECT pg_backend_pid()")))  # nobody else uses a connection here
    worked = [0.0, 0.0]
    counted = [0]

    def count(*_: Any) -> None:
        counted[0] += 1

    sa.event.listen(rt.db.engine, "before_cursor_execute", count)
    for turn in range(turns):
        entry = _arrive(rt, arrives) if arrives else ""
        counted[0] = 0
        before, began = _processor_s(server), time.perf_counter()
        with rt.db.begin() as tx:
            act(tx, entry)
            tx._after_commit.clear()  # the second look is a transaction of its own
        took.append((time.perf_counter() - began) * 1000)
        statements += counted[0]
        between, began = _processor_s(server), time.perf_counter()
        with rt.db.begin() as tx:
            tx.insert(routing_terms, number=turn + 1, at=tx.now, by="bench", terms={}, changed={})
        bare.append((time.perf_counter() - began) * 1000)
        worked[0] += between - before
        worked[1] += _processor_s(server) - between
        _undo(rt, entry)
    sa.event.remove(rt.db.engine, "before_cursor_execute", count)
    one, usual = median(took), median(bare)
    return Chosen(
        what=what,
        choice_ms=one,
        p99_ms=sorted(took)[int(len(took) * 0.99)],
        bare_ms=usual,
        ratio=one / usual,
        processor_ratio=worked[0] / worked[1],
        statements=statements / turns,
    )


def _processor_s(server: int) -> float:
    """Seconds used so far by this process and by its process in the server (Linux)."""
    return time.process_time() + int(Path(f"/proc/{server}/schedstat").read_text("ascii").split()[0]) / 1e9


def _arrive(rt: Runtime, code: str) -> str:
    rows: Rows = defaultdict(list)
    with rt.db.begin() as tx:
        entry = _entry(rows, tx, code, tx.now)
        _store(tx, rows)
    return str(entry["id"])


def _entry(
    rows: Rows, tx: Tx, code: str, at: datetime, *, skill: str = "skill-0", language: str = "fr"
) -> dict[str, Any]:
    """A call that waits, with its leg; the entry may still be changed."""
    call_id, leg_id = tx.new_id("cal"), tx.new_id("leg")
    place = {"region_code": code, "platform_code": code}
    rows[call].append({"id": call_id, "direction": "inbound", "started_at": at, **place})
    rows[leg].append(
        {
            "id": leg_id,
            "call_id": call_id,
            "role": "contact",
            "placement": "received",
            "status": "in-progress",
            "planned_at": at,
            "news_at": tx.machine_now,
        }
    )
    entry = {
        "id": tx.new_id("ent"),
        "call_id": call_id,
        "leg_id": leg_id,
        "skill": skill,
        "language": language,
        "priority": 0,
        "state": "pending",
        "entered_at": at,
        "deadline_at": at + timedelta(hours=1),
        "offers": 0,
        **place,
    }
    rows[queue_entry].append(entry)
    return entry


def _store(tx: Tx, rows: Rows) -> None:
    for table in (call, leg, queue_entry, agent, agent_skill, reservation):
        if rows[table]:
            tx.execute(table.insert(), rows[table])


def _undo(rt: Runtime, entry: str) -> None:
    """As it was: what was offered waits again, the newcomer is gone, the agent is free."""
    with rt.db.begin() as tx:
        for row in tx.all(sa.select(reservation).where(reservation.c.state == "pending")):
            tx.update_row(reservation, row.id, state="canceled", ended_at=tx.now)
            tx.update(agent, agent.c.id == row.agent_id, state="idle", reservation_id=None)
            tx.update_row(queue_entry, row.entry_id, state="pending", offers=0)
        if entry:
            tx.update_row(queue_entry, entry, state="canceled", left_at=tx.now, left_how="closed")
        tx.delete(routing_terms, routing_terms.c.number > 0)


def settle(rt: Runtime) -> None:
    """The country: a platform a region, agents with two skills and one or two languages, calls under way."""
    random, people = Random(1), sum(PEOPLE.values())  # noqa: S311 - repeatable
    rows: Rows = defaultdict(list)
    with rt.db.begin() as tx:
        for code, name in NAMES.items():
            tx.insert(region, code=code, name=name, zone="Europe/Paris")
            tx.insert(platform, code=code, name=name, region_code=code, pool_code="")
        for code in NAMES:
            for number in range(round(AGENTS * PEOPLE[code] / people)):
                _agent(rows, tx, random, code, number)
        for code in HOT:
            for number in range(WAITING):
                at = tx.now - timedelta(seconds=2 * number)
                language = LANGUAGES[number % 3]
                _entry(rows, tx, code, at, skill=f"skill-{number % SKILLS}", language=language)
        _store(tx, rows)
        for aided in NAMES:
            tx.insert(aid_activation, region_code=aided, active=aided in HOT, since=tx.now, late_taken=0)
            for aiding in NAMES:
                if aided != aiding:
                    tx.insert(
                        aid_agreement,
                        aided_region=aided,
                        aiding_region=aiding,
                        rank=1,
                        activate_wait_s=10,
                        release_wait_s=5,
                        cap=500,
                    )
    with rt.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _agent(rows: Rows, tx: Tx, random: Random, code: str, number: int) -> None:
    free = code not in HOT and random.random() < FREE
    one = {
        "id": tx.new_id("agt"),
        "client_name": f"agent-{code}-{number}",
        "platform_code": code,
        "region_code": code,
        "name": f"Agent {number}",
        "languages": " ".join(sorted({"fr", random.choice(LANGUAGES)})),
        "activity": "available",
        "activity_since": tx.now,
        "state": "idle" if free else "on-call",
        "state_since": tx.now - timedelta(seconds=random.random() * 900),
        "fence": 0,
        "missed_offers": 0,
        "reservation_id": None,
    }
    rows[agent].append(one)
    for skill in random.sample(range(SKILLS), 2):
        rows[agent_skill].append({"agent_id": one["id"], "skill": f"skill-{skill}", "level": 1})
    if not free:
        aids = code not in HOT and random.random() < 0.1  # nobody is aided by whom it aids itself
        home = random.choice(HOT) if aids else code
        entry = _entry(rows, tx, home, tx.now)
        entry["state"] = "assigned"
        one["reservation_id"] = tx.new_id("rsv")
        rows[reservation].append(
            {
                "id": one["reservation_id"],
                "entry_id": entry["id"],
                "agent_id": one["id"],
                "agent_region": code,
                "home_region": home,
                "decision_id": "dec",
                "state": "accepted",
                "offered_at": tx.now,
                "deadline_at": tx.now + timedelta(hours=1),
                "bridged_at": tx.now,
                "handed_on": "",
            }
        )
