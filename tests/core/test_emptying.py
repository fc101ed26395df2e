"""Each test begins with a database that holds nothing and has counted nothing."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from callsvc.core.db import connect, metadata
from callsvc.metrics.tables import metric_event
from callsvc.migrations import load_tables
from callsvc.platforms.tables import region
from callsvc.runtime import Runtime
from tests import emptying
from tests.factories import start_campaign


def _held(engine: sa.Engine) -> dict[str, int]:
    load_tables()
    with engine.connect() as connection:
        counts = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


def _counted(engine: sa.Engine) -> list[str]:
    counters = sa.text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")
    with engine.connect() as connection:
        return list(connection.scalars(counters))


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("many", [emptying.MANY, 0])
def test_postgresql_holds_nothing_afterwards_and_counts_anew(
    rt: Runtime, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        tx.insert(metric_event, name="entry-left", at=tx.now, subject="ent-1", region_code="44", facts={})
    assert len(_held(rt.db.engine)) > 5
    assert _counted(rt.db.engine)
    monkeypatch.setattr(emptying, "MANY", many)
    emptying.empty(rt.db.engine)
    assert _held(rt.db.engine) == {}
    assert not _counted(rt.db.engine)


def test_sqlite_gets_a_new_file_and_the_old_one_writes_to_nowhere(
    tmp_path: Path, sqlite_template: Path
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'test.db'}")
    emptying.renew(engine, sqlite_template)
    row = {"code": "44", "name": "Grand Est", "zone": "Europe/Paris"}
    late = engine.connect()
    with engine.begin() as connection:
        connection.execute(region.insert(), row)
    assert _held(engine) == {"region": 1}
    emptying.renew(engine, sqlite_template)
    late.execute(region.insert(), row | {"code": "11"})
    late.commit()
    late.close()
    assert _held(engine) == {}
    engine.dispose()
