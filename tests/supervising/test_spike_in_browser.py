"""Two agents in two regions and a supervisor live a spike, in three browsers on real processes.

A call overflows, is taken, listened to, transferred, wrapped up; aid is asked for and given back. Callers and
telephones are the simulator's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from callsvc.accounts.service import add_account
from callsvc.accounts.tables import access_log
from callsvc.agents.service import add_agent
from callsvc.directory.definition import read_directory
from callsvc.directory.service import apply_directory
from callsvc.flows.service import publish
from callsvc.processes.running import RunningStack
from callsvc.routing.service import declare_aid, put_agreement
from callsvc.routing.tables import queue_entry, reservation
from callsvc.runtime import Runtime
from tests.app.browsing import keep, must_fit
from tests.app.whole_service import sign_in, whole_service
from tests.conferences.theatre import DIRECTORY, DOCTOR, FLOW, OURS
from tests.factories import make_country

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.xdist_group("stack")]

PASSWORD = "correct horse battery"
NEEDED = {"redis", "web", "stream", "simulator", "ticker", "worker-handover"}
SETTINGS = {
    "CALLSVC_OFFER_S": "300", "CALLSVC_WRAP_UP_S": "300", "CALLSVC_DEFAULT_PLATFORM": "67",
    "CALLSVC_UNDO_S": "1",
}  # fmt: skip


@contextmanager
def spike(directory: Path) -> Iterator[tuple[RunningStack, Runtime, Browser]]:
    people: list[dict[str, Any]] = [
        {"number": f"+3363998000{n}", "answers": "human", "replies": []} for n in range(1, 5)
    ]
    people += [
        {"number": number, "answers": "human", "ring": 1.0}
        for number in ("client:anna", "client:paul", "client:chief", DOCTOR)
    ]
    with whole_service(directory, furnish, people, speed=3.0, extra=SETTINGS, only=NEEDED) as all_of_it:
        yield all_of_it


def furnish(rt: Runtime) -> None:
    """Anna answers in Grand Est, Paul in Île-de-France; the supervisor of both has a telephone."""
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
        put_agreement(tx, aided="44", aiding="11", rank=1, activate_wait_s=1, release_wait_s=0, cap=10)
        declare_aid(tx, "11", opted_out=False, reserve=0)
    apply_directory(rt, read_directory(DIRECTORY), "test")
    for name, role, regions, platform_code in (
        ("anna", "agent", ("44",), "67"),
        ("paul", "agent", ("11",), "75"),
        ("chief", "supervisor", ("44", "11"), "67"),
    ):
        account = add_account(
            rt, f"{name}@example.org", password=PASSWORD, role=role, regions=regions, language="en",
            name=name.title(),
        )  # fmt: skip
        with rt.db.begin() as tx:
            add_agent(
                tx, client_name=name, platform_code=platform_code, name=name.title(),
                languages=("fr", "en"), skills=("tracing",), account_id=account,
            )  # fmt: skip


def signed_in(browser: Browser, stack: RunningStack, name: str, path: str) -> Page:
    page = sign_in(browser, stack, name, PASSWORD)
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(path)
    page.wait_for_selector("#live-state", state="attached")
    return page


def calls(stack: RunningStack, number: int) -> None:
    """Somebody calls the national number."""
    body = {"from": f"+3363998000{number}", "to": OURS}
    assert requests.post(f"{stack.simulator_url}/_simulator/calls", json=body, timeout=5).ok


def shows(page: Page, text: str) -> None:
    """The page shows this, by itself, soon."""
    expect(page.locator("#live")).to_contain_text(text, timeout=15_000)


def press(page: Page, name: str) -> None:
    page.locator("#live").get_by_role("button", name=name, exact=True).click()


def test_a_spike_overflows_is_shared_and_is_over(tmp_path: Path) -> None:
    with spike(tmp_path) as (stack, rt, browser):
        anna = signed_in(browser, stack, "anna", "/desk/")
        paul = signed_in(browser, stack, "paul", "/desk/")
        chief = signed_in(browser, stack, "chief", "/console/queues/")
        overflow(stack, anna, paul, chief)
        listen_in(paul, chief)
        transfer_and_take_the_next(anna, chief)
        ask_and_give_back(chief)
        wrap_up(anna, paul)
        check_the_books(rt)


def overflow(stack: RunningStack, anna: Page, paul: Page, chief: Page) -> None:
    """Anna takes the first call, the second overflows to Paul, the third waits in the supervisor's sight."""
    for agent in (anna, paul):
        press(agent, "ready")
        shows(agent, "You are ready")
    calls(stack, 1)
    shows(anna, "A call for you")
    press(anna, "Take it")
    shows(anna, "In conversation")
    calls(stack, 2)
    shows(paul, "Grand Est asks for help")
    keep(paul, "spike-offer-of-aid")
    press(paul, "Take it")
    shows(paul, "In conversation")
    calls(stack, 3)
    chief.goto("/console/queues/?state=pending")
    shows(chief, "Grand Est")
    expect(chief.locator('[data-label="Place"]').first).to_have_text("1")
    must_fit(chief)
    keep(chief, "spike-queue")


