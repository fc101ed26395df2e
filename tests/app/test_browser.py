"""The console in a real browser: true figures, both languages, both schemes, both ends of the screen range.

Set ``CALLSVC_SCREENSHOTS`` to a directory to keep the pictures.
"""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_socket
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from callsvc.app import create_app
from callsvc.runtime import Runtime
from callsvc.stream.testing import stream_beside

from .world import CHIEF, LOCAL, PASSWORD, note, seed

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def server(rt: Runtime) -> Iterator[BaseWSGIServer]:
    """The application, and its stream at an address of its own, as on one machine without a proxy."""
    seed(rt)
    pytest_socket.enable_socket()
    server = make_server("127.0.0.1", 0, create_app(rt), threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    server.block_on_close = False  # type: ignore[attr-defined]
    at = rt.settings.model_copy(update={"public_base_url": f"http://127.0.0.1:{server.server_port}"})
    with stream_beside(replace(rt, settings=at)) as stream:
        at = at.model_copy(update={"callsvc_stream_url": stream})
        server.app = create_app(replace(rt, settings=at))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(server: BaseWSGIServer) -> Iterator[Page]:
    """A page of a fresh browser; anything the page complains about on its console fails the test."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        address = f"http://127.0.0.1:{server.server_port}"
        context = browser.new_context(base_url=address, locale="fr-FR", timezone_id="Europe/Paris")
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()
    assert complaints == []


def sign_in(page: Page, email: str) -> None:
    page.goto("/console/")
    page.get_by_role("textbox", name="E-mail").or_(page.locator("input[name=email]")).first.fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button.primary").click()
    page.wait_for_selector("#live")


def keep(page: Page, name: str, directory: Path) -> None:
    """Pictures of a page in both schemes at both widths; and no page may be wider than its screen."""
    directory = Path(os.environ.get("CALLSVC_SCREENSHOTS", directory))
    directory.mkdir(parents=True, exist_ok=True)
    for width, height in ((390, 844), (1280, 800), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide on a screen of {width}"
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=directory / f"{name}-{width}-{scheme}.png", full_page=True)


def figure(page: Page, region: str, title: str) -> str:
    return page.locator(f'tr[data-region="{region}"] td[data-label="{title}"]').inner_text().strip()


def test_the_dashboard_in_french_shows_true_figures_and_follows_changes(
    rt: Runtime, page: Page, tmp_path: Path
) -> None:
    page.goto("/console/")
    keep(page, "sign-in", tmp_path)
    sign_in(page, CHIEF)
    assert page.locator("h1").inner_text() == "Tableau de bord"
    page.set_viewport_size({"width": 1280, "height": 800})
    assert figure(page, "44", "En attente") == "3"
    assert figure(page, "11", "Prêts") == "4"
    assert figure(page, "44", "Décrochés") == "10"
    assert figure(page, "44", "Entraide") == "4"
    keep(page, "dashboard-fr", tmp_path)
    page.wait_for_selector("#live-state.on")
    with rt.db.begin() as tx:
        facts = {"waited_s": 5, "agent_region": "11", "overflow": True}
        note(tx, "entry-connected", 77, facts)
        note(tx, "entry-left", 77, {"how": "connected", "waited_s": 5})
    page.locator('tr[data-region="44"] td[data-label="Entraide"]', has_text="5").wait_for(timeout=10_000)


def test_a_campaign_in_french_is_stopped_only_after_a_confirmation(page: Page, tmp_path: Path) -> None:
    sign_in(page, CHIEF)
    page.get_by_role("link", name="Campagnes").click()
    keep(page, "campaigns-fr", tmp_path)
    page.get_by_role("link", name="Suivi des contacts <b>").click()
    assert page.locator('[data-status="done"]').inner_text() == "8"
    keep(page, "campaign-fr", tmp_path)
    page.get_by_role("button", name="Arrêter").click()
    dialog = page.locator("#ask-stop")
    assert "12" in dialog.inner_text()
    keep(page, "campaign-confirm-fr", tmp_path)
    dialog.get_by_role("button", name="Annuler").click()
    assert page.locator(".state").inner_text() == "en cours"
    page.get_by_role("button", name="Arrêter").click()
    dialog.get_by_role("button", name="Arrêter").click()
    page.locator(".state.stopped").wait_for()
    assert page.locator(".state").inner_text() == "arrêtée"


def test_the_pages_in_english_and_the_keyboard_alone(page: Page, tmp_path: Path) -> None:
    sign_in(page, LOCAL)
    assert page.locator("h1").inner_text() == "Dashboard"
    assert figure(page, "44", "Waiting") == "3"
    assert page.locator('tr[data-region="11"]').count() == 0
    keep(page, "dashboard-en", tmp_path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_role("button", name="Français").click()
    page.wait_for_selector("h1:has-text('Tableau de bord')")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_selector("input[name=password]")
