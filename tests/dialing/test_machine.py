"""Any order of people, faults, deaths, lost and repeated news: the rules hold and the books balance."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from callsvc.core.settings import Settings
from tests.dialing.ground import furnish
from tests.dialing.machine import Dialling
from tests.machines import run_on_postgresql, run_on_sqlite


@pytest.mark.parametrize("examples", [20, pytest.param(400, marks=pytest.mark.long)])
def test_dialling_keeps_its_promises_on_sqlite(
    sqlite_template: Path, tmp_path: Path, settings: Settings, examples: int
) -> None:
    where = {"template": sqlite_template, "home": tmp_path}
    run_on_sqlite(
        Dialling, furnish, **where, settings=settings, max_examples=examples, stateful_step_count=50
    )


@pytest.mark.parametrize("examples", [4, pytest.param(60, marks=pytest.mark.long)])
def test_dialling_keeps_its_promises_on_postgresql(
    postgres_engine: sa.Engine, settings: Settings, examples: int
) -> None:
    run_on_postgresql(
        Dialling,
        furnish,
        engine=postgres_engine,
        settings=settings,
        max_examples=examples,
        stateful_step_count=30,
    )
