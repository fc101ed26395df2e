"""Campaigns that start and end by themselves: local times, missing approval, clocks put forward."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from callsvc.campaigns.approving import approve, ask_approval
from callsvc.campaigns.editing import edit
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.halting import lift_stop
from callsvc.campaigns.needing import set_approval_size
from callsvc.campaigns.scheduling import keep_schedules, schedule
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.campaigns.tables import campaign_change
from callsvc.core.errors import Invalid
from callsvc.dialing.stopping import emergency_stop
from callsvc.runtime import Runtime
from tests.conftest import MORNING
from tests.factories import advance, campaign_file, make_contact, make_country, publish_library

NOON = MORNING + timedelta(hours=2)


def _draft(rt: Runtime, **changes: object) -> None:
    publish_library(rt)
    with rt.db.begin() as tx:
        make_country(tx)
    apply_campaign(rt, campaign_file(**changes), "alice")
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx)])


def _state(rt: Runtime) -> str:
    with rt.db.read() as tx:
        return str(campaign_row(tx, "tracing").state)


def _history(rt: Runtime) -> list[tuple[str, str]]:
    with rt.db.read() as tx:
        rows = tx.all(sa.select(campaign_change).order_by(campaign_change.c.at, campaign_change.c.id))
        return [(row.what, row.by) for row in rows]


def test_it_starts_and_ends_at_local_times_of_the_installation(rt: Runtime) -> None:
    _draft(rt)
    with rt.db.begin() as tx:
        assert schedule(tx, "tracing", NOON, NOON + timedelta(hours=6), "alice")
        assert config_of(campaign_row(tx, "tracing")).schedule.starts_at == "2020-11-16 12:00"
    assert keep_schedules(rt) == 0 and _state(rt) == "draft"
    advance(rt, 2 * 3600)
    assert keep_schedules(rt) == 1 and _state(rt) == "running"
    assert keep_schedules(rt) == 0
    advance(rt, 6 * 3600)
    assert keep_schedules(rt) == 1 and _state(rt) == "completed"
    assert _history(rt)[-2:] == [("start", "schedule"), ("close", "schedule")]


def test_a_start_without_its_approval_is_refused_said_once_and_made_up_for(rt: Runtime) -> None:
    _draft(rt, schedule={"starts_at": "2020-11-16 12:00"})
    with rt.db.begin() as tx:
        set_approval_size(tx, 1, "admin")
        add_contacts(tx, "tracing", [make_contact(tx, "+33639980002")])
    advance(rt, 2 * 3600)
    for _ in range(3):
        assert keep_schedules(rt) == 0
        advance(rt, 1)
    assert [what for what, _ in _history(rt)].count("start-refused") == 1
    with rt.db.begin() as tx:
        assert campaign_row(tx, "tracing").schedule_note == "campaign-needs-approval"
        ask_approval(tx, "tracing", "alice")
        approve(tx, "tracing", "bob")
    assert keep_schedules(rt) == 1 and _state(rt) == "running"


def test_a_campaign_whose_end_has_passed_is_not_started(rt: Runtime) -> None:
    _draft(rt, schedule={"starts_at": "2020-11-16 12:00", "ends_at": "2020-11-16 13:00"})
    advance(rt, 4 * 3600)
    assert keep_schedules(rt) == 0 and _state(rt) == "draft"


def test_a_time_the_clocks_jump_over_is_refused_and_one_there_is_twice_is_the_first(rt: Runtime) -> None:
    publish_library(rt)
    with pytest.raises(Invalid) as refusal:
        apply_campaign(rt, campaign_file(schedule={"starts_at": "2021-03-28 02:30"}), "alice")
    assert refusal.value.id == "schedule-time-unknown"
    apply_campaign(rt, campaign_file(schedule={"starts_at": "2021-10-31 02:30"}), "alice")
    with rt.db.read() as tx:
        assert campaign_row(tx, "tracing").starts_at == datetime(2021, 10, 31, 0, 30, tzinfo=UTC)


def test_an_end_in_the_past_or_before_the_start_is_refused(rt: Runtime) -> None:
    _draft(rt)
    with rt.db.begin() as tx:
        with pytest.raises(Invalid) as past:
            schedule(tx, "tracing", None, MORNING - timedelta(minutes=1), "alice")
        with pytest.raises(Invalid) as order:
            schedule(tx, "tracing", NOON, NOON - timedelta(hours=1), "alice")
    assert (past.value.id, order.value.id) == ("schedule-past", "campaign-file-invalid")


def _stop_everything(rt: Runtime) -> None:
    emergency_stop(rt, None, "admin")


def _lift(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        assert lift_stop(tx, "admin")


def test_a_start_that_a_stop_of_everything_held_back_waits_for_a_person(rt: Runtime) -> None:
    _draft(rt, schedule={"starts_at": "2020-11-16 12:00"})
    advance(rt, 3600)
    _stop_everything(rt)
    advance(rt, 2 * 3600)
    assert keep_schedules(rt) == 0
    _lift(rt)
    for _ in range(3):
        advance(rt, 3600)
        assert keep_schedules(rt) == 0 and _state(rt) == "draft"
    with rt.db.begin() as tx:
        assert campaign_row(tx, "tracing").schedule_note == "everything-stopped"
        edit(tx, "tracing", {"title": "Autre titre"}, "alice")  # changes nothing about that
    assert keep_schedules(rt) == 0
    assert change_state(rt, "tracing", "start", "alice") == "running"


def test_a_start_that_fell_due_under_a_stop_waits_though_no_ticker_was_there_to_see_it(rt: Runtime) -> None:
    _draft(rt, schedule={"starts_at": "2020-11-16 12:00"})
    _stop_everything(rt)
    advance(rt, 3 * 3600)
    _lift(rt)
    assert keep_schedules(rt) == 0 and _state(rt) == "draft"
    with rt.db.begin() as tx:  # somebody gives it a new moment
        assert schedule(tx, "tracing", rt.clock.now() + timedelta(minutes=5), None, "alice")
    advance(rt, 400)
    assert keep_schedules(rt) == 1 and _state(rt) == "running"
