"""The play: the service's own use cases, a second of lived time after the other, until everybody is done."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog

from callsvc.calls.tables import leg
from callsvc.calls.updates import perform_all
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.errors import CallsvcError
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.settling import reconcile, settle_doubts
from callsvc.dialing.sweeping import sweep
from callsvc.flows.paths import path_of
from callsvc.flows.tables import flow_session
from callsvc.messages.sending import send_messages
from callsvc.rehearsal.stage import Stage
from callsvc.routing import service as routing
from callsvc.routing.tables import queue_entry
from callsvc.runtime import Runtime
from callsvc.webhooks.fetching import fetch_for_flows
from callsvc.webhooks.text_turns import expire_texts, hear_answers
from callsvc.webhooks.texting import text_due

log = structlog.get_logger(__name__)

TICK_S: Final = 1.0  # lived; also how exactly a step's time is known
LONGEST: Final = timedelta(hours=36)  # lived; further tries may lie a day apart
PATIENCE_S: Final = 420.0  # machine; what is not done by then is reported as such

Work = Callable[[Runtime, list[str]], object]
JOBS: Final[dict[str, tuple[Work, ...]]] = {
    "place_calls": (place_attempts,),
    "send_messages": (send_messages,),
    "update_calls": (perform_all,),
    "fetch_for_flows": (fetch_for_flows, hear_answers),
    "settle_doubt": (settle_doubts,),
    "reconcile_legs": (reconcile,),
}
"""What a worker would do with each job; agents' legs and roll-ups have no part in the play."""

CHORES: Final[tuple[Callable[[Runtime], object], ...]] = (
    plan_calls,
    text_due,
    expire_texts,
    routing.expire_entries,
    recreate_due,
)
_SWEPT_EVERY: Final = 30  # ticks


@dataclass
class Play:
    """What was seen. ``steps``: seconds spent in each step, one figure for each session that left it."""

    began_at: datetime
    steps: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    problems: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    finished: bool = False
    real_s: float = 0.0
    _seen: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def watch(self, rt: Runtime) -> None:
        """Note which sessions have gone on since the last tick, and how long each step took."""
        with rt.db.read() as tx:
            columns = (
                flow_session.c.id,
                flow_session.c.state,
                flow_session.c.started_at,
                flow_session.c.status,
            )
            for row in tx.all(sa.select(*columns)):
                hops, began = self._seen.get(row.id, (0, row.started_at))
                if hops < 0:
                    continue
                path = path_of(tx.keyring.decrypt_json(row.state, f"flow_session:{row.id}"))
                fresh = [step for step, *_ in path[hops:] if step]
                for step in fresh[:1]:  # those after it were passed through in the same moment
                    self.steps[str(step)].append((tx.now - began).total_seconds())
                if fresh:
                    began = tx.now
                self._seen[row.id] = (-1 if row.status == "ended" else len(path), began)


def play(stage: Stage, beat: Callable[[], None]) -> Play:
    """Until everybody has their outcome and nothing is under way. ``beat`` says that the stage is alive."""
    told = Play(stage.rt.clock.now())
    started, tick = time.monotonic(), 0
    while time.monotonic() - started < PATIENCE_S and stage.rt.clock.now() - told.began_at < LONGEST:
        _work(stage, told, sweeping=tick % _SWEPT_EVERY == 0)
        step = stage.simulator.step(TICK_S)
        told.watch(stage.rt)
        tick += 1
        if tick % 60 == 0:
            beat()
        if step["idle"] and not stage.jobs.held:
            following = _next_moment(stage.rt)
            if following is None:
                told.finished = True
                break
            ahead = (following - stage.rt.clock.now()).total_seconds()
            if ahead > TICK_S:
                stage.simulator.step(ahead)
    told.real_s = time.monotonic() - started
    return told


def _work(stage: Stage, told: Play, *, sweeping: bool) -> None:
    """Chores, then jobs until none is left; what fails is a problem of the rehearsal, not its end."""
    for chore in (*CHORES, sweep) if sweeping else CHORES:
        _try(told, chore.__name__, chore, stage.rt)
    for _ in range(20):
        taken = stage.jobs.take()
        if not taken:
            return
        for job, ids in taken:
            for work in JOBS.get(job, ()):
                _try(told, job, work, stage.rt, list(ids))


def _try(told: Play, name: str, act: Callable[..., object], *given: Any) -> None:
    try:
        act(*given)
    except CallsvcError as error:
        told.problems[error.id] += 1
    except Exception:
        log.exception("rehearsal-broken", where=name)
        told.problems["crashed"] += 1


def _next_moment(rt: Runtime) -> datetime | None:
    """When something of ours is due though the carrier has nothing planned; None: it is over."""
    with rt.db.read() as tx:
        if tx.first(
            sa.select(leg.c.id).where(leg.c.ended_at.is_(None), leg.c.placement == "placed").limit(1)
        ):
            return tx.now + timedelta(seconds=TICK_S)
        waiting = campaign_contact.c.status == "waiting"
        moments = [
            tx.scalar(sa.select(sa.func.min(campaign_contact.c.next_try_at)).where(waiting)),
            tx.scalar(
                sa.select(sa.func.min(queue_entry.c.deadline_at)).where(queue_entry.c.state == "pending")
            ),
            tx.scalar(
                sa.select(sa.func.min(flow_session.c.deadline_at)).where(flow_session.c.status == "running")
            ),
        ]
    due = [moment for moment in moments if moment is not None]
    return max(min(due), rt.clock.now() + timedelta(seconds=TICK_S)) if due else None
