"""Both databases are built by the migrations, and say the same as the table definitions."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress as suppress_errors

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from callsvc.contacts.numbers import store_number
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import suppression
from callsvc.core.db import again_after_deadlock, metadata
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


class _Chosen(Exception):
    """What PostgreSQL's driver raises at the victim of a deadlock."""

    sqlstate = "40P01"


def test_the_victim_of_a_deadlock_is_run_again_and_other_failures_are_not() -> None:
    seen: list[int] = []

    def act() -> str:
        seen.append(1)
        if len(seen) < 3:
            raise DBAPIError("update", {}, _Chosen())
        return "done"

    assert again_after_deadlock(act) == "done" and len(seen) == 3

    def fail() -> None:
        seen.append(1)
        raise DBAPIError("update", {}, ValueError("something else"))

    with pytest.raises(DBAPIError):
        again_after_deadlock(fail)
    assert len(seen) == 4


def test_two_opt_outs_crossing_two_answered_calls_do_not_lose_either(rt: Runtime) -> None:
    """On PostgreSQL a real deadlock: each holds one number and wants the other; both must end recorded."""
    with rt.db.begin() as tx:
        numbers = [
            store_number(
                tx, f"+3363998000{place}", synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
            )
            for place in range(2)
        ]
    both = threading.Barrier(2, timeout=2)

    def opt_out(first: str, second: str) -> None:
        def act() -> None:
            with rt.db.begin() as tx:
                suppress(tx, first, "all", source="test")
                if rt.db.dialect == "postgresql":
                    with suppress_errors(threading.BrokenBarrierError):
                        both.wait()
                suppress(tx, second, "sms", source="test")

        again_after_deadlock(act)

    pairs = [(numbers[0], numbers[1]), (numbers[1], numbers[0])]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: opt_out(*pair), pairs))
    with rt.db.read() as tx:
        assert len(tx.all(sa.select(suppression))) == 4


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_connections_that_the_server_has_closed_are_renewed_before_they_are_used(
    rt: Runtime, engine: sa.Engine
) -> None:
    ours = sa.text("SELECT pg_backend_pid()")
    with rt.db.read() as tx, rt.db.read() as other:
        pids = {tx.scalar(ours), other.scalar(ours)}
    killer = sa.create_engine(engine.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with killer.connect() as connection:
        for pid in pids:
            connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with rt.db.read() as tx:
        assert tx.scalar(ours) not in pids
    with rt.db.read() as tx, rt.db.read() as other:
        assert not {tx.scalar(ours), other.scalar(ours)} & pids


def test_a_row_changed_by_its_key_is_the_only_one_changed(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        for code in ("44", "11"):
            tx.insert(region, code=code, name="before", zone="Europe/Paris")
        assert tx.update_row(region, "44", name="after") == 1
        assert tx.update_row(region, "99", name="after") == 0
        rows = tx.all(sa.select(region.c.code, region.c.name).order_by(region.c.code))
    assert [tuple(row) for row in rows] == [("11", "before"), ("44", "after")]
