"""Signing in through the organisation: its word alone, for us, for this request, for who has an account."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import pytest_socket
import requests
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import change_rights, disable_account, resume_session, switch_password
from callsvc.accounts.tables import account, web_session
from callsvc.app import create_app
from callsvc.core.errors import Invalid
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime

from .organisation import CLIENT, SECRET, Organisation, parameters
from .people import PASSWORD, add, declare_places, log_of, who

# What a token holds is told apart before any database is asked: one of them is enough.
once = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SIGN_IN, BACK = "/console/organisation/sign-in", "/console/organisation/back"


@pytest.fixture
def there(rt: Runtime) -> Iterator[Organisation]:
    pytest_socket.enable_socket()
    organisation = Organisation(rt.machine.now)
    yield organisation
    organisation.close()


def application(rt: Runtime, issuer: str) -> Flask:
    settings = rt.settings.model_copy(
        update={
            "callsvc_oidc_issuer": issuer,
            "callsvc_oidc_client_id": CLIENT,
            "callsvc_oidc_client_secret": SECRET,
            "callsvc_oidc_label": "the Agency",
            "callsvc_sign_in_rate": "10000 per minute",
            "redis_url": "redis://127.0.0.1:1/0",
        }
    )
    return create_app(replace(rt, settings=settings))


@pytest.fixture
def sam(rt: Runtime) -> str:
    declare_places(rt)
    add(rt, "chief", "administrator", "*")
    return add(rt, "sam", "supervisor", "44")


@pytest.fixture
def client(rt: Runtime, there: Organisation, sam: str) -> FlaskClient:
    return application(rt, there.issuer).test_client()


def come_back(client: FlaskClient, query: str = "") -> TestResponse:
    """There and back again, as a browser goes."""
    asked = client.get(f"{SIGN_IN}{query}")
    assert asked.status_code == 302, asked.text
    answer = requests.get(asked.location, allow_redirects=False, timeout=5)
    return client.get(BACK + "?" + answer.headers["Location"].partition("?")[2])


def is_signed_in(rt: Runtime, client: FlaskClient) -> bool:
    cookie = client.get_cookie(COOKIE)
    return cookie is not None and resume_session(rt, cookie.value) is not None


def test_somebody_with_an_account_signs_in_and_is_linked_by_the_verified_email(
    rt: Runtime, there: Organisation, client: FlaskClient, sam: str
) -> None:
    assert "the Agency" in client.get("/console/sign-in").text
    answer = come_back(client, "?next=/console/campaigns/")
    assert answer.location == "/console/campaigns/"
    assert is_signed_in(rt, client)
    with rt.db.read() as tx:
        row = tx.first(sa.select(account).where(account.c.id == sam))
    assert row is not None
    assert (row.oidc_issuer, row.oidc_subject) == (there.issuer, "s-1")
    assert [action for _, action, _ in log_of(rt, sam)][-2:] == ["account-linked", "signed-in"]
    there.person = {"sub": "s-1", "email": "other@example.org", "email_verified": False}
    assert come_back(client).status_code == 302, "once linked, the subject alone counts"


@once
def test_the_request_carries_a_challenge_a_state_and_a_nonce_and_no_secret(client: FlaskClient) -> None:
    asked = parameters(client.get(SIGN_IN).location)
    again = parameters(client.get(SIGN_IN).location)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/console/organisation/back"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) >= 32
        assert asked[name] != again[name]
    assert SECRET not in str(asked)


@once
@pytest.mark.parametrize(
    "spoil",
    [
        {"nonce": "another"},
        {"nonce": ""},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT},
        {"aud": ""},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": ""},
        {"iat": 9999999999},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "nobody@example.org"},
    ],
    ids=lambda spoil: "-".join(f"{name}={value}"[:24] for name, value in spoil.items()),
)
def test_a_token_is_refused_with(
    rt: Runtime, there: Organisation, client: FlaskClient, spoil: dict[str, object]
) -> None:
    there.spoil = spoil
    answer = come_back(client)
    assert answer.status_code == 403
    assert not is_signed_in(rt, client)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(account.c.id).where(account.c.oidc_subject.is_not(None))) is None


@once
@pytest.mark.parametrize("sign", ["none", "HS256"])
def test_a_token_that_only_the_provider_could_have_signed_is_needed(
    rt: Runtime, there: Organisation, client: FlaskClient, sign: str
) -> None:
    there.sign = sign
    assert come_back(client).status_code == 403
    assert not is_signed_in(rt, client)


@once
def test_a_token_of_another_key_is_refused_and_a_new_key_of_the_provider_is_fetched(
    rt: Runtime, there: Organisation, client: FlaskClient
) -> None:
    assert come_back(client).status_code == 302
    published = there.published
    there.rotate()
    there.published = published
    assert come_back(client).status_code == 403
    there.published = [there.key]
    assert come_back(client).status_code == 302


@once
def test_an_answer_nobody_asked_for_or_asked_for_long_ago_is_refused(
    rt: Runtime, there: Organisation, client: FlaskClient
) -> None:
    stranger = application(rt, there.issuer).test_client()
    there_is = requests.get(client.get(SIGN_IN).location, allow_redirects=False, timeout=5)
    query = there_is.headers["Location"].partition("?")[2]
    assert stranger.get(f"{BACK}?{query}").status_code == 403
    for wrong in (query.replace("state=", "state=x"), query.replace("&iss=http", "&iss=https"), "state=", ""):
        client.get(SIGN_IN)
        assert client.get(f"{BACK}?{wrong}").status_code == 403
    asked = requests.get(client.get(SIGN_IN).location, allow_redirects=False, timeout=5)
    late = asked.headers["Location"].partition("?")[2]
    rt.machine.advance(601)  # type: ignore[attr-defined]
    assert client.get(f"{BACK}?{late}").status_code == 403
    assert not is_signed_in(rt, client)


@once
def test_an_answer_works_once(there: Organisation, client: FlaskClient) -> None:
    asked = requests.get(client.get(SIGN_IN).location, allow_redirects=False, timeout=5)
    query = asked.headers["Location"].partition("?")[2]
    assert client.get(f"{BACK}?{query}").status_code == 302
    assert client.get(f"{BACK}?{query}").status_code == 403


def test_an_email_told_beside_the_token_counts_too(there: Organisation, client: FlaskClient) -> None:
    there.beside = {"email": "sam@example.org", "email_verified": True}
    there.person = {"sub": "s-1"}
    assert come_back(client).status_code == 302
    there.beside |= {"sub": "s-2"}  # about somebody else
    there.person = {"sub": "s-3"}
    assert come_back(client).status_code == 403


def test_a_linked_account_is_opened_by_nobody_else_with_its_email(
    rt: Runtime, there: Organisation, client: FlaskClient
) -> None:
    assert come_back(client).status_code == 302
    there.person["sub"] = "s-2"
    assert come_back(client).status_code == 403


def test_a_disabled_account_stays_shut_and_rights_are_the_accounts_own(
    rt: Runtime, there: Organisation, client: FlaskClient, sam: str
) -> None:
    there.person["role"] = there.person["groups"] = "administrator"
    come_back(client)
    assert who(rt, sam).role == "supervisor"
    change_rights(rt, None, sam, role="agent")
    assert not is_signed_in(rt, client)
    disable_account(rt, None, sam)
    assert come_back(client).status_code == 403


def test_with_its_password_switched_off_the_organisation_is_the_only_way_in(
    rt: Runtime, there: Organisation, client: FlaskClient, sam: str
) -> None:
    come_back(client)
    switch_password(rt, None, sam, off=True)
    token = client.get("/console/sign-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"email": "sam@example.org", "password": PASSWORD, "csrf_token": token}
    assert client.post("/console/sign-in", data=form).status_code == 403
    assert come_back(client).status_code == 302


@once
@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": ""},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_a_provider_that_does_not_describe_itself_rightly_is_not_used(
    there: Organisation, client: FlaskClient, says: dict[str, object]
) -> None:
    there.says = says
    answer = client.get(SIGN_IN, headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "does not answer now" in answer.text


def test_a_provider_that_failed_is_left_alone_for_ten_seconds(
    rt: Runtime, there: Organisation, client: FlaskClient
) -> None:
    """While it is silent each try would hold a thread for seconds, and webhooks need threads too."""
    there.says = {"jwks_uri": ""}
    assert client.get(SIGN_IN).status_code == 503
    there.says = {}
    assert client.get(SIGN_IN).status_code == 503
    rt.machine.advance(10)  # type: ignore[attr-defined]
    assert client.get(SIGN_IN).status_code == 302


def test_a_provider_that_is_down_is_told_and_passwords_go_on_working(rt: Runtime, sam: str) -> None:
    client = application(rt, "http://127.0.0.1:1").test_client()
    answer = client.get(SIGN_IN, headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "Use the password of this service" in answer.text
    token = answer.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"email": "sam@example.org", "password": PASSWORD, "csrf_token": token}
    assert client.post("/console/sign-in", data=form).status_code == 302


@once
def test_signing_out_leads_out_of_the_organisation_too(
    rt: Runtime, there: Organisation, client: FlaskClient
) -> None:
    come_back(client)
    token = client.get("/console/me").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = client.post("/console/sign-out", data={"csrf_token": token})
    assert answer.location == "/console/sign-in?left=oidc"
    assert not is_signed_in(rt, client)
    assert "url=/console/organisation/sign-out" in client.get(answer.location).text
    leave = client.get("/console/organisation/sign-out").location
    assert leave.startswith(f"{there.issuer}/leave?")
    assert parameters(leave)["post_logout_redirect_uri"] == "http://127.0.0.1:8000/console/sign-in"
    there.says = {"end_session_endpoint": ""}
    rt.machine.advance(3601)  # type: ignore[attr-defined]
    assert client.get("/console/organisation/sign-out").location == "/console/sign-in"


def test_sessions_say_by_which_way_they_came(rt: Runtime, there: Organisation, client: FlaskClient) -> None:
    come_back(client)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(web_session.c.via)) == "oidc"


@once
def test_without_an_issuer_there_is_no_button_and_nothing_behind_it(rt: Runtime, sam: str) -> None:
    client = create_app(rt).test_client()
    assert "organisation" not in client.get("/console/sign-in").text
    assert client.get(SIGN_IN).status_code == 404


def test_an_issuer_needs_a_client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings.model_dump().items():
        monkeypatch.setenv(name.upper(), str(value))
    monkeypatch.setenv("CALLSVC_OIDC_ISSUER", "https://id.example")
    with pytest.raises(Invalid, match="CALLSVC_OIDC_CLIENT_ID"):
        Settings.from_environment()
