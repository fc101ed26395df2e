"""Both databases are built by the migrations, and say the same as the table definitions."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from callsvc.core.db import metadata
from callsvc.platforms.tables import region
from callsvc.runtime import Runtime


def test_the_migrations_and_the_tables_agree(engine: sa.Engine) -> None:
    with engine.connect() as connection, connection.begin():
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_a_failed_transaction_leaves_nothing_and_asks_for_no_job(rt: Runtime) -> None:
    with pytest.raises(RuntimeError), rt.db.begin() as tx:
        tx.insert(region, code="44", name="Grand Est", zone="Europe/Paris")
        tx.enqueue("place_calls", "leg1")
        raise RuntimeError("the process dies here")
    with rt.db.read() as tx:
        assert tx.all(sa.select(region)) == []
    assert rt.jobs.take() == []  # type: ignore[attr-defined]


def test_a_row_inserted_once_is_not_inserted_again(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        assert tx.insert_once(region, code="44", name="Grand Est", zone="Europe/Paris")
        assert not tx.insert_once(region, code="44", name="Again", zone="Europe/Paris")
        assert tx.scalar(sa.select(region.c.name)) == "Grand Est"
