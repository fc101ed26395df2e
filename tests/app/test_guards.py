"""Every route wears its guard, and every guard holds: whoever adds a route has nothing to add here."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from callsvc.accounts.guard import COOKIE, Guard, guard_of
from callsvc.accounts.scope import ROLE_SCOPES
from callsvc.accounts.service import add_account, create_key, sign_in
from callsvc.app import create_app
from callsvc.runtime import Runtime

from .conftest import form_token
from .world import CHIEF, PASSWORD, seed

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
FILES = {"static"}  # the framework's own view of our style sheets and scripts


@pytest.fixture
def app(rt: Runtime) -> Flask:
    """Many questions in a moment, and no Redis to count them in."""
    seed(rt)
    for role in ROLE_SCOPES:
        add_account(rt, f"{role}@example.org", password=PASSWORD, role=role, regions=("*",))
    many = {
        "callsvc_api_rate": "1000000 per minute",
        "callsvc_refusal_rate": "1000000 per minute",
        "callsvc_sign_in_rate": "1000000 per minute",
        "redis_url": "redis://127.0.0.1:1/0",
    }
    return create_app(replace(rt, settings=rt.settings.model_copy(update=many)))


def routes(app: Flask, kind: str = "") -> Iterator[tuple[Rule, str, Guard]]:
    """Rule, method and guard of every route of ours; of one kind if asked."""
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        if rule.endpoint in FILES or guard is None or (kind and guard.kind != kind):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, guard


def address(rule: Rule) -> str:
    return (
        rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)[1] if rule.arguments else rule.rule
    )  # type: ignore[index]


def signed_in(rt: Runtime, app: Flask, role: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(COOKIE, sign_in(rt, f"{role}@example.org", PASSWORD))
    return client


def lacking(scope: str) -> str:
    """A role without this scope; every scope but none must have one."""
    return next(role for role, scopes in ROLE_SCOPES.items() if scope not in scopes)


def test_every_route_wears_a_guard(app: Flask) -> None:
    bare = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FILES and guard_of(app.view_functions[rule.endpoint]) is None
    ]
    assert bare == [], "put @page, @api, @signed or @public of callsvc/accounts/guard.py on these views"


def test_the_console_and_the_desk_ask_strangers_to_sign_in(app: Flask) -> None:
    client = app.test_client()
    token = form_token(client)
    for rule, method, _ in routes(app, "page"):
        form = {"csrf_token": token} if method in UNSAFE else {}
        answer = client.open(address(rule), method=method, data=form)
        to_sign_in = answer.status_code == 302 and answer.location.startswith("/console/sign-in")
        assert to_sign_in or answer.status_code == 401, (rule.rule, method, answer.status_code)
        assert "Grand Est" not in answer.text


def test_the_api_answers_nobody_it_does_not_know(app: Flask) -> None:
    client = app.test_client()
    for rule, method, _ in routes(app, "api"):
        for headers in ({}, {"Authorization": "Bearer key1.guess"}):
            answer = client.open(address(rule), method=method, headers=headers)
            assert answer.status_code in (401, 403), (rule.rule, method, answer.status_code)


def test_nobody_enters_without_the_scope(rt: Runtime, app: Flask) -> None:
    clients = {role: signed_in(rt, app, role) for role in ROLE_SCOPES}
    asked = 0
    for kind in ("page", "api"):
        for rule, method, guard in routes(app, kind):
            if not guard.scope:
                continue
            client = clients[lacking(guard.scope)]
            token = form_token(client, "/console/me")
            sent = {"data": {"csrf_token": token}} if kind == "page" else {"headers": {"X-CSRFToken": token}}
            answer = client.open(address(rule), method=method, **(sent if method in UNSAFE else {}))  # type: ignore[arg-type]
            assert answer.status_code == 403, (rule.rule, method, answer.status_code)
            assert "scope-missing" in answer.text
            asked += 1
    assert asked > 50


def test_a_key_without_the_scope_is_refused(rt: Runtime, app: Flask) -> None:
    client = app.test_client()
    keys = {scope: create_key(rt, CHIEF, (scope,)) for scope in ("desk", "report")}
    for rule, method, guard in routes(app, "api"):
        if guard.scope:
            other = keys["report" if guard.scope == "desk" else "desk"]
            answer = client.open(address(rule), method=method, headers={"Authorization": f"Bearer {other}"})
            assert answer.status_code == 403, (rule.rule, method, answer.status_code)


def test_no_form_but_ours_changes_anything(rt: Runtime, app: Flask) -> None:
    """Pages, public forms, and the API when a browser's cookie is what it goes by."""
    client = signed_in(rt, app, "administrator")
    for kind in ("page", "public", "api"):
        for rule, method, _ in routes(app, kind):
            if method in UNSAFE:
                answer = client.open(address(rule), method=method)
                assert (answer.status_code, "form-expired" in answer.text) == (400, True), (rule.rule, method)


