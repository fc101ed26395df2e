"""A true world passes; each planted lie fails exactly the check that is about it."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from callsvc.audit.carrier import audit_carrier
from callsvc.audit.cli import audit
from callsvc.audit.ledger import read_ledger
from callsvc.audit.result import AuditResult
from callsvc.calls.tables import carrier_update, incident, leg, live_call, webhook_event
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.messages.tables import message
from callsvc.routing.tables import queue_entry
from callsvc.runtime import Runtime

from .world import CONFIG, START, World, at, consistent_world


@pytest.fixture
def world(rt: Runtime) -> World:
    return consistent_world(rt)


def judge(world: World, *, final: bool = False) -> AuditResult:
    return audit_carrier(world.rt, read_ledger(world.read_ledger()), final=final)


def failed(result: AuditResult) -> dict[str, list[str]]:
    return {
        check.id: [offence.subject for offence in check.offences]
        for check in result.checks
        if not check.passed
    }


def change_leg(world: World, leg_id: str, **values: object) -> None:
    with world.rt.db.begin() as tx:
        tx.update(leg, leg.c.id == leg_id, **values)


def test_a_consistent_world_passes_every_check_and_each_looked_at_something(world: World) -> None:
    result = judge(world, final=True)
    assert failed(result) == {}
    assert all(check.examined for check in result.checks)


def _two_at_once(world: World) -> None:
    world.attempt("a", "leg-a3", 3630)


def _never_ended(world: World) -> None:
    row = world.attempt("a", "leg-a3", 1800, status="no-answer")
    row["ended_at"] = None


def _after_stop(world: World) -> None:
    world.attempt("c", "leg-c2", 4000, status="no-answer")


def _after_purpose_stop(world: World) -> None:
    world.opt_out("a", 100, scope="purpose", purpose="contact-tracing")


def _claimed_before_stop_and_talked_on(world: World) -> None:
    world.attempt("b", "leg-b2", 1000, ring_s=20, talk_s=30)
    world.opt_out("b", 1010, scope="purpose", purpose="contact-tracing")


def _no_leg_after_stop(world: World) -> None:
    world.ledger["calls"][3]["created_at"] = at(41).isoformat()
    change_leg(world, "leg-c1", claimed_at=None)


def _texted_after_stop(world: World) -> None:
    world.opt_out("b", 7000, scope="sms")


def _at_night_in_reunion(world: World) -> None:
    # 17:30 in Paris is allowed, 20:30 in Saint-Denis is not.
    world.attempt("r", "leg-r2", 7.5 * 3600, status="no-answer")


def _on_a_sunday(world: World) -> None:
    world.attempt("a", "leg-a3", 6 * 86400, status="no-answer")


def _against_the_legal_grid(world: World) -> None:
    wide = [{**CONFIG["windows"][0], "from": "00:00", "to": "24:00"}]
    with world.rt.db.begin() as tx:
        tx.update(campaign, campaign.c.id == "tracing", config=CONFIG | {"windows": wide})
    world.attempt("a", "leg-a3", 11.5 * 3600, status="no-answer")  # 21:30


def _one_call_too_many(world: World) -> None:
    world.attempt("a", "leg-a3", 2 * 3600, status="no-answer")
    world.attempt("a", "leg-a4", 4 * 3600, status="no-answer")


def _no_outcome(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.update(campaign_contact, campaign_contact.c.id == "cc-a", outcome=None)


def _still_trying(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.update(campaign_contact, campaign_contact.c.id == "cc-a", status="waiting")


def _a_call_lost(world: World) -> None:
    change_leg(world, "leg-g1", sid=None)


def _a_call_invented(world: World) -> None:
    world.ledger["calls"] = [row for row in world.ledger["calls"] if row["sid"] != "CAleg-i1"]


def _another_end(world: World) -> None:
    change_leg(world, "leg-b1", status="no-answer")


def _a_second_too_long(world: World) -> None:
    change_leg(world, "leg-a2", duration_s=61)


def _answered_at_another_time(world: World) -> None:
    change_leg(world, "leg-a2", answered_at=at(3612))


def _an_answer_missed(world: World) -> None:
    change_leg(world, "leg-a2", answered_at=None)


def _another_message_status(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.update(message, message.c.id == "msg1", status="sent")


def _a_message_lost(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.update(message, message.c.id == "msg1", sid=None)


def _in_doubt(world: World) -> None:
    change_leg(world, "leg-b1", placement="in-doubt")


def _still_guarded(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.insert(live_call, number_id="num-a", attempt_id="leg-a2", since=START)


def _still_waiting(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.insert(
            queue_entry, id="ent1", call_id="call-leg-a2", leg_id="leg-a2", region_code="44",
            platform_code="67", skill="tracing", language="fr", state="pending", entered_at=START,
            deadline_at=at(600),
        )  # fmt: skip


def _update_never_settled(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.insert(
            carrier_update, id="upd1", leg_id="leg-a2", action="end", created_at=START, lease_until=START
        )


LIES: list[tuple[Callable[[World], None], str, str]] = [
    (_two_at_once, "no-overlap", "CAleg-a3"),
    (_never_ended, "no-overlap", "CAleg-a2"),
    (_after_stop, "opt-out", "CAleg-c2"),
    (_after_purpose_stop, "opt-out", "CAleg-a2"),
    (_claimed_before_stop_and_talked_on, "opt-out", "CAleg-b2"),
    (_no_leg_after_stop, "opt-out", "CAleg-c1"),
    (_texted_after_stop, "opt-out", "SMmsg1"),
    (_at_night_in_reunion, "window", "CAleg-r2"),
    (_on_a_sunday, "window", "CAleg-a3"),
    (_against_the_legal_grid, "window", "CAleg-a3"),
    (_one_call_too_many, "cap", "CAleg-a4"),
    (_no_outcome, "outcome", "cc-a"),
    (_still_trying, "outcome", "cc-a"),
    (_a_call_lost, "books-calls", "CAleg-g1"),
    (_a_call_invented, "books-calls", "CAleg-i1"),
    (_another_end, "books-calls", "CAleg-b1"),
    (_a_second_too_long, "books-calls", "CAleg-a2"),
    (_answered_at_another_time, "books-calls", "CAleg-a2"),
    (_an_answer_missed, "books-calls", "CAleg-a2"),
    (_another_message_status, "books-messages", "SMmsg1"),
    (_a_message_lost, "books-messages", "SMmsg1"),
    (_in_doubt, "loose-ends", "leg-b1"),
    (_still_guarded, "loose-ends", "leg-a2"),
    (_still_waiting, "loose-ends", "ent1"),
    (_update_never_settled, "loose-ends", "upd1"),
]


@pytest.mark.parametrize(("lie", "check", "subject"), LIES, ids=[lie[0].__name__.strip("_") for lie in LIES])
def test_a_planted_lie_fails_exactly_its_own_check(
    world: World, lie: Callable[[World], None], check: str, subject: str
) -> None:
    lie(world)
    assert failed(judge(world)) == {check: [subject]}


def test_a_leg_dialled_twice_is_named(world: World) -> None:
    twice = dict(world.ledger["calls"][2]) | {"sid": "CAsecond"}
    for instant in ("created_at", "initiated_at", "ringing_at", "ended_at"):
        twice[instant] = datetime.fromisoformat(twice[instant]).replace(hour=11).isoformat()
    world.ledger["calls"].append(twice)
    found = failed(judge(world))
    assert found["loose-ends"] == ["leg-b1"]
    assert found["books-calls"] == ["CAsecond"]


def test_a_call_claimed_before_the_stop_and_hung_up_in_two_seconds_is_counted_not_accused(
    world: World,
) -> None:
    world.attempt("b", "leg-b2", 1000, ring_s=20, talk_s=2)
    world.opt_out("b", 1010)
    world.ledger["messages"].clear()
    found = judge(world)
    opt_out = next(check for check in found.checks if check.id == "opt-out")
    assert opt_out.passed
    assert opt_out.figures["raced"] == 1


def test_an_inbound_answer_is_timed_by_our_clock_and_given_the_clocks_tolerance(world: World) -> None:
    change_leg(world, "leg-i1", answered_at=at(7201.2))  # at speed 1 the tolerance is a quarter of a second
    assert failed(judge(world)) == {}
    change_leg(world, "leg-i1", answered_at=at(7201.3))
    assert failed(judge(world)) == {"books-calls": ["CAleg-i1"]}


def test_an_answer_no_callback_told_is_worked_out_from_the_end_and_given_more(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.delete(webhook_event, webhook_event.c.leg_id == "leg-a2")
    change_leg(world, "leg-a2", answered_at=at(3612.2))
    assert failed(judge(world)) == {}
    change_leg(world, "leg-a2", answered_at=at(3612.3))
    assert failed(judge(world)) == {"books-calls": ["CAleg-a2"]}


def test_the_carriers_own_confirmation_of_a_stop_is_not_ours(world: World) -> None:
    confirmation = dict(world.ledger["messages"][0]) | {"sid": "SMcarrier", "direction": "outbound-reply"}
    world.ledger["messages"].append(confirmation)
    assert failed(judge(world)) == {}


def test_running_campaigns_are_judged_only_when_the_day_is_over(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.update(campaign, campaign.c.id == "tracing", state="running")
    _still_trying(world)
    assert failed(judge(world)) == {}
    assert failed(judge(world, final=True)) == {"outcome": ["cc-a"]}


def test_incidents_are_listed_without_failing(world: World) -> None:
    with world.rt.db.begin() as tx:
        tx.insert(incident, id="inc1", kind="two-found", subject="leg-a1", details={}, at=START)
    result = judge(world)
    assert result.passed
    assert "incident inc1: two-found (leg-a1)" in result.as_text()


def test_the_command_prints_json_and_fails_with_code_1(world: World, tmp_path: Path) -> None:
    saved = tmp_path / "ledger.json"
    saved.write_text(json.dumps(world.ledger))
    run = ["carrier", "--ledger", str(saved), "--format", "json"]
    assert CliRunner().invoke(audit, run, obj=lambda: world.rt).exit_code == 0
    _in_doubt(world)
    result = CliRunner().invoke(audit, run, obj=lambda: world.rt)
    assert result.exit_code == 1
    checks = {check["id"]: check for check in json.loads(result.output)["checks"]}
    assert checks["loose-ends"]["offences"] == [
        {"subject": "leg-b1", "why": "leg still in-doubt with status busy"}
    ]


def test_no_offence_ever_shows_a_number(world: World) -> None:
    for lie in (_two_at_once, _after_stop, _texted_after_stop):
        lie(world)
    assert "63998" not in judge(world).as_text()
