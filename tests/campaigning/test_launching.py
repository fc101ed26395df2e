"""The launch: a second person above a size, now or at a moment; and the emergency stop with its report."""

import re
from collections.abc import Callable

import pytest

from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.needing import Terms, approval_terms, set_approval_size
from callsvc.campaigns.service import change_state
from callsvc.runtime import Runtime

from .conftest import Visit

Fill = Callable[..., str]


@pytest.fixture
def big(rt: Runtime, fill: Fill) -> str:
    """Three people where one person may call two."""
    with rt.db.begin() as tx:
        set_approval_size(tx, 2, "command line")
    return fill(3)


def state(rt: Runtime) -> str:
    with rt.db.read() as tx:
        return str(campaign_row(tx, "autumn").state)


def test_above_the_size_nobody_starts_it_alone(rt: Runtime, visit: Visit, big: str) -> None:
    ana, ben = visit("ana"), visit("ben")
    assert "Start now" not in ana.get("/autumn/launch").text
    refused = ana.send("/autumn/start", at="/autumn/launch")
    assert refused.status_code == 409 and "campaign-needs-approval" in refused.text
    ana.send("/autumn/approval/ask", at="/autumn/launch")
    assert "Approve" not in ana.get("/autumn/launch").text.replace("Approvals", "")
    assert ana.send("/autumn/approval/approve", at="/autumn/launch").status_code == 403

    assert "1<span" in ben.get("/").text  # beside the entry of the menu
    assert "1<span" not in ana.get("/").text
    assert "Autumn" in ben.get("/approvals").text
    ben.send("/autumn/approval/approve", at="/autumn/launch")
    assert "Ben" in ana.get("/autumn/launch").text
    ana.send("/autumn/start", at="/autumn/launch")
    assert state(rt) == "running"
    assert "Autumn" not in ben.get("/approvals").text.split("<main")[1]


def test_an_administrator_sets_the_size_where_approvals_are_listed(
    rt: Runtime, visit: Visit, fill: Fill
) -> None:
    fill(3)
    ana = visit("ana")
    assert "Start now" in ana.get("/autumn/launch").text
    assert ana.send("/approvals/size", at="/approvals", people="-1", margin="10").status_code == 422
    ana.send("/approvals/size", at="/approvals", people="2", margin="5")
    assert "Start now" not in ana.get("/autumn/launch").text
    with rt.db.read() as tx:
        assert approval_terms(tx) == Terms(2, 5)
    eve = visit("eve")
    assert "call 2 people alone; a yes covers 5 % more" in eve.get("/approvals").text
    assert eve.send("/approvals/size", at="/new", people="9", margin="5").status_code == 403


def test_a_refusal_needs_its_reason_and_tells_it(visit: Visit, big: str) -> None:
    ana, ben = visit("ana"), visit("ben")
    ana.send("/autumn/approval/ask", at="/autumn/launch")
    assert ben.send("/autumn/approval/refuse", at="/autumn/launch", why="").status_code == 422
    ben.send("/autumn/approval/refuse", at="/autumn/launch", why="The hours are too early.")
    page = ana.get("/autumn/launch").text
    assert "Refused by Ben: The hours are too early." in page and "Ask a second person" in page


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_below_the_size_one_person_is_enough(rt: Runtime, visit: Visit, fill: Fill) -> None:
    fill(1)
    ana = visit("ana")
    assert "Start now" in ana.get("/autumn/launch").text
    ana.send("/autumn/start", at="/autumn/launch")
    assert state(rt) == "running"
    assert "The campaign has started." in ana.get("/autumn").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nobody_starts_a_campaign_with_nobody_in_it(visit: Visit, fill: Fill) -> None:
    fill(0)
    page = visit("ana").get("/autumn/launch").text
    assert "Start now" not in page and "Nobody is in it yet." in page


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_schedule_is_kept_in_local_time_and_a_wrong_one_is_refused(
    rt: Runtime, visit: Visit, fill: Fill
) -> None:
    fill(1)
    ana = visit("ana")
    send = {"starts_at": "2020-11-17T09:00", "ends_at": "2020-11-20T18:00"}
    assert ana.send("/autumn/schedule", at="/autumn/launch", **send).status_code == 302
    with rt.db.read() as tx:
        assert campaign_row(tx, "autumn").starts_at.isoformat() == "2020-11-17T08:00:00+00:00"
    assert 'value="2020-11-17T09:00"' in ana.get("/autumn/launch").text
    for wrong in ({"ends_at": "2020-11-01T09:00"}, {"ends_at": "soon"}, {"ends_at": "2020-11-17T08:00"}):
        answer = ana.send("/autumn/schedule", at="/autumn/launch", **(send | wrong))
        assert answer.status_code == 422, wrong
    ana.send("/autumn/schedule", at="/autumn/launch", starts_at="", ends_at="")
    with rt.db.read() as tx:
        assert campaign_row(tx, "autumn").starts_at is None


def test_an_emergency_stop_asks_for_the_name_and_reports(rt: Runtime, visit: Visit, fill: Fill) -> None:
    fill(2)
    change_state(rt, "autumn", "start", "command line")
    ana = visit("ana")
    assert ana.send("/autumn/stop", at="/autumn").status_code == 422
    assert state(rt) == "running"
    answer = ana.send("/autumn/stop", at="/autumn", typed="autumn")
    report = ana.client.get(answer.location).text
    assert state(rt) == "stopped"
    assert "Emergency stop: Autumn" in report and "Ringing calls hung up" in report
    assert re.search(r"Stopped in [\d.]+ s", report)
    assert visit("eve").client.get(answer.location).status_code == 200  # both are in her region


def test_everything_is_stopped_after_a_word_and_starts_again_once_lifted(
    rt: Runtime, visit: Visit, fill: Fill
) -> None:
    fill(1)
    change_state(rt, "autumn", "start", "command line")
    ana, eve = visit("ana"), visit("eve")
    assert ana.send("/stops", at="/", typed="please").status_code == 422
    assert eve.send("/stops", at="/autumn", typed="STOP").status_code == 403
    answer = ana.send("/stops", at="/", typed="STOP")
    assert state(rt) == "paused"
    assert "Everything was stopped" in ana.get("/").text and "in force" in ana.get("/stops").text
    refused = ana.send("/autumn/resume", at="/autumn")
    assert refused.status_code == 409 and "everything-stopped" in refused.text
    assert eve.client.get(answer.location).status_code == 403
    ana.send("/stops/lift", at=answer.location.removeprefix("/console/campaigns"))
    ana.send("/autumn/resume", at="/autumn")
    assert state(rt) == "running"
    assert "Lifted by Ana" in ana.client.get(answer.location).text
