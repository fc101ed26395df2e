"""The pages of accounts, as a browser without scripts uses them."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callsvc.accounts.keys import authenticate_key, create_key
from callsvc.accounts.service import sign_in
from callsvc.accounts.tables import account
from callsvc.app import create_app
from callsvc.core.errors import Forbidden
from callsvc.runtime import Runtime

from .people import PASSWORD, add, declare_places, log_of, who

OTHER = "another long password"
ENGLISH = {"Accept-Language": "en"}
Enter = Callable[[str], "Browser"]


class Browser:
    """A client that takes the form token of a page along, as a form does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def see(self, path: str) -> TestResponse:
        return self.client.get(path, headers=ENGLISH)

    def send(self, path: str, page: str = "", **form: object) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page or path).text)
        assert token, page or path
        return self.client.post(path, data=form | {"csrf_token": token.group(1)}, headers=ENGLISH)

    def enter(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.send("/console/sign-in", email=f"{name}@example.org", password=password)


@pytest.fixture
def app(rt: Runtime) -> Flask:
    declare_places(rt)
    add(rt, "chief", "administrator", "*")
    settings = rt.settings.model_copy(
        update={"callsvc_sign_in_rate": "20 per minute", "redis_url": "redis://127.0.0.1:1/0"}
    )
    return create_app(replace(rt, settings=settings))


@pytest.fixture
def enter(app: Flask) -> Enter:
    def enter(name: str) -> Browser:
        browser = Browser(app.test_client())
        assert browser.enter(name).status_code == 302
        return browser

    return enter


NEW = {
    "email": "sam@example.org", "name": "Sam", "language": "en", "role": "supervisor", "regions": ["44"],
    "platforms": "67",
}  # fmt: skip


def test_an_account_is_added_and_its_owner_chooses_the_password_by_the_link(
    rt: Runtime, app: Flask, enter: Enter
) -> None:
    chief = enter("chief")
    made = chief.send("/console/accounts/new", **NEW)
    link = re.search(r'value="(http://127.0.0.1:8000/console/choose-password)#([^"]+)"', made.text)
    assert link, made.text
    assert made.headers["Cache-Control"] == "no-store"
    sam = Browser(app.test_client())
    page = "/console/choose-password"
    assert "not the same" in sam.send(page, code=link[2], password=OTHER, again="x").text
    assert "at least 12" in sam.send(page, code=link[2], password="short", again="short").text
    assert sam.send(page, code=link[2], password=OTHER, again=OTHER).location == "/console/sign-in"
    assert "was used" in sam.send(page, code=link[2], password=OTHER, again=OTHER).text
    assert sam.enter("sam", OTHER).status_code == 302
    assert sam.see("/console/me").status_code == 200
    with rt.db.read() as tx:
        account_id = tx.scalar(sa.select(account.c.id).where(account.c.email == "sam@example.org"))
    assert who(rt, account_id).platforms == frozenset({"67"})
    assert [actor for actor, action, _ in log_of(rt, account_id) if action == "account-added"] != ["system"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "chief@example.org"}, "exists already"),
        ({"email": "nonsense"}, "e-mail address is needed"),
        ({"regions": []}, "is needed"),
        ({"role": "king"}, "does not exist"),
        ({"platforms": "21"}, "of another region"),
        ({"name": " "}, "is needed"),
    ],
    ids=str,
)
def test_a_form_says_beside_the_field_what_is_wrong(
    enter: Enter, change: dict[str, object], said: str
) -> None:
    answer = enter("chief").send("/console/accounts/new", **(NEW | change))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Sam"' in answer.text or change.get("name") == " "


def test_a_regional_administrator_is_offered_and_allowed_the_region_alone(rt: Runtime, enter: Enter) -> None:
    add(rt, "reg", "administrator", "44")
    far = add(rt, "far", "agent", "27")
    reg = enter("reg")
    page = reg.see("/console/accounts/new").text
    assert "Region 44" in page
    assert "Region 27" not in page
    assert "The whole country" not in page
    assert "far@example.org" not in reg.see("/console/accounts/").text
    assert reg.see(f"/console/accounts/{far}").status_code == 404
    answer = reg.send("/console/accounts/new", **(NEW | {"regions": ["27"], "platforms": ""}))
    assert "only give rights that your own account holds" in answer.text


