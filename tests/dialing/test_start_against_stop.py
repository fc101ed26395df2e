"""A start and a stop of everything in the same instant: nothing stays running, whoever came first."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.halting import lift_stop
from callsvc.campaigns.service import apply_campaign, change_state, move, reopen
from callsvc.campaigns.tables import campaign
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.dialing.callbacks import call_back_due
from callsvc.dialing.stopping import emergency_stop
from callsvc.dialing.tables import callback
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, start_campaign

ROUNDS = 12


def _states(rt: Runtime) -> dict[str, str]:
    with rt.db.read() as tx:
        return {row.id: row.state for row in tx.all(sa.select(campaign.c.id, campaign.c.state))}


def _start(tx: Tx) -> None:
    move(tx, campaign_row(tx, "tracing", lock=True), "start", "alice")


def _resume(tx: Tx) -> None:
    move(tx, campaign_row(tx, "tracing", lock=True), "resume", "alice")


def _open_again(tx: Tx) -> None:
    reopen(tx, "tracing")


@pytest.mark.parametrize(
    ("before", "begin"), [("draft", _start), ("paused", _resume), ("completed", _open_again)]
)
def test_a_start_that_has_not_committed_yet_is_waited_for_and_paused(
    rt: Runtime, before: str, begin: Callable[[Tx], None]
) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        tx.update(campaign, campaign.c.id == "tracing", state=before)
    stop = Thread(target=emergency_stop, args=(rt, None, "admin"))
    with rt.db.begin() as tx:
        begin(tx)
        stop.start()
        stop.join(0.3)
    stop.join(10)
    assert _states(rt) == {"tracing": "paused"}
    with rt.db.begin() as tx:
        lift_stop(tx, "admin")
    assert _states(rt) == {"tracing": "paused"}


def test_starts_and_stops_at_once_leave_nothing_running(rt: Runtime) -> None:
    start_campaign(rt)
    change_state(rt, "tracing", "stop", "alice")
    for turn in range(ROUNDS):
        name, together = f"race-{turn}", Barrier(2)

        def start(name: str = name, together: Barrier = together) -> None:
            together.wait()
            apply_campaign(rt, campaign_file(id=name), "alice")  # one that the stop may not even see yet
            with suppress(Conflict):
                change_state(rt, name, "start", "alice")

        starter = Thread(target=start)
        starter.start()
        together.wait()
        emergency_stop(rt, None, "admin")
        starter.join(10)
        assert "running" not in _states(rt).values()
        with rt.db.begin() as tx:
            lift_stop(tx, "admin")


def test_a_promise_that_falls_due_under_a_stop_opens_nothing_and_is_kept_afterwards(rt: Runtime) -> None:
    start_campaign(rt)
    [place] = places(rt)
    with rt.db.begin() as tx:
        number_id = tx.scalar(sa.text("select id from phone_number"))
        tx.insert(
            callback, id="cbk1", number_id=number_id, campaign_contact_id=place.id, call_id=None,
            region_code="44", due_at=tx.now, status="booked", created_at=tx.now,
        )  # fmt: skip
        tx.update(campaign, campaign.c.id == "tracing", state="completed")
        tx.execute(sa.text("update campaign_contact set status = 'done', outcome = 'callback-booked'"))
    emergency_stop(rt, None, "admin")
    advance(rt, 60)
    assert call_back_due(rt) == 0 and _states(rt) == {"tracing": "completed"}
    with rt.db.begin() as tx:
        lift_stop(tx, "admin")
    assert call_back_due(rt) == 1 and _states(rt) == {"tracing": "running"}
