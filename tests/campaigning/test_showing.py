"""The page of one campaign and the list: figures that add up, and an end that is expected."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from callsvc.accounts.scope import Principal
from callsvc.campaigning.ending import expected_end
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.service import add_contacts, change_state
from callsvc.runtime import Runtime
from tests.factories import make_contact

from .conftest import Visit

Fill = Callable[..., str]


@pytest.fixture
def running(rt: Runtime, fill: Fill) -> str:
    fill(40, pacing={"calls_per_second": 0.01, "most_live": 5})
    change_state(rt, "autumn", "start", "command line")
    return "autumn"


def test_a_running_campaign_tells_its_figures_and_its_expected_end(
    rt: Runtime, visit: Visit, running: str
) -> None:
    page = visit("ana").get("/autumn").text
    assert re.search(r'data-status="waiting">40<', page)
    assert "Expected end, retries included:" in page
    assert "Emergency stop" in page and "Pause" in page
    part = visit("ana").get("/autumn/live").text
    assert "<!doctype" not in part and "Expected end" in part


def test_the_expected_end_knows_the_pace_and_the_night(rt: Runtime, visit: Visit, running: str) -> None:
    everything = Principal(account_id="a", role="administrator", regions="*", scopes=frozenset())
    with rt.db.read() as tx:
        row = campaign_row(tx, "autumn")
        file = config_of(row)
        end = expected_end(tx, everything, row, file)
        quick = file.model_copy(update={"pacing": file.pacing.model_copy(update={"calls_per_second": 5})})
        sooner = expected_end(tx, everything, row, quick)
    assert end is not None and sooner is not None
    assert sooner < end
    # 40 people at 0.01 calls a second are 4,000 seconds for the first tries alone.
    assert timedelta(seconds=4000) < end - rt.clock.now() < timedelta(hours=24)
    rt.clock.advance(10 * 3600)  # type: ignore[attr-defined]  # eight in the evening: closed until eight
    with rt.db.read() as tx:
        later = expected_end(tx, everything, row, quick)
    assert later is not None and later.hour >= 7 and later.date() > rt.clock.now().date()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_list_has_a_tab_for_each_state_and_follows_changes(
    rt: Runtime, visit: Visit, fill: Fill, running: str
) -> None:
    fill(0, "winter")
    ana = visit("ana")
    page = ana.get("/").text
    assert 'data-live="campaign"' in page
    assert re.search(r'href="/console/campaigns/\?state=draft"[^>]*>draft <span class="faint">1<', page)
    drafts = ana.get("/?state=draft").text
    assert "/console/campaigns/winter" in drafts and "/console/campaigns/autumn" not in drafts
    part = ana.get("/live?state=running").text
    assert "<!doctype" not in part and "/console/campaigns/autumn" in part


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_with_nothing_in_it_the_list_offers_a_new_campaign(visit: Visit) -> None:
    page = visit("ana").get("/").text
    assert "/console/campaigns/new" in page and "<table" not in page
    assert "/console/campaigns/new" not in visit("sue").get("/").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_check_tells_who_is_not_called_and_leads_to_them(rt: Runtime, visit: Visit, fill: Fill) -> None:
    fill(1)
    with rt.db.begin() as tx:
        add_contacts(tx, "autumn", [make_contact(tx, "+33639980009", zone="Nowhere/Land")])
    page = visit("ana").get("/autumn/check").text
    assert re.search(r'data-status="now">1<', page) and re.search(r'data-status="never">1<', page)
    assert "zone-unknown" in page or "zones-disagree" in page
    assert "Estimated cost of the calls" in page
    assert re.search(r'href="/console/people/\w+"', page)


def test_what_a_campaign_does_beside_its_calls_is_said_on_its_page_and_before_its_launch(
    visit: Visit, fill: Fill
) -> None:
    told = {"text": {"fr": "Entre {from} et {to}."}, "minutes_before": 45, "sender": "+33199000199"}
    text = {"sender": "+33199000199", "text": {"fr": "Rappelez-nous."}}
    budget = {"euros_a_day": 12, "longest_s": 600}
    own = {"households": "apart", "retention_days": 30, "sms": {"prices": {"FR": 0.07}}}
    fill(3, announce=told, sms_fallback=text, budget=budget, **own)
    for address in ("/autumn", "/autumn/launch"):
        page = visit("ana").get(address).text
        for said in (
            "announces each first call, 45 minutes before",
            "Whom no call reached gets one SMS from +33199000199",
            "an automatic call ends after 10 minutes",
            "forgotten 30 days after its end",
            "0.07",
            "contacted one by one",
        ):
            assert said in page, (address, said)


def test_a_campaign_with_nothing_beside_its_calls_says_nothing_of_it(visit: Visit, fill: Fill) -> None:
    fill(1)
    assert 'id="besides"' not in visit("ana").get("/autumn").text
