"""Finding what is due: by index, ever more rarely where nothing happens, and never waiting for a lock."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import carrier_update, leg
from callsvc.contacts.tables import contact_import
from callsvc.dialing import due, sweeping
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.due import recreate_due
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.settling import reconcile
from callsvc.dialing.sweeping import sweep
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.factories import advance, start_campaign


def _placed(rt: Runtime) -> str:
    start_campaign(rt)
    plan_calls(rt)
    [leg_id] = [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids]  # type: ignore[attr-defined]
    place_attempts(rt, [leg_id])
    return str(leg_id)


def _asked(rt: Runtime) -> list[str]:
    recreate_due(rt)
    return [job for job, _ in rt.jobs.take()]  # type: ignore[attr-defined]


def _plan_of(rt: Runtime, query: sa.Select[Any]) -> str:
    dialect = rt.db.engine.dialect
    text = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    with rt.db.engine.connect() as connection:
        if dialect.name == "sqlite":
            rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text).all()
            return "\n".join(row[-1] for row in rows)
        # The planner prefers a scan while tables are empty: with that forbidden, an index must be able to.
        connection.exec_driver_sql("SET enable_seqscan = off")
        return "\n".join(row[0] for row in connection.exec_driver_sql("EXPLAIN " + text).all())


def test_nothing_due_is_found_by_reading_a_whole_table(rt: Runtime) -> None:
    with rt.db.read() as tx:
        queries = [
            *due._due(tx),
            sa.select(leg.c.id).where(leg.c.placement == "claimed", leg.c.lease_until < tx.machine_now),
            sa.select(message.c.id).where(
                message.c.placement == "claimed", message.c.lease_until < tx.machine_now
            ),
            sa.select(leg.c.id).where(sweeping._OVERDUE, leg.c.deadline_at < tx.now),
            sa.select(sa.func.count()).where(leg.c.planned_at > tx.now - timedelta(seconds=10)),
        ]
    for query in queries:
        plan = _plan_of(rt, query)
        assert "SCAN" not in plan and "Seq Scan" not in plan, plan
        assert "INDEX" in plan.upper(), plan


def test_a_live_call_without_news_is_asked_about_ever_more_rarely(rt: Runtime) -> None:
    leg_id = _placed(rt)
    rt.carrier.set_status(f"CA{1:032x}", "in-progress")  # type: ignore[attr-defined]
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(tx, leg_id, News(status="in-progress", at=tx.now, source="callback"))
    looks, waited = [], 0
    for second in range(1, 1500):
        advance(rt, 1)
        if _asked(rt):
            reconcile(rt, [leg_id])  # it says what we know already
            looks.append(second - waited)
            waited = second
    # Eight seconds (exceeded in the ninth), then doubled, up to five minutes.
    assert looks[:6] == [9, 17, 33, 65, 129, 257] and set(looks[6:]) == {301}


def test_real_news_makes_the_next_look_early_again(rt: Runtime) -> None:
    leg_id = _placed(rt)
    for _ in range(4):
        advance(rt, 400)
        recreate_due(rt)
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(tx, leg_id, News(status="ringing", at=tx.now, source="callback"))
    rt.jobs.take()  # type: ignore[attr-defined]
    advance(rt, 9)
    assert _asked(rt) == ["reconcile_legs"]


def test_a_leg_that_ended_is_never_asked_about(rt: Runtime) -> None:
    leg_id = _placed(rt)
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(tx, leg_id, News(status="busy", at=tx.now, source="callback"))
    advance(rt, 400)
    assert "reconcile_legs" not in _asked(rt)


def test_a_row_that_somebody_holds_is_left_to_them(rt: Runtime) -> None:
    if rt.db.dialect != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    leg_id = _placed(rt)
    advance(rt, 9)
    with rt.db.begin() as holder:
        lock_leg(holder, leg_id)
        with rt.db.begin() as tx:
            tx.execute(sa.text("set local lock_timeout = '500ms'"))
            assert due._silent(tx, due._silent_legs(tx), leg) == 0
    assert _asked(rt) == ["reconcile_legs"]


def test_an_import_whose_process_died_has_failed(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        for name, wait in (("dead", -1), ("alive", 60)):
            tx.insert(
                contact_import,
                id=name,
                source="list.csv",
                file_hash=name,
                status="running",
                report={},
                started_at=tx.now,
                deadline_machine_at=tx.machine_now + timedelta(seconds=wait),
            )
    sweep(rt)
    with rt.db.read() as tx:
        found = {row.id: row.status for row in tx.all(sa.select(contact_import))}
    assert found == {"dead": "failed", "alive": "running"}


def test_changes_of_live_calls_are_found_by_their_lease(rt: Runtime) -> None:
    leg_id = _placed(rt)
    with rt.db.begin() as tx:
        tx.insert(
            carrier_update,
            id="upd-x",
            leg_id=leg_id,
            action="end",
            created_at=tx.now,
            lease_until=tx.machine_now - timedelta(seconds=1),
        )
    assert _asked(rt) == ["update_calls"] and _asked(rt) == []
