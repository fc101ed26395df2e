"""A campaign is made step by step; each step is kept by itself, and says what is wrong at its field."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.tables import campaign, campaign_change
from callsvc.flows.service import publish
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text

from .conftest import Visit

BASICS = {
    "title": "Autumn calls",
    "purpose": "Contact tracing",
    "channel": "voice",
    "flow": "contact-tracing",
}
HOURS = {
    "w0-days": ["mon", "tue"], "w0-from": "9h", "w0-to": "18:30", "preset": "public-health",
    "most_tries": "4", "completion_tries": "1", "per_part_of_day": "2", "worth_days": "0",
    "retry-no-answer": "90", "retry-busy": "5", "retry-declined": "240", "retry-machine": "240",
    "retry-hung-up": "60", "retry-abandoned": "60", "retry-failed": "5", "retry-no-answer-part": "1",
}  # fmt: skip
PACE = {
    "caller_id": "+33 1 99 00 01 99", "calls_per_second": "0,5", "most_live": "30", "most_waiting": "10",
    "ring_timeout_s": "25", "machine_detection": "", "per_number_24h": "2", "per_number_7d": "0",
    "most_calls_a_day": "1 000", "minutes_a_day": "0", "euros_a_day": "12,5",
}  # fmt: skip


def config(rt: Runtime, campaign_id: str) -> dict[str, object]:
    with rt.db.read() as tx:
        return dict(campaign_row(tx, campaign_id).config)


def test_a_campaign_is_made_from_a_template_one_step_after_the_other(rt: Runtime, visit: Visit) -> None:
    ana = visit("ana")
    assert "Contact tracing" in ana.get("/new").text
    begun = ana.send("/new/basics", at="/new/basics?template=contact-tracing", **BASICS)
    assert begun.location.endswith("/autumn-calls-2020-11/people")
    made = config(rt, "autumn-calls-2020-11")
    assert made["purpose"] == "contact-tracing" and made["title"] == "Autumn calls"

    path = "/autumn-calls-2020-11"
    assert ana.send(f"{path}/people").location.endswith("/hours")
    assert ana.send(f"{path}/hours", **HOURS).location.endswith("/pace")
    assert ana.send(f"{path}/pace", **PACE).location.endswith("/check")
    kept = config(rt, "autumn-calls-2020-11")
    assert kept["windows"] == [{"days": ["mon", "tue"], "from": "09:00", "to": "18:30"}]
    assert kept["retries"]["policies"]["no-answer"]["other_part_of_day"] is True  # type: ignore[index]
    assert kept["retries"]["most_tries"] == 4  # type: ignore[index]
    assert kept["pacing"]["calls_per_second"] == 0.5  # type: ignore[index]
    assert (kept["caller_id"], kept["most_calls_a_day"]) == ("+33199000199", 1000)
    assert kept["budget"]["euros_a_day"] == 12.5  # type: ignore[index]
    assert 'value="18:30"' in ana.get(f"{path}/hours").text
    assert "Mon, Tue 09:00–18:30" in ana.get(f"{path}/launch").text


def test_a_template_brings_its_settings_and_nothing_is_called(rt: Runtime, visit: Visit) -> None:
    sent = BASICS | {"name": "shots", "flow": "vaccination"}
    visit("ana").client.get("/console/campaigns/new")
    ana = visit("ana")
    assert ana.client.post(
        "/console/campaigns/new/basics?template=vaccination",
        data=sent | {"csrf_token": token(ana.get("/new/basics?template=vaccination").text)},
    ).location.endswith("/shots/people")
    assert config(rt, "shots")["windows"] == [
        {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "10:00", "to": "19:00"}
    ]
    with rt.db.read() as tx:
        assert campaign_row(tx, "shots").state == "draft"


def token(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found
    return found[1]


def test_a_campaign_is_copied_without_its_people(rt: Runtime, visit: Visit, fill: Callable[..., str]) -> None:
    fill(2, pacing={"calls_per_second": 7, "most_live": 9})
    ana = visit("ana")
    page = ana.get("/new/basics?copy=autumn").text
    assert 'value="Copy of Autumn"' in page
    sent = BASICS | {"title": "Copy of Autumn", "name": "winter", "csrf_token": token(page)}
    ana.client.post("/console/campaigns/new/basics?copy=autumn", data=sent)
    assert config(rt, "winter")["pacing"]["most_live"] == 9  # type: ignore[index]
    assert "People in this campaign: 0" in ana.get("/winter/people").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "This is needed."),
        ({"name": "Two Words"}, "Small letters, digits and hyphens"),
        ({"name": "approvals"}, "Small letters, digits and hyphens"),
        ({"name": "callers"}, "Small letters, digits and hyphens"),
        ({"name": "autumn"}, "Another campaign has this name."),
        ({"purpose": "!!!"}, "A word or two in letters"),
        ({"flow": "nowhere"}, "This flow is not published."),
        ({"channel": "fax"}, "This choice does not exist."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    visit: Visit, fill: Callable[..., str], wrong: dict[str, str], said: str
) -> None:
    fill(0)
    answer = visit("ana").send("/new/basics", **(BASICS | wrong))
    assert answer.status_code == 422 and said in answer.text
    assert wrong.keys() == {"title"} or "Autumn calls" in answer.text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("step", "wrong", "said"),
    [
        ("hours", {"w0-to": "08:00"}, "A window closes after it opens"),
        ("hours", {"w0-days": []}, "Choose the days of this window."),
        ("hours", {"w0-to": "tea time"}, "Times are written like 09:00"),
        ("hours", {"w0-days": [], "w0-from": "", "w0-to": ""}, "Without a window nobody is ever called"),
        ("hours", {"retry-busy": "soon"}, "Minutes from 1 to"),
        ("hours", {"most_tries": "0"}, "At least 1 is needed."),
        ("pace", {"calls_per_second": "fast"}, "A number is needed."),
        ("pace", {"caller_id": "+33612345678"}, "This sender may not be used for that"),
        ("pace", {"caller_id": ""}, "This sender may not be used for that"),
    ],
)
def test_a_wrong_setting_keeps_nothing_of_its_step(
    rt: Runtime, visit: Visit, fill: Callable[..., str], step: str, wrong: dict[str, object], said: str
) -> None:
    before = config(rt, fill(0))
    answer = visit("ana").send(f"/autumn/{step}", **({"hours": HOURS, "pace": PACE}[step] | wrong))
    assert answer.status_code == 422 and said in answer.text
    assert config(rt, "autumn") == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_week_draws_what_is_typed_and_keeps_nothing(
    rt: Runtime, visit: Visit, fill: Callable[..., str]
) -> None:
    before, ana = config(rt, fill(1)), visit("ana")
    sent = HOURS | {"w0-days": ["sun"], "w0-from": "10:00", "w0-to": "11:00", "week": "2020-12-21"}
    whole = ana.send("/autumn/hours/week", at="/autumn/hours", **sent)
    assert "<!doctype" in whole.text and "10:00–11:00" in whole.text and "Saint Stephen" in whole.text
    hidden = {"csrf_token": token(ana.get("/autumn/hours").text)}
    part = ana.client.post(
        "/console/campaigns/autumn/hours/week", data=sent | hidden, headers={"HX-Request": "true"}
    )
    assert "<!doctype" not in part.text and "10:00–11:00" in part.text
    assert config(rt, "autumn") == before


def test_two_people_do_not_overwrite_each_other(rt: Runtime, visit: Visit, fill: Callable[..., str]) -> None:
    fill(1)
    ana, ben = visit("ana"), visit("ben")
    mark = re.search(r'name="mark" value="(\w+)"', ana.get("/autumn/pace").text)
    assert mark
    ben.send("/autumn/pace", **PACE)
    answer = ana.send("/autumn/pace", **(PACE | {"most_live": "99", "mark": mark[1]}))
    assert answer.status_code == 422 and "Somebody changed these settings" in answer.text
    assert config(rt, "autumn")["pacing"]["most_live"] == 30  # type: ignore[index]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_new_version_of_the_flow_is_taken_only_when_asked(
    rt: Runtime, visit: Visit, fill: Callable[..., str]
) -> None:
    fill(1)
    with rt.db.begin() as tx:
        old = campaign_row(tx, "autumn").flow_version
        rt.clock.advance(60)  # type: ignore[attr-defined]
    with rt.db.begin() as tx:
        new = publish(tx, flow_text("contact-tracing").replace("Contact tracing call", "A call"), "test")
    ana = visit("ana")
    ana.send("/autumn/pace", **PACE)
    with rt.db.read() as tx:
        assert campaign_row(tx, "autumn").flow_version == old != new
    assert "A newer version" in ana.get("/autumn/basics").text
    ana.send("/autumn/basics", **(BASICS | {"purpose": "contact-tracing", "newest": "1"}))
    with rt.db.read() as tx:
        assert campaign_row(tx, "autumn").flow_version == new


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whoever_makes_a_campaign_for_a_region_sees_it_and_a_stranger_does_not(visit: Visit) -> None:
    eve = visit("eve")
    eve.send("/new/basics", **(BASICS | {"name": "mine"}))
    assert eve.get("/mine/hours").status_code == 200
    assert "Autumn calls" in eve.get("/").text
    ana = visit("ana")
    ana.send("/new/basics", **(BASICS | {"name": "theirs"}))
    assert eve.get("/theirs/hours").status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_campaign_that_is_over_shows_its_settings_and_takes_no_others(
    rt: Runtime, visit: Visit, fill: Callable[..., str]
) -> None:
    fill(1)
    with rt.db.begin() as tx:
        tx.update(campaign, campaign.c.id == "autumn", state="stopped")
    ana = visit("ana")
    for step in ("basics", "people", "hours", "pace", "check", "launch", "file", "changes"):
        assert ana.get(f"/autumn/{step}").status_code == 200, step
    assert "The campaign is over" in ana.send("/autumn/pace", **PACE).text
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(campaign_change)) == 1
