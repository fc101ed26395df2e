"""The ticker: lived deadlines within 0.1 s of real time, everything else that is due within seconds.

It decides nothing of its own: each round calls use cases that find what is due by themselves. Two tickers at
once are harmless, and one that was killed is made good by the next.
"""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from callsvc.accounts.service import seal_access_log
from callsvc.agents.back_office import train_back_offices
from callsvc.agents.history import forget_activities
from callsvc.agents.pooling import form_pools
from callsvc.appointments.reminding import send_due_reminders
from callsvc.campaigns.scheduling import keep_schedules
from callsvc.contacts.cases.handing_over import mark_late_handovers
from callsvc.contacts.importing_work import ask_for_imports
from callsvc.contacts.uploads import forget_old_pieces
from callsvc.core.errors import CallsvcError
from callsvc.core.logs import configure_logs
from callsvc.dialing.announcing import announce_due
from callsvc.dialing.callbacks import call_back_due
from callsvc.dialing.due import recreate_due
from callsvc.dialing.keeping import end_slots
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.previewing import offer_tasks, withdraw_halted
from callsvc.dialing.rehearsing import ask_for_rehearsals
from callsvc.dialing.stopping import carry_out_left
from callsvc.dialing.sweeping import sweep
from callsvc.operations.beating import start_beating
from callsvc.planning.previewing import ask_for_previews
from callsvc.routing import service as routing
from callsvc.routing.other_work.calling_out import end_looks
from callsvc.routing.other_work.leaving import expire_work
from callsvc.routing.other_work.writing import close_left
from callsvc.runtime import Runtime
from callsvc.studio.counting import count_paths
from callsvc.web.idempotency import forget_expired
from callsvc.webhooks.text_turns import expire_texts
from callsvc.webhooks.texting import text_due
from workers import current_runtime

log = structlog.get_logger(__name__)

_BEAT_S = 0.05


@dataclass
class Task:
    """Something to do every so often, in real seconds."""

    every_s: float
    act: Callable[[Runtime], object]
    due_at: float = 0.0


def _roll_up(rt: Runtime) -> None:
    rt.jobs.enqueue("roll_up_metrics", [])


def _forget(rt: Runtime) -> None:
    rt.jobs.enqueue("forget_due", [])


def deadlines() -> list[Task]:
    """What people live: each is one cheap indexed query when nothing is due, in a thread of its own."""
    return [
        Task(_BEAT_S, routing.time_out_offers),
        Task(_BEAT_S, routing.expire_entries),
        Task(_BEAT_S, routing.end_wrap_ups),
        Task(_BEAT_S, end_looks),
        Task(0.5, expire_work),
        Task(5.0, close_left),
        Task(0.2, routing.settle_dispositions),
        Task(1.0, routing.end_orders_due),
    ]


def pace() -> list[Task]:
    """Planning, in a thread of its own: what it does not plan within a second is lost, not made up for."""
    return [Task(0.25, plan_calls)]


def chores() -> list[Task]:
    """Everything that a crash or a lost job may have left behind."""
    return [
        Task(0.5, carry_out_left),
        Task(1.0, keep_schedules),
        Task(1.0, announce_due),
        Task(1.0, end_slots),
        Task(1.0, text_due),
        Task(1.0, expire_texts),
        Task(0.5, recreate_due),
        Task(1.0, call_back_due),
        Task(0.5, offer_tasks),
        Task(1.0, withdraw_halted),
        Task(1.0, send_due_reminders),
        Task(2.0, routing.repair),
        Task(10.0, routing.measure),
        Task(2.0, routing.lapse_presence),
        Task(1.0, routing.give_places),
        Task(5.0, sweep),
        Task(5.0, _roll_up),
        Task(5.0, count_paths),
        Task(30.0, form_pools),
        Task(30.0, train_back_offices),
        Task(60.0, seal_access_log),
        Task(1.0, ask_for_imports),
        Task(60.0, mark_late_handovers),
        Task(5.0, ask_for_rehearsals),
        Task(5.0, ask_for_previews),
        Task(60.0, forget_expired),
        Task(3600.0, forget_activities),
        Task(60.0, _forget),
        Task(60.0, forget_old_pieces),
    ]


def beat(rt: Runtime, due: list[Task], now: float) -> None:
    """Run what is due at ``now`` (monotonic seconds); one failure never stops the others."""
    for task in due:
        if now < task.due_at:
            continue
        task.due_at = now + task.every_s
        name = getattr(task.act, "__name__", str(task.act))
        try:
            task.act(rt)
        except (CallsvcError, SQLAlchemyError) as error:
            log.warning("tick-failed", task=name, error=type(error).__name__, reason=str(error)[:200])
        except Exception:
            # A bug in one task must not end the thread, and with it every other task, for good.
            log.exception("tick-broken", task=name)


def main() -> None:
    try:
        rt = current_runtime()
    except CallsvcError as error:
        raise SystemExit(str(error)) from None
    configure_logs(rt.settings.callsvc_log_format)
    start_beating(rt, "ticker")
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    rhythms = [
        threading.Thread(target=_keep_beating, args=(rt, due, stop), name=name)
        for name, due in (("deadlines", deadlines()), ("pace", pace()), ("chores", chores()))
    ]
    for thread in rhythms:
        thread.start()
    for thread in rhythms:
        thread.join()


def _keep_beating(rt: Runtime, due: list[Task], stop: threading.Event) -> None:
    while not stop.is_set():
        started = time.monotonic()
        beat(rt, due, started)
        stop.wait(max(0.0, _BEAT_S - (time.monotonic() - started)))


if __name__ == "__main__":
    main()