def listen_in(paul: Page, chief: Page) -> None:
    chief.goto("/console/agents/?state=on-call")
    keep(chief, "spike-agents")
    chief.get_by_role("button", name="Listen to Paul").click()
    shows(chief, "the agent sees that you are there")
    shows(paul, "a supervisor listens")
    press(chief, "Whisper to the agent")
    shows(paul, "a supervisor speaks to you alone")
    keep(chief, "spike-listening")
    keep(paul, "spike-listened-to")
    press(chief, "Leave")
    expect(paul.locator("#live")).not_to_contain_text("a supervisor")


def transfer_and_take_the_next(anna: Page, chief: Page) -> None:
    """Anna hands her caller on to the doctor, says how it ended, and has the one who waited."""
    anna.select_option("#target", "doctor")
    press(anna, "Hand on now")
    shows(anna, "How did it end?")
    keep(anna, "spike-wrap-up")
    press(anna, "reached")
    shows(anna, "A call for you")
    press(anna, "Take it")
    shows(anna, "In conversation")
    chief.goto("/console/queues/?state=pending")
    shows(chief, "Nothing matches")


def ask_and_give_back(chief: Page) -> None:
    chief.goto("/console/aid/")
    shows(chief, "Île-de-France: 1")
    keep(chief, "spike-aid")
    chief.click("text=Ask for aid")
    chief.select_option("[name=mine]", label="Grand Est")
    chief.select_option("[name=other]", label="Île-de-France")
    chief.fill("[name=agents]", "1")
    chief.fill("[name=until]", "16:00")
    chief.click("text=Show the effect")
    chief.wait_for_selector("[data-effect]")
    chief.click("text=Ask for them")
    chief.click("[data-order] >> text=Answer")
    chief.click("text=Lend: 1")
    expect(chief.locator("[data-order]")).to_contain_text("lent")
    chief.click("[data-order] >> text=Look")
    chief.fill("[name=reason]", "calm again")
    chief.click("button:has-text('Give back')")
    expect(chief.locator("[data-order]")).to_contain_text("given back")


def wrap_up(anna: Page, paul: Page) -> None:
    for agent in (anna, paul):
        press(agent, "Hang up")
        shows(agent, "How did it end?")
        press(agent, "reached")
        shows(agent, "You are ready")


def check_the_books(rt: Runtime) -> None:
    with rt.db.read() as tx:
        rows = tx.all(
            sa.select(queue_entry.c.region_code, reservation.c.agent_region, queue_entry.c.left_how)
            .join(reservation, reservation.c.entry_id == queue_entry.c.id)
            .order_by(queue_entry.c.entered_at)
        )
        listened = tx.all(sa.select(access_log.c.details).where(access_log.c.action == "call-listened"))
    assert [tuple(row) for row in rows] == [
        ("44", "44", "connected"), ("44", "11", "connected"), ("44", "44", "connected"),
    ]  # fmt: skip
    assert len(listened) == 1
