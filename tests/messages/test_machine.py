"""Any order of people, faults, deaths, lost and repeated news: no SMS is doubled, none follows STOP."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import Phase
from hypothesis import settings as wanted
from hypothesis.stateful import run_state_machine_as_test

from callsvc.core.db import connect
from callsvc.core.ids import CountingIds
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime
from tests.dialing.test_machine import QUIET, _runtime
from tests.emptying import empty
from tests.messages.ground import furnish
from tests.messages.machine import Texting


def _machine(make: Callable[[], Runtime]) -> type[Texting]:
    return type("Texting", (Texting,), {"make_world": staticmethod(make)})


def _settings(examples: int, steps: int) -> Any:
    return wanted(
        max_examples=examples, stateful_step_count=steps, phases=(Phase.reuse, Phase.generate), **QUIET
    )


def test_texting_keeps_its_promises_on_sqlite(
    sqlite_template: Path, tmp_path: Path, settings: Settings
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

    run_state_machine_as_test(_machine(make), settings=_settings(20, 35))


def test_texting_keeps_its_promises_on_postgresql(postgres_engine: sa.Engine, settings: Settings) -> None:
    def make() -> Runtime:
        empty(postgres_engine)
        rt = _runtime(postgres_engine, settings, CountingIds())
        furnish(rt)
        return rt

    run_state_machine_as_test(_machine(make), settings=_settings(5, 25))
