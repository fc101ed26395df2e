"""A desk in a browser: a whole call by keyboard alone, in two languages, on a wide screen and on a telephone.

Set ``CALLSVC_SCREENSHOTS`` to a directory to keep the pictures.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from callsvc.accounts.service import add_account
from callsvc.agents.tables import agent, agent_presence
from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.directory.definition import read_directory
from callsvc.directory.service import apply_directory
from callsvc.platforms.tables import platform
from callsvc.runtime import Runtime
from tests.app.browsing import THEMES, Console, keep, must_fit
from tests.app.browsing import console as serve
from tests.app.world import PASSWORD
from tests.conftest import stopped_world
from tests.desk.test_life import known, slot
from tests.desk.test_pages import DIRECTORY
from tests.routing.world import World

pytestmark = pytest.mark.browser

EMAILS = {"fr": "poste@example.org", "en": "desk@example.org"}
CARD = {
    "script": {"fr": "Bonjour, ici le Bas-Rhin.", "en": "Hello, on behalf of Bas-Rhin."},
    "links": [{"title": "Sites", "url": "https://example.org/sites"}],
}
WIDE, NARROW = 1280, 390


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, settings: Settings
) -> Iterator[World]:
    path = tmp_path_factory.mktemp("desk") / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = connect(f"sqlite:///{path}")
    yield World(stopped_world(engine, settings)).open()
    engine.dispose()


@pytest.fixture(scope="module")
def desks(world: World) -> dict[str, str]:
    """An agent of Bas-Rhin in each language, by it."""
    found = {}
    for language, email in EMAILS.items():
        found[language] = world.agent("67", ready=False, languages=(language,))
        account = add_account(
            world.rt,
            email,
            password=PASSWORD,
            role="agent",
            regions=("44",),
            language=language,
            name=language,
        )
        with world.rt.db.begin() as tx:
            tx.update(agent, agent.c.id == found[language], account_id=account)
    with world.rt.db.begin() as tx:
        tx.update(platform, platform.c.code == "67", card=CARD)
        slot(tx, "67", "vaccine", capacity=3)
    apply_directory(world.rt, read_directory(DIRECTORY), "test")
    return found


@pytest.fixture(scope="module")
def console(world: World, desks: dict[str, str]) -> Iterator[Console]:
    def nothing_more(_rt: Runtime) -> None:
        pass

    with serve(world.rt, nothing_more) as console:
        yield console


def shown(page: Page, console: Console, name: str) -> None:
    """The page fits wide and narrow, and is kept in both themes."""
    for theme in THEMES:
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for width in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": 900})
            must_fit(page)
            keep(page, f"desk-{name}-{width}-{theme}")
    page.set_viewport_size({"width": WIDE, "height": 900})


def told(console: Console, page: Page, words: str) -> None:
    """The stream says that the desk changed, and the page shows it."""
    console.stream.tell("desk")
    expect(page.locator("main")).to_contain_text(words)


def by_key(page: Page, key: str) -> None:
    """The key of a button, with Alt, once the page listens."""
    expect(page.locator("#live-state.on")).to_be_attached()
    page.keyboard.press(f"Alt+{key}")


def test_a_call_from_ready_to_the_next_by_keyboard_alone(
    world: World, desks: dict[str, str], console: Console
) -> None:
    mine = desks["en"]
    page = console.open(EMAILS["en"])
    page.goto("/desk/")
    expect(page.locator("main")).to_contain_text("Say that you are ready")
    shown(page, console, "away")
    by_key(page, "y")
    expect(page.locator("main")).to_contain_text("The next call appears here")
    shown(page, console, "ready")
    waiting = world.waits("67", language="en")
    with world.rt.db.begin() as tx:
        known(tx, waiting, "67", "44")
    told(console, page, "A call for you")
    shown(page, console, "offer")
    by_key(page, "t")
    expect(page.locator("main")).to_contain_text("Your telephone rings")
    row: Any = world.reservation_of(mine)
    world.news(row.agent_leg_id, "in-progress")
    world.join(row.conference_id, row.agent_leg_id)
    world.join(row.conference_id, waiting.leg_id)
    told(console, page, "In conversation")
    expect(page.locator("main")).to_contain_text("Hello, on behalf of Bas-Rhin.")
    expect(page.locator("#slot")).to_contain_text("vaccine")
    shown(page, console, "talk")
    by_key(page, "h")
    expect(page.locator("main")).to_contain_text("Take back")
    by_key(page, "h")
    expect(page.locator("main")).not_to_contain_text("Take back")
    by_key(page, "r")
    expect(page.locator("main")).to_contain_text("How did it end?")
    expect(page.locator(".countdown").first).to_have_text("0:59", timeout=5_000)  # it runs
    shown(page, console, "wrap-up")
    by_key(page, "1")
    expect(page.locator("main")).to_contain_text("The last call ended as")
    shown(page, console, "undo")
    by_key(page, "u")
    expect(page.locator("main")).to_contain_text("How did it end?")
    by_key(page, "2")
    expect(page.locator("main")).to_contain_text("The next call appears here")
    page.context.close()
    console.expect()


def test_a_desk_says_that_it_is_there_and_goes_on_when_the_stream_is_lost(
    world: World, desks: dict[str, str], console: Console
) -> None:
    page = console.open(EMAILS["fr"])
    page.goto("/desk/")
    expect(page.locator("#live-state")).to_have_text("En direct")
    with world.rt.db.read() as tx:
        mine = agent_presence.c.agent_id == desks["fr"]
        assert tx.first(sa.select(agent_presence).where(mine)) is not None
    console.stream.fail()
    banner = page.locator("#connection-lost")
    expect(banner).to_be_visible(timeout=15_000)
    expect(banner).to_contain_text("La connexion est perdue")
    shown(page, console, "lost")
    page.locator("button[value=available]").click()
    world.waits("67", language="fr")
    expect(page.locator("main")).to_contain_text("Un appel pour vous", timeout=15_000)  # it looks by itself
    console.stream.down = False
    expect(banner).to_be_hidden(timeout=20_000)
    page.goto("/desk/line")
    shown(page, console, "line")
    page.context.close()
    console.complaints.clear()  # of the stream that was down