def test_rights_are_changed_and_an_account_is_disabled_with_a_way_back(rt: Runtime, enter: Enter) -> None:
    sam = add(rt, "sam", "supervisor", "44")
    chief, browser = enter("chief"), enter("sam")
    page = f"/console/accounts/{sam}"
    sent = {"name": "Sam", "language": "fr", "role": "agent", "regions": ["44", "27"], "platforms": ""}
    assert chief.send(page, **sent).location == page
    assert who(rt, sam).role == "agent"
    assert browser.see("/console/me").status_code == 302
    assert chief.send(f"{page}/disable", page).location == page
    told = chief.see(page).text
    assert f"{page}/enable" in told
    assert "Undo" in told
    assert browser.enter("sam").status_code == 403
    chief.send(f"{page}/enable", page)
    assert browser.enter("sam").status_code == 302
    assert chief.send(f"{page}/explode", page).status_code == 404


def test_ones_own_page_offers_no_way_to_lock_oneself_out(rt: Runtime, enter: Enter) -> None:
    chief = enter("chief")
    with rt.db.read() as tx:
        mine = tx.scalar(sa.select(account.c.id))
    page = f"/console/accounts/{mine}"
    assert "another administrator" in chief.see(page).text
    assert chief.send(f"{page}/disable", page).status_code == 403
    sent = {"name": "Chief", "language": "en", "role": "agent", "regions": ["*"], "platforms": ""}
    assert chief.send(page, **sent).status_code == 422
    assert who(rt, mine).role == "administrator"


def test_ones_own_password_sessions_and_details(rt: Runtime, enter: Enter) -> None:
    add(rt, "sam", "supervisor", "44")
    here, there = enter("sam"), enter("sam")
    assert here.send("/console/me", name="Sam Lee", language="en").location == "/console/me"
    page = here.see("/console/me").text
    assert "Sam Lee" in page
    assert page.count('/end"') == 1
    other = re.search(r"/console/me/sessions/(ses\w+)/end", page)
    assert other
    assert here.send(other[0], "/console/me").status_code == 302
    assert there.see("/console/me").status_code == 302
    wrong = here.send("/console/me/password", current="wrong", password=OTHER, again=OTHER)
    assert "current password is wrong" in wrong.text
    before = here.client.get_cookie("callsvc_session")
    assert here.send("/console/me/password", current=PASSWORD, password=OTHER, again=OTHER).status_code == 302
    after = here.client.get_cookie("callsvc_session")
    assert before and after and before.value != after.value
    assert here.see("/console/me").status_code == 200


def test_a_key_is_shown_once_with_the_scopes_chosen_and_revoked(rt: Runtime, enter: Enter) -> None:
    add(rt, "sam", "supervisor", "44")
    sam = enter("sam")
    form = {"name": "Export", "scopes": ["report"], "last_day": "2020-12-31"}
    made = sam.send("/console/me/keys/new", **form)
    key = re.search(r'value="(key\w+\.[\w-]+)"', made.text)
    assert key
    assert authenticate_key(rt, key[1]).scopes == frozenset({"report"})
    page = sam.see("/console/me").text
    assert "Export" in page
    assert key[1] not in page
    sam.send(f"/console/me/keys/{key[1].partition('.')[0]}/revoke", "/console/me")
    assert "Export" not in sam.see("/console/me").text
    for change in ({"last_day": "2020-01-01"}, {"scopes": ["accounts"]}, {"scopes": []}, {"name": ""}):
        assert sam.send("/console/me/keys/new", **(form | change)).status_code == 422


def test_five_wrong_passwords_shut_out_the_address_they_came_from_and_nobody_else(
    rt: Runtime, app: Flask
) -> None:
    add(rt, "sam", "supervisor", "44")
    guesser = Browser(app.test_client())
    assert [guesser.enter("sam", "guess").status_code for _ in range(6)] == [403] * 5 + [429]
    assert guesser.enter("sam").status_code == 429, "the right password too, or guessing would go on"
    assert guesser.enter("SAM", "guess").status_code == 429, "an address has no case"
    assert guesser.enter("chief").status_code == 302
    sam = Browser(app.test_client())
    sam.client.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    assert sam.enter("sam").status_code == 302


