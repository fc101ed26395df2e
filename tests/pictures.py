"""Renews the pictures of the documentation from a demonstration that really runs: ``make pictures``.

    python -m tests.pictures var/pictures

Half-way through the morning a browser signs in and takes the pages in both themes at three widths. What the
documentation shows is copied to docs/images; the others are for whoever changes the look.
"""

import shutil
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.service import add_contacts, apply_campaign
from callsvc.contacts.tables import contact
from callsvc.demo.campaigns import TRACING, TRACING_FILE
from callsvc.demo.country import ADMINISTRATOR
from callsvc.demo.dataset import write_demo_files
from callsvc.demo.run import NINE_IN_PARIS
from callsvc.demo.story import Morning, Plan
from callsvc.processes.running import running_stack
from callsvc.runtime import Runtime
from tests.app.browsing import CHROMIUM, FLAGS, THEMES, WIDTHS

MINUTES, SPEED = 24.0, 30.0
IMAGES = Path(__file__).parents[1] / "docs/images"
DRAFT = "vaccination-2020-11"  # a campaign that is being made
PAGES = {
    "console": "/console/",
    "campaigns": "/console/campaigns/",
    "campaign": f"/console/campaigns/{TRACING}",
    "new-campaign": "/console/campaigns/new",
    "wizard-hours": f"/console/campaigns/{DRAFT}/hours?week=2020-12-21&place=67+Europe/Paris",
    "wizard-check": f"/console/campaigns/{DRAFT}/check",
    "wizard-launch": f"/console/campaigns/{DRAFT}/launch",
    "calls": "/console/calls/?state=completed",
    "operations": "/console/operations/",
    "accounts": "/console/accounts/",
}
WHOLE = ("console", "wizard-hours", "wizard-check", "wizard-launch")  # taken to their very end
SHOWN = {
    "console.png": "console-1440-light",
    "calls.png": "calls-1440-dark",
    "narrow.png": "campaign-390-light",
    "campaign.png": "campaign-1440-light",
    "new-campaign.png": "new-campaign-1440-light",
    "wizard-hours.png": "wizard-hours-1440-light",
    "wizard-check.png": "wizard-check-1440-dark",
    "wizard-launch.png": "wizard-launch-1440-light",
}


def main(directory: Path) -> None:
    data = Path(tempfile.mkdtemp(prefix="callsvc-pictures-"))
    files = write_demo_files(data, 2020)
    extra = {"SIMULATOR_PEOPLE": str(files.people), "SIMULATOR_CPS": "5", "CALLSVC_CALLS_PER_SECOND": "2"}
    with running_stack(data, origin=NINE_IN_PARIS, speed=SPEED, extra=extra) as stack:
        rt = stack.runtime()
        plan = Plan(minutes=MINUTES, speed=SPEED)
        morning = Morning(stack, rt, plan, tell=lambda _: None, show=lambda _: None, files=files)
        morning.set_up(data)
        lived = threading.Thread(target=morning.live)
        lived.start()
        lived.join(timeout=MINUTES * 60 / SPEED * 0.3)
        prepare_draft(rt)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take(browser, stack.web_url, morning.password, directory)
            browser.close()
        lived.join()
        rt.db.engine.dispose()
    for name, picture in SHOWN.items():
        shutil.copyfile(directory / f"{picture}.png", IMAGES / name)


def prepare_draft(rt: Runtime) -> None:
    """The tracing campaign again, as the wizard holds it: some people of its list, commercial hours."""
    file = read_campaign(TRACING_FILE.replace(TRACING, DRAFT))
    hours = {"title": "Invitation à la vaccination", "preset": "france-commercial"}
    apply_campaign(rt, file.model_copy(update=hours), "pictures")
    with rt.db.begin() as tx:
        add_contacts(tx, DRAFT, [row.id for row in tx.all(sa.select(contact.c.id).limit(400))])


def take(browser: Browser, web_url: str, password: str, directory: Path) -> None:
    """Every page in every theme and width, as somebody who came once sees them."""
    directory.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(base_url=web_url, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, password)
    with suppress(PlaywrightError):
        page.wait_for_selector("table.matrix", timeout=60_000)  # one region helps another
    for theme in THEMES:
        context.add_cookies([{"name": "callsvc_theme", "value": theme, "url": web_url}])
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for name, path in PAGES.items():
                page.goto(path)
                page.screenshot(path=directory / f"{name}-{width}-{theme}.png", full_page=name in WHOLE)
    context.close()


def sign_in(page: Page, password: str) -> None:
    page.goto("/console/sign-in")
    page.fill("[name=email]", ADMINISTRATOR)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/console/")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/pictures"))
