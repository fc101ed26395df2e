"""A way through these pages in a real browser: search, choose, read, note a wish; on a phone, at night."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime
from tests.app.browsing import THEMES, Console, console, keep, must_fit
from tests.app.test_pages_accessible import AXE, findings
from tests.conftest import stopped_world
from tests.people.world import CHIEF, TEXT, furnish

pytestmark = pytest.mark.browser
WIDTHS = (390, 1440)


def prepare(rt: Runtime) -> None:
    furnish(rt)


@pytest.fixture(scope="module")
def people(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, settings: Settings
) -> Iterator[Console]:
    path = tmp_path_factory.mktemp("people") / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = connect(f"sqlite:///{path}")
    with console(stopped_world(engine, settings), prepare) as served:
        yield served
    engine.dispose()


def test_somebody_is_found_read_and_silenced(people: Console) -> None:
    page = people.open(CHIEF)
    page.goto("/console/people/")
    page.fill("#field-name", "legof zoé")
    page.fill("#field-last_digits", "1278")
    page.press("#field-name", "Enter")
    page.wait_for_url("**/people/found/**")
    assert "gof" not in page.url.lower()
    for width in WIDTHS:
        for theme in THEMES:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            must_fit(page)
            keep(page, f"found-{width}-{theme}")
    page.click("text=Zoé Le Goff")
    page.wait_for_selector(".timeline")
    for width in WIDTHS:
        for theme in THEMES:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            must_fit(page)
            keep(page, f"person-{width}-{theme}")
            assert not AXE.exists() or findings(page, theme) == []
    page.click(".message button.quiet")
    page.wait_for_selector("blockquote.said")
    assert TEXT in page.inner_text("blockquote.said")
    page.click("[data-opens=ask-silence]")
    keep(page, "person-silence")
    page.check("#ask-silence input[value=all]")
    page.click("#ask-silence button.danger")
    page.wait_for_selector(".toast")
    assert page.locator(".numbers .badge.bad").count() >= 2
    page.context.close()


def test_a_timeline_grows_while_somebody_looks_at_it(people: Console) -> None:
    page = people.open(CHIEF)
    page.goto("/console/people/")
    page.fill("#field-name", "yann goff")
    page.press("#field-name", "Enter")
    page.click("text=Yann Le Goff")
    page.wait_for_selector(".standing .why")
    with page.expect_response("**/live") as answer:
        people.stream.tell("campaign:tracing")
    assert answer.value.ok
    page.context.close()
