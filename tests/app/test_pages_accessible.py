"""Every page of the console, found in the routes by itself: accessible in both themes, fitting every screen.

axe looks for what keeps people with disabilities out; serious and critical findings fail. A page with
parameters needs an example in ``EXAMPLES``. Set ``CALLSVC_SCREENSHOTS`` to a directory to keep the pictures.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import ivr_flows
from ivr_flows.library import flow_text

from .browsing import THEMES, WIDTHS, Console, keep, must_fit
from .world import AGENT, CHIEF, FLOW

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "contract/node/node_modules/axe-core/axe.min.js"
EXAMPLES = {
    "campaign_id": "tracing",
    "account_id": "acc2",
    "contact_id": "ctc0",
    "case_id": "cas0",
    "search_id": "search1",
    "upload_id": "upl1",
    "import_id": "import1",
    "stop_id": "stop1",
    "change_id": "none",
    "entry_id": "ent0",
    "order_id": "aid0",
    "region_code": "44",
    "aiding_code": "11",
    "preview_id": "prv0",
    "flow_id": FLOW,
    "version": ivr_flows.load(flow_text(FLOW)).version,
}
NOWHERE = "/console/nowhere"
FILTERED = "/console/calls/?state=completed&region=44&day-from=2020-11-16&sort=-duration&page=2&size=wrong"


def addresses(console: Console) -> list[str]:
    """Every GET address of the console that answers with a whole page, for an administrator."""
    client = console.app.test_client()
    for cookie in console.cookies(CHIEF):
        client.set_cookie(cookie["name"], cookie["value"])
    found = []
    for rule in console.app.url_map.iter_rules():
        if not rule.rule.startswith("/console") or "GET" not in (rule.methods or ()):
            continue
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: EXAMPLES.get(part[1], part[0]), rule.rule)
        assert "<" not in address, f"{rule.rule} needs an example in EXAMPLES"
        answer = client.get(address)
        if answer.status_code < 300 and answer.text.lstrip().startswith("<!doctype"):
            found.append(address)
    return [*found, FILTERED, NOWHERE]


def findings(page: Page, theme: str) -> list[str]:
    """Serious and critical ones, each with the first place it was seen.

    The themes differ in colours alone: for the second one only contrast is looked at.
    """
    page.evaluate(AXE.read_text())
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if theme != THEMES[0]:
        options["runOnly"] = ["color-contrast"]
    result: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{found['id']}: {found['nodes'][0]['html']} {found['nodes'][0].get('failureSummary', '')}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
    ]


def test_there_are_pages_to_look_at(console: Console) -> None:
    assert {"/console/", "/console/calls/", "/console/campaigns/tracing"} <= set(addresses(console))


def test_every_page_is_accessible_in_both_themes_and_fits_every_screen(console: Console) -> None:
    page = console.open(CHIEF)
    assert wrong_on(page, addresses(console)) == {}
    page.context.close()
    console.expect("status of 404")
    if not AXE.exists():
        pytest.skip("every page fits; axe is not here, tests/prepare.sh installs it where Node.js is")


def test_an_agents_desk_is_accessible_in_both_themes_and_fits_every_screen(console: Console) -> None:
    page = console.open(AGENT)
    assert wrong_on(page, ["/desk/"]) == {}
    page.context.close()


def wrong_on(page: Page, wanted: list[str]) -> dict[str, list[str]]:
    """What axe found, by address and theme; a page that does not fit fails at once."""
    wrong = {}
    for address in wanted:
        page.goto(address)
        for theme in THEMES:
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                must_fit(page)
                keep(page, f"{re.sub(r'[^a-z]+', '-', address).strip('-')}-{width}-{theme}")
            if AXE.exists() and (found := findings(page, theme)):
                wrong[f"{address} {theme}"] = found
    return wrong


def test_the_page_before_signing_in_is_accessible_and_fits(console: Console) -> None:
    if not AXE.exists():
        pytest.skip("axe is not here; tests/prepare.sh installs it where Node.js is")
    for theme in THEMES:
        page = console.open(width=390, theme=theme)
        page.goto("/console/sign-in")
        must_fit(page)
        keep(page, f"sign-in-390-{theme}")
        assert findings(page, theme) == []
        page.context.close()
