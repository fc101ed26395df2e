"""All processes of the service, people at the simulator's telephones, and browsers before its pages."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Page, sync_playwright

from callsvc.processes.running import RunningStack, running_stack
from callsvc.runtime import Runtime
from tests.app.browsing import CHROMIUM, FLAGS


@contextmanager
def whole_service(
    directory: Path, furnish: Callable[[Runtime], None], people: Sequence[dict[str, Any]], **stack: Any
) -> Iterator[tuple[RunningStack, Runtime, Browser]]:
    """``furnish`` lays its ground; ``stack`` is what ``running_stack`` takes."""
    with running_stack(directory, **stack) as running, sync_playwright() as play:
        rt = running.runtime()
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        try:
            furnish(rt)
            told = list(people)
            sent = requests.post(f"{running.simulator_url}/_simulator/people", json=told, timeout=5)
            assert sent.ok, sent.text
            yield running, rt, browser
        finally:
            browser.close()
            rt.jobs.connection.close()  # type: ignore[attr-defined]
            rt.db.changes.connection.close()  # type: ignore[attr-defined]
            rt.db.engine.dispose()


def sign_in(browser: Browser, stack: RunningStack, name: str, password: str) -> Page:
    """A browser of their own in which name@example.org sends the form; the caller waits for what comes."""
    context = browser.new_context(base_url=stack.web_url, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/console/sign-in")
    page.fill("[name=email]", f"{name}@example.org")
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    return page
