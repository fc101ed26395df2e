"""Any order of people, faults, deaths, lost and repeated news: no SMS is doubled, none follows STOP."""

from pathlib import Path

import sqlalchemy as sa
from hypothesis import Phase

from callsvc.core.settings import Settings
from tests.machines import run_on_postgresql, run_on_sqlite
from tests.messages.ground import furnish
from tests.messages.machine import Texting

AS_FOUND = (Phase.reuse, Phase.generate)


def test_texting_keeps_its_promises_on_sqlite(
    sqlite_template: Path, tmp_path: Path, settings: Settings
) -> None:
    where = {"template": sqlite_template, "home": tmp_path}
    run_on_sqlite(
        Texting,
        furnish,
        **where,
        settings=settings,
        max_examples=20,
        stateful_step_count=35,
        phases=AS_FOUND,
    )


def test_texting_keeps_its_promises_on_postgresql(postgres_engine: sa.Engine, settings: Settings) -> None:
    run_on_postgresql(
        Texting,
        furnish,
        engine=postgres_engine,
        settings=settings,
        max_examples=5,
        stateful_step_count=25,
        phases=AS_FOUND,
    )
