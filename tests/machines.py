"""One world for every machine of hypothesis that has a carrier: its jobs, its clocks, and where it stands.

A machine says what people, the carrier and workers may do, in any order; here is what all of them share: an
empty world with its ground laid, jobs that Redis may forget, a carrier whose ledger is the model, and time.
"""

from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from hypothesis import HealthCheck
from hypothesis import settings as wanted
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from callsvc.carrier.memory import MemoryCarrier
from callsvc.core.db import connect
from callsvc.core.ids import CountingIds
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime
from tests.conftest import stopped_world
from tests.emptying import empty

QUIET: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
}


class World(RuleBasedStateMachine):
    """Subclasses add what happens; whoever runs them gives ``make_world``, an empty world on laid ground."""

    make_world: ClassVar[Callable[[], Runtime]]

    def __init__(self) -> None:
        super().__init__()
        self.rt: Runtime = type(self).make_world()
        self.carrier: MemoryCarrier = self.rt.carrier  # type: ignore[assignment]
        self.jobs: defaultdict[str, list[str]] = defaultdict(list)

    def _take_jobs(self) -> None:
        for job, ids in self.rt.jobs.take():  # type: ignore[attr-defined]
            self.jobs[job].extend(ids)

    def _all(self, job: str) -> list[str]:
        return self.jobs.pop(job, [])

    @rule()
    def redis_forgets_everything(self) -> None:
        self.jobs.clear()

    def come_to_rest(self) -> None:
        """Nothing new is asked for, and what is out has its end."""
        raise NotImplementedError

    def books_balance(self) -> None:
        """Our rows say what the carrier's ledger says."""
        raise NotImplementedError

    def teardown(self) -> None:
        try:
            self.come_to_rest()
            self.books_balance()
        finally:
            self.rt.db.engine.dispose()


def fresh_file(template: Path, path: Path) -> Path:
    """A copy of this file, and nothing left of what stood there."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    path.write_bytes(template.read_bytes())
    return path


def leave_bare(_: Runtime) -> None:
    """For a machine that lays its own ground."""


def run_on_sqlite(
    machine: type[RuleBasedStateMachine],
    furnish: Callable[[Runtime], None] = leave_bare,
    *,
    template: Path,
    home: Path,
    settings: Settings,
    **profile: Any,
) -> None:
    """Each example begins with a copy of one furnished file."""
    furnished = home / "furnished.db"
    furnished.write_bytes(template.read_bytes())
    first = stopped_world(connect(f"sqlite:///{furnished}"), settings)
    furnish(first)
    ids = first.ids
    first.db.engine.dispose()

    def make() -> Runtime:
        path = fresh_file(furnished, home / "example.db")
        return _world(connect(f"sqlite:///{path}"), settings, deepcopy(ids))

    _run(machine, make, profile)


def run_on_postgresql(
    machine: type[RuleBasedStateMachine],
    furnish: Callable[[Runtime], None] = leave_bare,
    *,
    engine: sa.Engine,
    settings: Settings,
    **profile: Any,
) -> None:
    """Each example begins with empty tables."""

    def make() -> Runtime:
        empty(engine)
        rt = _world(engine, settings, CountingIds())
        furnish(rt)
        rt.jobs.take()  # type: ignore[attr-defined]
        return rt

    _run(machine, make, profile)


def _world(engine: sa.Engine, settings: Settings, ids: Any) -> Runtime:
    rt = stopped_world(engine, settings)
    rt.db.ids = ids
    return replace(rt, ids=ids)


def _run(machine: type[RuleBasedStateMachine], make: Callable[[], Runtime], profile: dict[str, Any]) -> None:
    placed = type(machine.__name__, (machine,), {"make_world": staticmethod(make)})
    run_state_machine_as_test(placed, settings=wanted(**(QUIET | profile)))
