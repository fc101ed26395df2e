"""Two supervisors in two browsers: one asks for aid, the other lends five until an hour, it is given back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from callsvc.accounts.service import add_account
from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime
from tests.app.browsing import THEMES, Console, keep, must_fit
from tests.app.browsing import console as serve
from tests.app.world import PASSWORD
from tests.conftest import stopped_world
from tests.routing.world import World

pytestmark = pytest.mark.browser
ALSACE, PARIS = "alsace@example.org", "paris@example.org"


def prepare(rt: Runtime) -> None:
    """Grand Est with two agents and a full queue, Île-de-France with twelve and nothing to do."""
    world = World(rt).open()
    for email, name, region in ((ALSACE, "Alice", "44"), (PARIS, "Paul", "11")):
        add_account(
            rt, email, password=PASSWORD, role="supervisor", regions=(region,), language="en", name=name
        )
    for platform_code in ["67"] * 2 + ["75"] * 12:
        world.agent(platform_code)
    for _ in range(14):
        world.waits("67")


@pytest.fixture
def console(tmp_path: Path, sqlite_template: Path, settings: Settings) -> Iterator[Console]:
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = connect(f"sqlite:///{path}")
    with serve(stopped_world(engine, settings), prepare) as found:
        yield found
    engine.dispose()


def picture(page: Page, name: str) -> None:
    """At both widths and in both themes."""
    for theme in THEMES:
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            must_fit(page)
            keep(page, f"{name}-{width}-{theme}")


def test_aid_is_asked_for_given_until_an_hour_and_given_back(console: Console) -> None:
    alice, paul = console.open(ALSACE, language="en-GB"), console.open(PARIS, language="en-GB")
    alice.goto("/console/aid/")
    alice.click("text=Ask for aid")
    alice.select_option("[name=other]", label="Île-de-France")
    alice.fill("[name=agents]", "8")
    alice.fill("[name=until]", "16:00")
    alice.click("text=Show the effect")
    assert "Grand Est, helped" in alice.inner_text("[data-effect]")
    picture(alice, "aid-ask")
    alice.click("text=Ask for them")
    alice.wait_for_selector("[data-order]")

    paul.goto("/console/aid/")
    assert "asked for" in paul.inner_text("[data-order]")
    paul.click("[data-order] >> text=Answer")
    paul.fill("#agents", "5")
    paul.click("text=Show the effect")
    assert "12 → 7" in paul.inner_text("[data-effect]")
    picture(paul, "aid-answer")
    paul.click("text=Lend: 5")
    paul.wait_for_selector("[data-order]")

    alice.goto("/console/aid/")
    for page in (alice, paul):
        said = page.inner_text("[data-order]")
        assert "5 of 8" in said and "16:00" in said and "lent" in said
    picture(paul, "aid-both-see")
    alice.click("[data-order] >> text=Look")
    alice.fill("[name=reason]", "calm again")
    picture(alice, "aid-order")
    alice.click("button:has-text('Give back')")
    alice.wait_for_selector("[data-order]")
    paul.reload()
    assert "given back" in paul.inner_text("[data-order]")
    console.expect()
