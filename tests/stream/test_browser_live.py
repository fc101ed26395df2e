"""A page in a real browser over a real Redis and stream process: broken, back again, never stale."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright
from redis import Redis

from callsvc.accounts.sessions import open_session, revoke_sessions
from callsvc.accounts.tables import account
from callsvc.agents.service import add_agent, declare_activity
from callsvc.agents.tables import agent
from callsvc.platforms.tables import platform, region
from callsvc.processes.running import RunningStack, running_stack
from callsvc.runtime import Runtime

from .conftest import add_person

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("stack"), only={"redis", "stream", "web"}) as running:
        yield running


@pytest.fixture
def rt(stack: RunningStack) -> Iterator[Runtime]:
    rt = stack.runtime()
    yield rt
    rt.db.changes.connection.close()  # type: ignore[attr-defined]
    rt.jobs.connection.close()  # type: ignore[attr-defined]
    rt.db.engine.dispose()


def prepare(rt: Runtime) -> tuple[str, list[str]]:
    """A chief who is signed in, and three agents of Grand Est who are offline."""
    with rt.db.begin() as tx:
        tx.insert(region, code="44", name="Grand Est", zone="Europe/Paris")
        tx.insert(platform, code="67", name="Bas-Rhin", region_code="44")
        chief = add_person(tx, "chief", "administrator", "*")
        tx.update(account, account.c.id == chief, language="en")
        agents = [
            add_agent(
                tx, client_name=f"agent-{n}", platform_code="67", name="A", languages=["fr"], skills=["x"]
            )
            for n in range(3)
        ]
        return open_session(tx, chief), agents


def ready(page: Page, figure: str) -> None:
    """The page shows so many agents ready, within some seconds."""
    cell = page.locator('tr[data-region="44"] td[data-label="Ready"]')
    cell.get_by_text(figure, exact=True).wait_for(timeout=15_000)


def test_a_page_that_lost_its_stream_says_so_and_catches_up(stack: RunningStack, rt: Runtime) -> None:
    session, agents = prepare(rt)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        context = browser.new_context(locale="en-GB")
        context.add_cookies([{"name": "callsvc_session", "value": session, "url": stack.web_url}])
        page = context.new_page()
        page.goto(f"{stack.web_url}/console/")
        page.wait_for_selector("#live-state.on")
        with rt.db.begin() as tx:
            declare_activity(tx, agents[0], "available")
        ready(page, "1")

        stack.hold("stream")
        page.wait_for_selector("#live-state.off", timeout=8_000)
        with rt.db.begin() as tx:
            declare_activity(tx, agents[1], "available")
        stack.release("stream")
        page.wait_for_selector("#live-state.on", timeout=25_000)
        ready(page, "2")

        with rt.db.begin() as tx:  # told by nobody
            tx.update(agent, agent.c.id == agents[2], activity="available")
        with Redis.from_url(stack.redis_url) as redis:
            redis.flushall()
        ready(page, "3")

        with rt.db.begin() as tx:
            revoke_sessions(tx, "acc-chief")
        page.wait_for_selector("input[name=password]", timeout=15_000)
        browser.close()
