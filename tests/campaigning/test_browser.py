"""An administrator's morning in a browser, on real processes and simulated people.

A list becomes a campaign: its columns are looked at while it is imported, its hours and its pace are set, a
second person approves, it calls everybody and ends. Then a copy of it is stopped in an emergency.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from callsvc.accounts.service import add_account
from callsvc.audit.carrier import audit_carrier
from callsvc.audit.ledger import fetch_ledger
from callsvc.campaigns.needing import set_approval_size
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.flows.service import publish
from callsvc.processes.running import RunningStack
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text
from tests.app.browsing import keep, must_fit
from tests.app.whole_service import sign_in, whole_service
from tests.factories import make_country

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.xdist_group("stack")]

PASSWORD = "correct horse battery"
NEEDED = {
    *("redis", "web", "stream", "simulator", "ticker"),
    *("worker-dialing", "worker-handover", "worker-imports", "worker-previews", "worker-messages"),
}
ANSWER = [f"+3363998{number:04d}" for number in range(10, 16)]
RING = [f"+3363998{number:04d}" for number in range(40, 44)]
TALK = [
    {"hears": "right person, press 2", "press": "1", "after": 1.0},
    {"hears": "year of birth", "press": "1971", "after": 1.0},
    {"hears": "no symptoms, press 2", "press": "2", "after": 1.0},
]


def simulated() -> list[dict[str, Any]]:
    talkers = [{"number": one, "answers": "human", "ring": 2.0, "replies": TALK} for one in ANSWER]
    return talkers + [{"number": one, "answers": "human", "ring": 600.0, "replies": []} for one in RING]


def list_of(numbers: list[str], *, wrong: int = 0) -> bytes:
    rows = ["Nom;Prénom;Tél.;CP;Langue;Né le"]
    rows += [f"Essai{n};Camille;0{one[3:]};67000;anglais;01/02/1971" for n, one in enumerate(numbers)]
    rows += [f"Faux{n};Camille;12 34;67000;anglais;01/02/1971" for n in range(wrong)]
    return ("\r\n".join(rows) + "\r\n").encode("cp1252")


@contextmanager
def morning(directory: Path) -> Iterator[tuple[RunningStack, Runtime, Browser]]:
    extra = {"CALLSVC_CALLS_PER_SECOND": "5", "SIMULATOR_CPS": "5"}
    with whole_service(directory, furnish, simulated(), speed=10.0, extra=extra, only=NEEDED) as all_of_it:
        yield all_of_it


def furnish(rt: Runtime) -> None:
    for name in ("ana", "ben"):
        add_account(
            rt, f"{name}@example.org", password=PASSWORD, role="administrator", regions=("*",),
            name=name.title(), language="en",
        )  # fmt: skip
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, flow_text("contact-tracing"), "test")
        set_approval_size(tx, 5, "test")


def signed_in(browser: Browser, stack: RunningStack, name: str) -> Page:
    page = sign_in(browser, stack, name, PASSWORD)
    page.wait_for_selector("#live-state", state="attached")
    return page


def send_list(page: Page, name: str, content: bytes, *, people: int) -> None:
    """From the file to the report of its import, which appears by itself."""
    page.set_input_files("[name=list]", {"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Send and look at its columns").click()
    page.wait_for_selector("table.mapping")
    assert page.locator("[name=c2]").input_value() == "phone"
    keep(page, "wizard-columns")
    page.get_by_role("button", name="Import").click()
    expect(page.locator("#live")).to_contain_text("Imported")
    expect(page.locator('[data-status="kept"]')).to_have_text(str(people))


def onward(page: Page, heading: str) -> None:
    page.get_by_role("button", name="Keep and go on").click()
    page.wait_for_selector(f'nav.steps [aria-current]:has-text("{heading}")')


def test_a_campaign_from_a_file_to_its_end_and_one_that_is_stopped(tmp_path: Path) -> None:
    with morning(tmp_path) as (stack, rt, browser):
        ana = signed_in(browser, stack, "ana")
        make_and_check(ana)
        approve(ana, signed_in(browser, stack, "ben"))
        call_everybody(ana, rt)
        stop_a_copy(ana, rt)
        ledger = audit(stack, rt)
        assert ledger.passed, ledger.as_text()


def make_and_check(ana: Page) -> None:
    ana.goto("/console/campaigns/")
    ana.get_by_role("link", name="New campaign").click()
    ana.get_by_role("link", name="Contact tracing").click()
    ana.fill("[name=title]", "Autumn")
    ana.fill("[name=name]", "autumn")
    ana.get_by_role("button", name="Keep and go on").click()
    send_list(ana, "export 2020-11-16.csv", list_of(ANSWER, wrong=2), people=len(ANSWER))
    assert "Refused, by reason" in ana.inner_text("#live")
    with ana.expect_download() as taken:
        ana.get_by_role("link", name="Download what was refused").click()
    assert "12 34" in Path(taken.value.path()).read_text("utf-8-sig")
    ana.get_by_role("link", name="Another list").click()
    ana.uncheck("[name=standing]")
    onward(ana, "Hours and tries")
    set_hours(ana)
    ana.fill("[name=calls_per_second]", "5")
    ana.fill("[name=ring_timeout_s]", "600")
    onward(ana, "Check")
    expect(ana.locator('[data-status="now"]')).to_have_text("6")
    keep(ana, "wizard-check")
    ana.get_by_role("link", name="Go on").click()
    assert "6 people are in it" in ana.inner_text("main")
    expect(ana.get_by_role("button", name="Start now")).to_have_count(0)
    ana.get_by_role("button", name="Ask a second person").click()
    expect(ana.locator("#approval")).to_contain_text("waiting for a second person")
    keep(ana, "wizard-launch")


def set_hours(ana: Page) -> None:
    """A window that closes too early is drawn before it is kept, and put right."""
    ana.fill("[name=w0-to]", "12:00")
    ana.press("[name=w0-to]", "Tab")
    expect(ana.locator("#week")).to_contain_text("08:00–12:00")
    keep(ana, "wizard-hours")
    ana.fill("[name=w0-to]", "7:00")
    ana.get_by_role("button", name="Keep and go on").click()
    expect(ana.locator(".summary")).to_be_focused()
    ana.fill("[name=w0-to]", "20:00")
    ana.fill("[name=most_tries]", "1")
    ana.fill("[name=completion_tries]", "0")
    onward(ana, "Sender and pace")


def approve(ana: Page, ben: Page) -> None:
    ben.goto("/console/campaigns/")
    waiting = ben.get_by_role("link", name=re.compile("Approvals 1"))
    expect(waiting).to_be_visible()
    waiting.click()
    ben.get_by_role("link", name="Autumn").click()
    ben.get_by_role("button", name="Approve", exact=True).click()
    expect(ben.locator("#approval")).to_contain_text("Ben")
    expect(ana.locator("#approval")).to_contain_text("approved")  # by itself


def call_everybody(ana: Page, rt: Runtime) -> None:
    ana.get_by_role("button", name="Start now").click()
    ana.locator("#ask-start").get_by_role("button", name="Start").click()
    expect(ana.locator(".state.running, .state.completed")).to_be_visible()
    expect(ana.locator('[data-status="done"]')).to_have_text("6", timeout=40_000)
    expect(ana.locator(".state.completed")).to_be_visible(timeout=15_000)
    keep(ana, "campaign-over")
    must_fit(ana)
    with rt.db.read() as tx:
        place = campaign_contact.c
        rows = tx.all(sa.select(place.outcome, place.last_disposition).where(place.campaign_id == "autumn"))
    assert {row.outcome for row in rows} == {"reached"}, rows


def stop_a_copy(ana: Page, rt: Runtime) -> None:
    ana.get_by_role("link", name="Copy").click()
    ana.fill("[name=name]", "winter")
    ana.get_by_role("button", name="Keep and go on").click()
    send_list(ana, "export 2020-11-17.csv", list_of(RING), people=len(RING))
    ana.goto("/console/campaigns/winter/launch")
    ana.get_by_role("button", name="Start now").click()
    ana.locator("#ask-start").get_by_role("button", name="Start").click()
    expect(ana.locator('[data-status="live"]')).to_have_text("4", timeout=20_000)
    ana.get_by_role("button", name="Emergency stop").click()
    dialog = ana.locator("#ask-stop")
    dialog.get_by_role("textbox").fill("winter")
    dialog.get_by_role("button", name="Stop").click()
    expect(ana.locator("#live")).to_contain_text(re.compile(r"Stopped in [\d.]+ s"))
    keep(ana, "campaign-stopped")
    ended = sum(int(ana.locator(f'[data-status="{how}"]').inner_text()) for how in ("ringing", "queued"))
    seconds = re.search(r"Stopped in ([\d.]+) s", ana.inner_text("#live"))
    assert ended == len(RING) and seconds and float(seconds[1]) < 5
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(campaign.c.state).where(campaign.c.id == "winter")) == "stopped"


def audit(stack: RunningStack, rt: Runtime) -> Any:
    return audit_carrier(rt, fetch_ledger(stack.simulator_url), final=True)
