"""The page and the telephone in a real browser, as a developer uses them; both themes, small and large.

Set ``CALLSVC_SCREENSHOTS`` to a directory to have pictures.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from twilio.rest import Client

from callsvc.simulator.testing import RunningSimulator, running_simulator
from tests.simulator.service import OURS, Service, eventually

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # milliseconds, on a machine that does other things too

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
AXE = Path(__file__).parents[1] / "contract/node/node_modules/axe-core/axe.min.js"
ADA = "+33639981001"
DESK = "client:desk-7"
MENU = (
    '<Response><Gather numDigits="1" action="/next" timeout="600" language="fr-FR"><Say language="fr-FR">'
    "Bonjour. Pour confirmer, appuyez sur 1.</Say></Gather></Response>"
)
NEXT = "<Response><Say>Merci &lt;script&gt;alert(1)&lt;/script&gt;</Say><Pause length='600'/></Response>"


@pytest.fixture(scope="module")
def slow() -> Iterator[RunningSimulator]:
    """Slow enough for a person: five lived seconds in one."""
    with running_simulator(speed=5) as running:
        yield running


@pytest.fixture
def service(slow: RunningSimulator) -> Iterator[Service]:
    service = Service(slow.settings.auth_token)
    service.documents |= {
        "/menu": MENU,
        "/next": NEXT,
        "/sms": "<Response><Message>Noted.</Message></Response>",
    }
    slow.set_webhooks(voice_url=service.address + "/menu", sms_url=service.address + "/sms")
    yield service
    service.stop()


@pytest.fixture
def client(connect: Callable[..., Client], slow: RunningSimulator) -> Client:
    return connect(slow)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Any, slow: RunningSimulator) -> Iterator[BrowserContext]:
    """A fresh visitor; anything a page complains about on its console fails the test."""
    complaints: list[str] = []
    context = browser.new_context(base_url=slow.address, locale="en-GB", timezone_id="Europe/Paris")
    context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda problem: complaints.append(str(problem.error)))
    yield context
    context.close()
    assert complaints == []
    for held in slow.ask("GET", "/phones")["phones"]:
        slow.ask("DELETE", f"/phones/{held['number']}")


def phone(context: BrowserContext, number: str) -> Page:
    page = context.new_page()
    page.goto("/_simulator/phone?number=" + number.replace("+", "%2B"))
    page.locator("#mode:not(:empty)").wait_for()
    return page


def look(page: Page, name: str) -> None:
    """No page is wider than its screen, axe finds nothing serious in either theme; pictures if wanted."""
    directory = os.environ.get("CALLSVC_SCREENSHOTS")
    for width, height in ((390, 844), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            if directory:
                page.screenshot(path=f"{directory}/simulator-{name}-{width}-{scheme}.png", full_page=True)
            if AXE.exists() and width == 1440:
                assert findings(page) == [], (name, scheme)


def findings(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{found['id']}: {found['nodes'][0]['html']} {found['nodes'][0].get('failureSummary', '')}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
    ]


def test_a_call_rings_is_answered_heard_and_steered_by_keys_and_its_timeline_tells_it(
    context: BrowserContext, client: Client, service: Service
) -> None:
    page = phone(context, ADA)
    placed = client.calls.create(to=ADA, from_=OURS, url=service.address + "/menu", timeout=600)
    page.get_by_role("button", name="Answer").wait_for()
    expect(page.locator("#mode")).to_have_text("Incoming call")
    look(page, "phone-ringing")
    page.get_by_role("button", name="Answer").click()
    expect(page.locator("#log")).to_contain_text("Bonjour. Pour confirmer, appuyez sur 1.")
    expect(page.locator("#log p[lang=fr-FR]")).to_have_count(1)
    expect(page.locator("#gather")).to_have_text("Keys: 1 wanted")
    page.keyboard.press("1")
    expect(page.locator("#caption")).to_have_text("Merci <script>alert(1)</script>")
    page.reload()  # in the middle of the call
    expect(page.locator("#mode")).to_have_text("In a call")
    expect(page.locator("#log")).to_contain_text("appuyez sur 1")
    look(page, "phone-call")
    page.get_by_role("button", name="Hang up").click()
    expect(page.locator("#mode")).to_have_text("The call is over: hung up")
    assert client.calls(placed.sid).fetch().status == "completed"
    page.get_by_role("link", name="Timeline of this call").click()
    expect(page.locator("#story")).to_contain_text("Merci <script>alert(1)</script>")
    page.locator("summary", has_text="/next").click()
    expect(page.locator("details[open] pre")).to_contain_text("<Pause length")
    look(page, "call")
    page.get_by_role("link", name="Transcript").click()
    expect(page.locator("#story kbd")).to_have_text("1")
    look(page, "transcript")


def test_a_call_is_placed_by_keyboard_and_declined_calls_are_busy(
    context: BrowserContext, client: Client, service: Service
) -> None:
    page = phone(context, ADA)
    page.get_by_label("Number to call").fill(OURS)
    page.keyboard.press("Enter")
    expect(page.locator("#log")).to_contain_text("Bonjour")
    assert service.at("/menu")[-1].form["From"] == ADA
    page.get_by_role("button", name="Hang up").click()
    page.locator("#dial").wait_for()
    placed = client.calls.create(to=ADA, from_=OURS, url=service.address + "/menu")
    page.get_by_role("button", name="Decline").click()
    eventually(lambda: client.calls(placed.sid).fetch().status == "busy")


def test_two_telephones_talk_by_typing(context: BrowserContext, client: Client, service: Service) -> None:
    service.documents["/room"] = "<Response><Dial><Conference>browser-room</Conference></Dial></Response>"
    ada, desk = phone(context, ADA), phone(context, DESK)
    for page, number in ((ada, ADA), (desk, DESK)):
        client.calls.create(to=number, from_=OURS, url=service.address + "/room")
        page.get_by_role("button", name="Answer").click()
    expect(ada.locator("#mode")).to_have_text(f"Connected with {DESK}")
    desk.get_by_label("What you say").fill("How can I help <b>you</b>?")
    desk.keyboard.press("Enter")
    expect(ada.locator("#log li.other")).to_contain_text("How can I help <b>you</b>?")
    expect(desk.get_by_label("What you say")).to_have_value("")
    ada.get_by_role("button", name="Put it back").click()
    expect(desk.locator("#mode")).to_have_text("In a call")


def test_text_messages_are_one_conversation(
    context: BrowserContext, client: Client, service: Service
) -> None:
    page = phone(context, ADA)
    client.messages.create(to=ADA, from_=OURS, body="<script>alert(1)</script> tomorrow at nine " * 5)
    expect(page.locator("#messages")).to_contain_text("<script>alert(1)</script> tomorrow at nine")
    expect(page.locator("#messages")).to_contain_text("2 segments")
    page.get_by_label("Text", exact=True).fill("Ça va ê")
    expect(page.locator("#segments")).to_have_text("7 letters · 1 segments")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#messages")).to_contain_text("Noted.")
    page.goto("/_simulator/page/messages?number=1001")
    expect(page.locator("tbody tr")).to_have_count(3)
    look(page, "messages")


def test_the_overview_is_live_and_reads_well(
    context: BrowserContext, slow: RunningSimulator, client: Client, service: Service
) -> None:
    page = context.new_page()
    page.goto("/")
    page.locator(".live.on").wait_for()
    slow.add_people([{"number": "+33639981777", "ring": 30}])
    client.calls.create(to="+33639981777", from_=OURS, url=service.address + "/menu")
    expect(page.locator("#calls")).to_contain_text("+33 6 39 98 17 77")
    page.get_by_label("Fault").select_option("status-callback drop")
    page.get_by_role("button", name="Plan it").click()
    expect(page.locator("#plans")).to_contain_text("status-callback")
    look(page, "overview")
    page.get_by_role("button", name="Remove status-callback drop").click()
    expect(page.locator("#plans")).to_contain_text("everything arrives")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("h1")).to_have_text("Aperçu")
    for path in ("calls", "rooms"):
        page.goto(f"/_simulator/page/{path}")
        look(page, path)
    page.goto("/_simulator/phone")
    look(page, "choose")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
