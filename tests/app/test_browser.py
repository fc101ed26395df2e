"""The console in a real browser: true figures that follow changes, both languages, the keyboard alone.

Set ``CALLSVC_SCREENSHOTS`` to a directory to keep the pictures.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from .browsing import Console, keep
from .world import CHIEF, LOCAL, PASSWORD, note

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def no_complaints(console: Console) -> Iterator[None]:
    """Whatever a page says on its console fails the test, unless the test expects it."""
    console.stream.down = False
    console.complaints.clear()
    yield
    console.expect()


@pytest.fixture
def chief(console: Console) -> Iterator[Page]:
    page = console.open(CHIEF)
    yield page
    page.context.close()


def figure(page: Page, region: str, title: str) -> str:
    return page.locator(f'tr[data-region="{region}"] td[data-label="{title}"]').inner_text().strip()


def test_somebody_signs_in_changes_the_language_and_the_theme_and_signs_out(console: Console) -> None:
    page = console.open(language="en-GB")
    page.goto("/console/campaigns/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    page.fill("[name=email]", LOCAL)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()  # the account's own language
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="Light").click()
    assert page.locator("html").get_attribute("data-theme") == "light"
    assert page.get_by_role("button", name="Light").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_selector("[name=password]")
    page.context.close()


def test_the_dashboard_shows_true_figures_and_follows_changes(console: Console, chief: Page) -> None:
    chief.goto("/console/")
    assert chief.locator("h1").inner_text() == "Tableau de bord"
    assert figure(chief, "44", "En attente") == "3"
    assert figure(chief, "11", "Prêts") == "4"
    assert figure(chief, "44", "Décrochés") == "10"
    assert figure(chief, "44", "Entraide") == "4"
    chief.wait_for_selector("#live-state.on")
    with console.rt.db.begin() as tx:
        facts = {"waited_s": 5, "agent_region": "11", "overflow": True}
        note(tx, "entry-connected", 77, facts)
        note(tx, "entry-left", 77, {"how": "connected", "waited_s": 5})
    console.stream.tell("figures")
    chief.locator('tr[data-region="44"] td[data-label="Entraide"]', has_text="5").wait_for()


def test_a_lost_connection_is_shown_and_its_return_brings_the_figures(console: Console, chief: Page) -> None:
    chief.goto("/console/")
    chief.wait_for_selector("#live-state.on")
    console.stream.fail()
    chief.wait_for_selector("#live-state.off")
    assert chief.locator("#live-state").inner_text() == "Interrompu : rechargez"
    console.stream.down = False
    chief.wait_for_selector("#live-state.on", timeout=20_000)
    console.expect("503", "net::ERR", "stream")


def test_ten_thousand_calls_are_sorted_filtered_and_paged_in_the_address(chief: Page) -> None:
    chief.goto("/console/calls/")
    shown = chief.locator("#shown")
    expect(shown).to_contain_text("1–25 / 10")  # the thousands stand behind a space of their own kind
    assert "".join(filter(str.isdigit, shown.inner_text().split("/")[1])) == "10000"
    chief.get_by_role("columnheader", name="Durée").get_by_role("link").click()
    assert chief.url.endswith("/console/calls/?sort=-duration")
    assert chief.get_by_role("columnheader", name="Durée").get_attribute("aria-sort") == "descending"
    longest = chief.locator('td[data-label="Durée"]').first
    assert longest.inner_text() == "6 min 28 s"
    chief.get_by_label("État").select_option(label="occupé")
    chief.get_by_role("button", name="Filtrer").click()
    assert chief.url.endswith("/console/calls/?state=busy&sort=-duration")  # nothing empty is sent
    assert set(chief.locator('td[data-label="État"]').all_inner_texts()) == {"occupé"}
    chief.get_by_role("link", name="Page suivante").click()
    assert chief.url.endswith("?state=busy&sort=-duration&page=2")
    expect(shown).to_contain_text("26–50")
    chief.go_back()
    expect(shown).to_contain_text("1–25")
    assert chief.get_by_label("État").input_value() == "busy"
    chief.get_by_role("link", name="État occupé").click()
    assert chief.url.endswith("/console/calls/?sort=-duration")
    chief.reload()
    assert longest.inner_text() == "6 min 28 s"


def test_an_address_with_nonsense_says_what_was_left_out(chief: Page) -> None:
    chief.goto("/console/calls/?state=burnt&page=0")
    expect(chief.locator(".notice.warn")).to_have_count(2)
    expect(chief.locator(".notice.warn").first).to_contain_text("Le filtre « État » est ignoré")


def test_a_forbidden_page_says_what_to_do(console: Console) -> None:
    page = console.open(LOCAL)
    answer = page.goto("/console/accounts/")
    assert answer and answer.status == 403
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    expect(page.locator("main code")).to_have_text("scope-missing")
    page.get_by_role("link", name="Back to my first page").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    page.context.close()
    console.expect("403")


def test_a_form_with_errors_is_corrected_by_the_keyboard_alone(console: Console, chief: Page) -> None:
    chief.goto("/console/accounts/new")
    expect(chief.locator("#field-email")).to_be_focused()
    chief.keyboard.type("not an address")
    chief.keyboard.press("Enter")
    expect(chief.locator(".summary")).to_be_focused()
    chief.keyboard.press("Tab")
    wrong = chief.locator(chief.evaluate("document.activeElement.hash"))
    chief.keyboard.press("Enter")
    expect(wrong).to_be_focused()
    assert wrong.get_attribute("aria-invalid") == "true"
    described = wrong.get_attribute("aria-describedby") or ""
    expect(chief.locator(f"#{described.split()[-1]}")).to_be_visible()
    assert chief.locator("#field-email").input_value() == "not an address"
    keep(chief, "form-errors")
    console.expect("422")


def test_the_keyboard_skips_to_the_content_and_closes_what_it_opened(chief: Page) -> None:
    chief.goto("/console/campaigns/tracing")
    chief.keyboard.press("Tab")
    assert chief.evaluate("document.activeElement.className") == "skip"
    chief.keyboard.press("Enter")
    assert chief.evaluate("document.activeElement.id") == "main"
    opens = chief.get_by_role("button", name="Arrêt d’urgence")
    opens.focus()
    chief.keyboard.press("Enter")
    expect(chief.locator("#ask-stop")).to_be_visible()
    chief.keyboard.press("Escape")
    expect(chief.locator("#ask-stop")).to_be_hidden()
    expect(opens).to_be_focused()


def test_the_menu_of_a_narrow_screen_unfolds_and_folds(console: Console) -> None:
    page = console.open(CHIEF, width=390)
    page.goto("/console/")
    link = page.get_by_role("link", name="Campagnes")
    expect(link).to_be_hidden()
    button = page.get_by_role("button", name="Menu")
    button.click()
    expect(link).to_be_visible()
    assert button.get_attribute("aria-expanded") == "true"
    keep(page, "menu-390")
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    link.click()
    expect(page.get_by_role("heading", name="Campagnes")).to_be_visible()
    page.get_by_role("button", name="Filtres").click()
    expect(page.get_by_role("search")).to_be_visible()
    page.context.close()


def test_paper_shows_the_content_alone(chief: Page) -> None:
    chief.goto("/console/calls/")
    chief.emulate_media(media="print")
    expect(chief.locator(".side")).to_be_hidden()
    expect(chief.get_by_role("search")).to_be_hidden()
    expect(chief.locator("table")).to_be_visible()


def test_a_pause_is_undone_where_it_is_told(chief: Page) -> None:
    chief.goto("/console/campaigns/tracing")
    assert chief.locator("h1").inner_text() == "Suivi des contacts <b>"
    chief.get_by_role("button", name="Suspendre").click()
    chief.locator("#ask-pause").get_by_role("button", name="Suspendre").click()
    expect(chief.locator(".state.paused")).to_be_visible()
    told = chief.locator(".toast")
    expect(told).to_contain_text("La campagne est suspendue.")
    keep(chief, "toast")
    told.get_by_role("button", name="Annuler").click()
    expect(chief.locator(".state.running")).to_be_visible()
    chief.goto("/console/campaigns/")
    expect(chief.locator(".toast")).to_have_count(0)  # it was told once


def test_a_campaign_is_stopped_only_after_its_name_was_typed(chief: Page) -> None:
    chief.goto("/console/campaigns/tracing")
    assert chief.locator('[data-status="done"]').inner_text() == "8"
    chief.get_by_role("button", name="Arrêt d’urgence").click()
    dialog = chief.locator("#ask-stop")
    expect(dialog).to_contain_text("12")
    keep(chief, "dialog")
    dialog.get_by_role("button", name="Arrêter").click()
    expect(dialog).to_be_visible()  # nothing was typed
    dialog.get_by_role("textbox").fill("tracing")
    dialog.get_by_role("button", name="Arrêter").click()
    expect(chief.locator("#live")).to_contain_text("Appels en sonnerie raccrochés")
    chief.get_by_role("link", name="Suivi des contacts").click()
    expect(chief.locator(".state.stopped")).to_have_text("arrêtée")
    expect(chief.get_by_role("button", name="Arrêt d’urgence")).to_have_count(0)