def test_failed_sign_ins_of_one_address_are_limited_and_a_proxy_is_believed_when_it_is_ours(
    rt: Runtime, app: Flask
) -> None:
    browser = Browser(app.test_client())
    codes = [browser.enter(f"nobody{number}", "guess").status_code for number in range(21)]
    assert codes == [403] * 20 + [429]
    proxied = create_app(
        replace(
            rt,
            settings=rt.settings.model_copy(
                update={"callsvc_trusted_proxies": 1, "callsvc_sign_in_rate": "2 per minute", "redis_url": "redis://127.0.0.1:1/0"}
            ),
        )
    )  # fmt: skip
    behind = Browser(proxied.test_client())

    def guess(address: str) -> int:
        token = re.search(r'name="csrf_token" value="([^"]+)"', behind.client.get("/console/sign-in").text)
        assert token
        form = {"email": "x@example.org", "password": "guess", "csrf_token": token[1]}
        headers = {"X-Forwarded-For": address}
        return behind.client.post("/console/sign-in", data=form, headers=headers).status_code

    assert [guess("192.0.2.1") for _ in range(3)] == [403, 403, 429]
    assert guess("198.51.100.7, 192.0.2.1") == 429, "what the client itself claims is not believed"
    assert guess("192.0.2.2") == 403
    assert [guess(f"2001:db8:1:2::{number}") for number in range(3)] == [403, 403, 429]


def test_those_who_do_sign_in_are_not_counted(app: Flask) -> None:
    """A whole platform signs in from one address when its morning begins."""
    codes = {Browser(app.test_client()).enter("chief").status_code for _ in range(25)}
    assert codes == {302}


@pytest.mark.parametrize(
    ("role", "region", "home"),
    [
        ("administrator", "*", "/console/"),
        ("supervisor", "44", "/console/"),
        ("agent", "44", "/desk/"),
        ("operator", "*", "/console/operations/"),
        ("operator", "44", "/console/"),  # the parts of the service have no regions
        ("auditor", "*", "/console/access-log/"),
        ("auditor", "44", "/console/"),
    ],
)
def test_everybody_lands_where_they_may_be(
    rt: Runtime, enter: Enter, role: str, region: str, home: str
) -> None:
    add(rt, "sam", role, region)
    sam = enter("sam")
    assert sam.see("/").location == home
    page = sam.see(home)
    assert page.status_code == 200
    assert '<nav aria-label="Main"' in page.text


def test_the_menu_marks_the_page_one_is_on_and_no_other(enter: Enter) -> None:
    chief = enter("chief")
    for path, marked in (("/console/me", []), ("/console/accounts/new", ["/console/accounts/"])):
        page = chief.see(path).text
        assert re.findall(r'href="([^"]+)" aria-current="page"', page) == marked


def test_the_browser_is_kept_as_its_family_alone(rt: Runtime, app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("callsvc_session", sign_in(rt, "chief@example.org", PASSWORD, browser="Firefox"))
    assert "Firefox" in client.get("/console/me").text


def test_a_reset_says_that_keys_go_on_and_an_administrator_revokes_them(rt: Runtime, enter: Enter) -> None:
    sam = add(rt, "sam", "supervisor", "44")
    key = create_key(rt, "sam@example.org", ("report",))
    chief, page = enter("chief"), f"/console/accounts/{sam}"
    assert "Its API keys go on working" in chief.see(page).text
    chief.send(f"{page}/link", page)
    assert authenticate_key(rt, key).account_id == sam
    chief.send(f"{page}/revoke-keys", page)
    with pytest.raises(Forbidden, match="key-refused"):
        authenticate_key(rt, key)
    assert "Its API keys go on working" not in chief.see(page).text
    assert log_of(rt, sam)[-1][1:] == ("keys-revoked", {"keys": 1})


def test_nobody_revokes_keys_of_an_account_that_may_do_more(rt: Runtime, enter: Enter) -> None:
    add(rt, "reg", "administrator", "44")
    far = add(rt, "far", "supervisor", "27")
    key = create_key(rt, "far@example.org", ("report",))
    assert enter("reg").send(f"/console/accounts/{far}/revoke-keys", "/console/me").status_code == 404
    assert authenticate_key(rt, key).account_id == far
