"""A campaign is changed while it runs, as a form or as its file; who changed what stays, and is undone."""

import re
from collections.abc import Callable

import pytest

from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.service import change_state
from callsvc.runtime import Runtime

from .conftest import Visit

Fill = Callable[..., str]


@pytest.fixture
def running(rt: Runtime, fill: Fill) -> str:
    fill(2)
    change_state(rt, "autumn", "start", "command line")
    return "autumn"


def rate(rt: Runtime) -> float:
    with rt.db.read() as tx:
        return float(campaign_row(tx, "autumn").config["pacing"]["calls_per_second"])


def test_the_file_is_shown_changed_and_applied_to_a_running_campaign(
    rt: Runtime, visit: Visit, running: str
) -> None:
    ana = visit("ana")
    text = ana.get("/autumn/file.yaml").text
    assert read_campaign(text).pacing.calls_per_second == 5
    changed = text.replace("calls_per_second: 5.0", "calls_per_second: 7.0")
    assert changed != text
    assert ana.send("/autumn/file", text=changed).status_code == 302
    assert rate(rt) == 7
    page = ana.get("/autumn/changes").text
    row = re.search(
        r"<code>pacing.calls_per_second</code>.*?<del>([\d.]+)</del>.*?<ins>([\d.]+)</ins>", page, re.S
    )
    assert row and row.groups() == ("5.0", "7.0")
    assert ">Ana<" in page.replace('<span class="faint">', ">").replace("</span>", "<")


def test_the_last_change_is_undone_where_it_is_told_and_in_the_history(
    rt: Runtime, visit: Visit, running: str
) -> None:
    ana = visit("ana")
    text = ana.get("/autumn/file.yaml").text
    ana.send("/autumn/file", text=text.replace("calls_per_second: 5.0", "calls_per_second: 7.0"))
    page = ana.get("/autumn/file").text
    told = re.search(r'action="([^"]+/changes/[^"]+/undo)"', page)
    assert told and "They hold from the next call on." in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    ana.client.post(told[1], data={"csrf_token": token[1]})
    assert rate(rt) == 5
    again = ana.client.post(told[1], data={"csrf_token": token[1]})
    assert again.status_code == 409 and "change-not-last" in again.text
    assert rate(rt) == 5


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: autumn", "id: winter", "The id is the campaign"),
        ("calls_per_second: 5.0", "calls_per_second: -1", "pacing.calls_per_second"),
        ("title:", "titel:", "titel"),
        ("purpose: contact-tracing", "purpose: other", "People have opted out of the purpose"),
        ("flow: contact-tracing", "flow: nowhere", "nowhere"),
    ],
)
def test_a_file_that_is_wrong_is_shown_again_with_the_place(
    rt: Runtime, visit: Visit, running: str, old: str, new: str, said: str
) -> None:
    ana = visit("ana")
    text = ana.get("/autumn/file.yaml").text
    assert old in text
    answer = ana.send("/autumn/file", text=text.replace(old, new))
    assert answer.status_code in (409, 422)
    assert said in answer.text and new in answer.text
    assert rate(rt) == 5


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_form_changes_a_running_campaign_and_leads_back_to_it(visit: Visit, running: str) -> None:
    ana = visit("ana")
    page = ana.get("/autumn/people").text
    assert "Keep and go on" not in page
    answer = ana.send("/autumn/people", standing="1")
    assert answer.location.endswith("/autumn/people")
    assert "Undo" in ana.get("/autumn/people").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_supervisor_reads_what_was_changed_and_changes_nothing(visit: Visit, running: str) -> None:
    sue = visit("sue")
    page = sue.get("/autumn/changes").text
    assert "The campaign was made." in page and "/undo" not in page
    assert sue.get("/autumn/file").status_code == 403
    assert "/autumn/hours" not in sue.get("/autumn").text
