"""Any order of people, faults, deaths, lost and repeated news: the rules hold and the books balance."""

import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from callsvc.carrier.memory import MemoryCarrier
from callsvc.core.clock import StoppedClock
from callsvc.core.db import Database, connect
from callsvc.core.ids import CountingIds
from callsvc.core.jobs import HeldJobs
from callsvc.core.keyring import Keyring
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime
from callsvc.subscriptions import REACTIONS
from tests.conftest import MORNING
from tests.dialing.ground import furnish
from tests.dialing.machine import Dialling
from tests.emptying import empty

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}


def _runtime(engine: sa.Engine, wanted: Settings, ids: CountingIds) -> Runtime:
    clock, machine, jobs = StoppedClock(MORNING), StoppedClock(MORNING), HeldJobs()
    keyring = Keyring.parse(wanted.callsvc_data_keys, wanted.callsvc_lookup_key)
    database = Database(
        engine, settings=wanted, clock=clock, machine=machine, ids=ids, jobs=jobs, keyring=keyring
    )
    database.reactions = REACTIONS
    return Runtime(
        settings=wanted,
        clock=clock,
        machine=machine,
        ids=ids,
        random=random.Random(7),
        db=database,
        jobs=jobs,
        carrier=MemoryCarrier(clock),
    )


def _machine(make: Callable[[], Runtime]) -> type[Dialling]:
    return type("Dialling", (Dialling,), {"make_world": staticmethod(make)})


@pytest.mark.parametrize("examples", [20, pytest.param(400, marks=pytest.mark.long)])
def test_dialling_keeps_its_promises_on_sqlite(
    sqlite_template: Path, tmp_path: Path, settings: Settings, examples: int
) -> None:
    furnished = tmp_path / "furnished.db"
    furnished.write_bytes(sqlite_template.read_bytes())
    engine, ids = connect(f"sqlite:///{furnished}"), CountingIds()
    furnish(_runtime(engine, settings, ids))
    engine.dispose()

    def make() -> Runtime:
        path = tmp_path / "example.db"
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        path.write_bytes(furnished.read_bytes())
        return _runtime(connect(f"sqlite:///{path}"), settings, deepcopy(ids))

    run_state_machine_as_test(_machine(make), settings=_settings(examples, 50))


@pytest.mark.parametrize("examples", [4, pytest.param(60, marks=pytest.mark.long)])
def test_dialling_keeps_its_promises_on_postgresql(
    postgres_engine: sa.Engine, settings: Settings, examples: int
) -> None:
    def make() -> Runtime:
        empty(postgres_engine)
        rt = _runtime(postgres_engine, settings, CountingIds())
        furnish(rt)
        rt.jobs.take()  # type: ignore[attr-defined]
        return rt

    run_state_machine_as_test(_machine(make), settings=_settings(examples, 30))


def _settings(examples: int, steps: int) -> Any:
    return settings(max_examples=examples, stateful_step_count=steps, **QUIET)
