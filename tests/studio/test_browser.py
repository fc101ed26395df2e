"""An administrator without a programmer: from a template to a published flow, in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from callsvc.accounts.service import add_account
from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime
from tests.app.browsing import PASSWORD, Console, keep, must_fit
from tests.app.browsing import console as serve
from tests.conftest import stopped_world

pytestmark = pytest.mark.browser
CHIEF = "chief@example.org"


def furnish(rt: Runtime) -> None:
    add_account(
        rt, CHIEF, password=PASSWORD, role="administrator", regions=("*",), name="Chief", language="en"
    )


@pytest.fixture(scope="module")
def console(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, settings: Settings
) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("studio") / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = connect(f"sqlite:///{path}")
    with serve(stopped_world(engine, settings), furnish) as console:
        yield console
    engine.dispose()


def replace(page: Page, old: str, new: str) -> None:
    """Write over a part of the text, as hands would: select it, type."""
    page.evaluate(
        """old => { const field = document.getElementById("source"), at = field.value.indexOf(old);
           field.focus(); field.setSelectionRange(at, at + old.length); }""",
        old,
    )
    page.keyboard.insert_text(new)


def test_from_a_template_to_a_published_flow(console: Console) -> None:
    page = console.open(CHIEF, language="en-GB")
    page.goto("/console/flows/")
    keep(page, "flows-empty")
    page.click("text=New flow")
    page.fill("[name=name]", "my-callback")
    page.select_option("[name=template]", "callback")
    page.click("text=Create draft")
    page.wait_for_selector("#findings .notice")

    replace(page, '"2": no_longer', '"2": no_lon')
    page.wait_for_selector("#findings .severity-error")
    assert "dangling-target" in page.inner_text("#findings")
    keep(page, "flows-edit-error")
    page.click("#findings .severity-error .line >> nth=0")
    marked = page.evaluate("(f => f.value.slice(f.selectionStart, f.selectionEnd))(document.activeElement)")
    assert '"2": no_lon' in marked

    # Put right by a suggestion: the caret stands behind the beginning of the step's name.
    replace(page, '"2": no_lon', '"2": no_l')
    page.keyboard.press("Control+Space")
    page.wait_for_selector("#suggestions li")
    assert page.inner_text("#suggestions li >> nth=0") == "no_longer"
    keep(page, "flows-edit-suggestions")
    page.keyboard.press("Enter")
    page.wait_for_selector("#findings .notice")
    # A key is suggested by its place: inside the braces of a menu.
    replace(page, "invalid_prompt: not_understood", "inv")
    page.keyboard.press("Control+Space")
    page.wait_for_selector("#suggestions li >> text=invalid_prompt")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(": not_understood")
    page.wait_for_selector("#save-state:text-is('Saved')")

    page.click("#editor >> text=Try it")
    page.select_option("select[name=language]", "en")
    page.click(".flow-facts button.primary")
    page.wait_for_selector(".flow-said .says")
    page.click(".flow-said")  # away from the field: keys of the keyboard are keys of the phone
    page.keyboard.press("2")
    page.wait_for_selector(".flow-said .end")
    assert "Thank you and goodbye." in page.inner_text(".flow-said")
    assert "no_longer" in page.inner_text(".flow-path")
    keep(page, "flows-tried")

    page.goto("/console/flows/my-callback/publish")
    page.fill("[name=why]", "Our own callback flow.")
    page.click("button.primary >> text=Publish")
    page.wait_for_selector("text=Our own callback flow.")
    assert page.url.endswith("/console/flows/my-callback")
    keep(page, "flows-published")
    must_fit(page)
    page.context.close()
    console.expect()


def test_a_text_that_somebody_else_changed_is_not_overwritten(console: Console) -> None:
    one, other = console.open(CHIEF, language="en-GB"), console.open(CHIEF, language="en-GB")
    for page in (one, other):
        page.goto("/console/flows/new")
        page.fill("[name=name]", "shared")
        page.click("text=Create draft") if page is one else page.goto("/console/flows/shared/draft")
        page.wait_for_selector("#findings .notice")
    replace(one, "title:", "# Mine.\ntitle:")
    one.wait_for_selector("#save-state:text-is('Saved')")
    replace(other, "title:", "# Yours.\ntitle:")
    other.wait_for_selector("#conflict:not([hidden])")
    assert "Chief" in other.inner_text("#conflict") and "# Yours." in other.input_value("#source")
    for page in (one, other):
        page.context.close()
    console.expect("status of 409")
