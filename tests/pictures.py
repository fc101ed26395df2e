"""Renews the pictures of the documentation from a demonstration that really runs: ``make pictures``.

    python -m tests.pictures docs/images

Half-way through the morning a browser signs in and takes the dashboard and a campaign's page.
"""

import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from callsvc.demo.campaigns import TRACING
from callsvc.demo.country import ADMINISTRATOR
from callsvc.demo.dataset import write_demo_files
from callsvc.demo.run import NINE_IN_PARIS
from callsvc.demo.story import Morning, Plan
from callsvc.processes.testing import running_stack
from tests.app.browsing import CHROMIUM, FLAGS

MINUTES, SPEED = 24.0, 30.0
_PAGES = {"console": "/console/", "campaign": f"/console/campaigns/{TRACING}"}


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
        lived.join(timeout=MINUTES * 60 / SPEED * 0.8)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take(browser, stack.web_url, morning.password, directory)
            browser.close()
        lived.join()
        rt.db.engine.dispose()


def take(browser: Browser, web_url: str, password: str, directory: Path) -> None:
    """Light and dark, wide and narrow; only the wide light ones are shown in the documentation."""
    directory.mkdir(parents=True, exist_ok=True)
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
        page.goto(f"{web_url}/console/sign-in")
        page.fill("[name=email]", ADMINISTRATOR)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/console/")
        for name, path in _PAGES.items():
            page.goto(web_url + path)
            page.wait_for_load_state("load")
            suffix = "" if (scheme, width) == ("light", 1280) else f"-{scheme}-{width}"
            page.screenshot(path=directory / f"{name}{suffix}.png", full_page=True)
        page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