def test_a_key_needs_no_form_token(rt: Runtime, app: Flask) -> None:
    key = create_key(rt, CHIEF, tuple(ROLE_SCOPES["administrator"]))
    client = app.test_client()
    for rule, method, _ in routes(app, "api"):
        if method in UNSAFE:
            answer = client.open(address(rule), method=method, headers={"Authorization": f"Bearer {key}"})
            assert "form-expired" not in answer.text, rule.rule


def test_the_carriers_routes_believe_nothing_unsigned(app: Flask) -> None:
    client = app.test_client()
    asked = 0
    for rule, method, _ in routes(app, "signed"):
        for headers in ({}, {"X-Twilio-Signature": "guess"}):
            answer = client.open(address(rule), method=method, headers=headers, data={"CallSid": "CA1"})
            assert answer.status_code == 403, (rule.rule, answer.status_code)
            assert "signature-invalid" in answer.text
            asked += 1
    assert asked >= 16


def test_what_anybody_may_ask_says_why_that_is_safe(app: Flask) -> None:
    for rule, _, guard in routes(app, "public"):
        assert len(guard.why) > 20, rule.rule


def test_whoever_must_change_their_password_sees_nothing_else(rt: Runtime, app: Flask) -> None:
    add_account(
        rt, "new@example.org", password=PASSWORD, role="administrator", regions=("*",), must_change=True
    )
    client = app.test_client()
    client.set_cookie(COOKIE, sign_in(rt, "new@example.org", PASSWORD))
    assert client.get("/console/").location == "/console/me/password"
    token = form_token(client, "/console/me/password")
    reached = []
    for kind in ("page", "api"):
        for rule, method, _ in routes(app, kind):
            sent = {"headers": {"X-CSRFToken": token}} if method in UNSAFE else {}
            answer = client.open(address(rule), method=method, **sent)  # type: ignore[arg-type]
            led = answer.headers.get("HX-Redirect") or answer.location
            if led != "/console/me/password" and "password-must-change" not in answer.text:
                reached.append((rule.endpoint, method))
    assert {endpoint for endpoint, _ in reached} == {
        "accounts.front",
        "accounts.change_language",
        "accounts.password_form",
        "accounts.change_password",
    }


def test_on_https_cookies_are_bound_to_this_host(rt: Runtime, app: Flask) -> None:
    settings = rt.settings.model_copy(update={"public_base_url": "https://calls.example"})
    client = create_app(replace(rt, settings=settings)).test_client()
    form = {"email": CHIEF, "password": PASSWORD, "csrf_token": form_token_https(client)}
    base = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/console/sign-in"}}
    answer = client.post("/console/sign-in", data=form, **base)  # type: ignore[arg-type]
    cookies = {one.split("=")[0]: one for one in answer.headers.getlist("Set-Cookie")}
    session = cookies["__Host-callsvc_session"]
    assert "Secure" in session and "Path=/" in session and "Domain" not in session
    assert client.get("/console/", base_url="https://localhost").status_code == 200
    assert "callsvc_session" not in cookies
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Strict-Transport-Security" not in app.test_client().get("/console/sign-in").headers


def form_token_https(client: FlaskClient) -> str:
    page = client.get("/console/sign-in", base_url="https://localhost")
    assert page.headers["Set-Cookie"].startswith("__Host-callsvc_form=")
    return page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
