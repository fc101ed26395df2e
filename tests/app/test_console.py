"""The console: who may see what, true figures, forms that only we could have made."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from callsvc.campaigns.service import change_state
from callsvc.campaigns.tables import campaign
from callsvc.metrics.rollup import roll_up
from callsvc.runtime import Runtime

from .conftest import form_token
from .world import CHIEF, LOCAL, PASSWORD

SignIn = Callable[[str], FlaskClient]


def text_of(page: str) -> str:
    """What a person reads, without the tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_pages_ask_strangers_to_sign_in_and_bring_them_back(client: FlaskClient) -> None:
    answer = client.get("/console/campaigns/tracing")
    assert answer.status_code == 302
    assert answer.location == "/console/sign-in?next=/console/campaigns/tracing"
    form = {"email": CHIEF, "password": PASSWORD, "csrf_token": form_token(client, answer.location)}
    back = client.post("/console/sign-in", data=form | {"next": "/console/campaigns/tracing"})
    assert back.location == "/console/campaigns/tracing"


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/console\\..\\", "/consolé x"])
def test_signing_in_never_leads_to_another_site(client: FlaskClient, next_: str) -> None:
    form = {"email": CHIEF, "password": PASSWORD, "csrf_token": form_token(client), "next": next_}
    assert client.post("/console/sign-in", data=form).location == "/"


def test_a_wrong_password_says_so_without_saying_which(client: FlaskClient) -> None:
    for email in (CHIEF, "nobody@example.org"):
        form = {"email": email, "password": "wrong", "csrf_token": form_token(client)}
        answer = client.post("/console/sign-in", data=form, headers={"Accept-Language": "en"})
        assert answer.status_code == 403
        assert "The e-mail or the password is wrong" in answer.text


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    form = {"email": CHIEF, "password": PASSWORD, "csrf_token": form_token(client)}
    cookies = client.post("/console/sign-in", data=form).headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("callsvc_session="))
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session


def test_the_dashboard_shows_the_true_figures_before_and_after_a_roll_up(
    rt: Runtime, signed_in: SignIn
) -> None:
    chief = signed_in(CHIEF)
    for _ in range(2):
        page = text_of(chief.get("/console/").text)
        assert "En attente d’un agent 3 la plus longue : 1 min 15 s" in page
        assert "Agents prêts 4" in page
        assert "Agents en appel 1 et 1 en post-appel" in page
        assert "Appels en cours 3" in page
        assert "Décrochés par un agent 10 taux de décroché : 83 %" in page.replace("\xa0", " ").replace(
            "\u202f", " "
        )
        assert "Niveau de service 67 %" in page.replace("\xa0", " ").replace("\u202f", " ")
        assert "Aidés par une autre région 4" in page
        assert "Abandons 2" in page
        assert "jointe 5" in page
        roll_up(rt)


def test_a_supervisor_sees_only_their_regions(signed_in: SignIn) -> None:
    local = signed_in(LOCAL)
    page = text_of(local.get("/console/").text)
    assert "Grand Est" in page
    assert "La Réunion" not in page
    assert "Agents ready 0" in page
    listed = text_of(local.get("/console/campaigns/").text)
    assert "Suivi des contacts" in listed
    assert "Exercice" not in listed  # nobody of theirs is in it
    assert local.get("/console/campaigns/drill").status_code == 404
    assert "19 people done" in text_of(local.get("/console/campaigns/tracing").text)


def test_titles_are_escaped(signed_in: SignIn) -> None:
    page = signed_in(CHIEF).get("/console/campaigns/tracing").text
    assert "Suivi des contacts &lt;b&gt;" in page
    assert "contacts <b>" not in page


def test_a_campaign_is_paused_resumed_and_stopped_by_its_buttons(rt: Runtime, signed_in: SignIn) -> None:
    chief = signed_in(CHIEF)
    address = "/console/campaigns/tracing"
    for action, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        form = {"csrf_token": form_token(chief, address)}
        if action == "stop":
            assert chief.post(f"{address}/stop", data=form | {"typed": "traces"}).status_code == 422
            form["typed"] = "tracing"
        answer = chief.post(f"{address}/{action}", data=form)
        assert answer.location == (address if action != "stop" else "/console/campaigns/stops/stp1")
        with rt.db.read() as tx:
            assert tx.scalar(sa.select(campaign.c.state).where(campaign.c.id == "tracing")) == state
    late = chief.post(f"{address}/pause", data={"csrf_token": form_token(chief, "/console/")})
    assert late.status_code == 409
    assert "campaign-state" in late.text
    assert (
        chief.post(f"{address}/explode", data={"csrf_token": form_token(chief, "/console/")}).status_code
        == 404
    )


def test_the_changes_of_a_campaign_name_who_made_them(rt: Runtime, signed_in: SignIn) -> None:
    change_state(rt, "drill", "start", "command line")
    chief = signed_in(CHIEF)
    chief.post("/console/campaigns/drill/pause", data={"csrf_token": form_token(chief, "/console/")})
    page = text_of(chief.get("/console/campaigns/drill").text).partition("Modifications")[2]
    assert "Suspendre Chief" in page
    assert "Démarrer ligne de commande" in page


def test_a_supervisor_has_no_buttons_and_no_way_around_them(signed_in: SignIn) -> None:
    local = signed_in(LOCAL)
    page = local.get("/console/campaigns/tracing").text
    assert "data-opens" not in page
    token = form_token(local, "/console/")
    assert local.post("/console/campaigns/tracing/stop", data={"csrf_token": token}).status_code == 403


def test_every_unsafe_console_route_refuses_a_form_we_did_not_make(app: Flask, signed_in: SignIn) -> None:
    chief = signed_in(CHIEF)
    unsafe = [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        if rule.rule.startswith("/console")
    ]
    assert len(unsafe) >= 4
    for rule, method in unsafe:
        address = rule.rule.replace("<campaign_id>", "tracing").replace("<action>", "stop")
        answer = chief.open(address, method=method, data={})
        assert (answer.status_code, "form-expired" in answer.text) == (400, True), address


def test_pages_run_nothing_inline_and_load_nothing_from_elsewhere(signed_in: SignIn) -> None:
    chief = signed_in(CHIEF)
    for path in ("/console/", "/console/campaigns/", "/console/campaigns/tracing", "/console/nowhere"):
        answer = chief.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", answer.text)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)


def test_the_language_is_the_accounts_then_the_browsers(client: FlaskClient, signed_in: SignIn) -> None:
    assert "Se connecter" in client.get("/console/sign-in").text
    assert "Sign in" in client.get("/console/sign-in", headers={"Accept-Language": "en-GB,en"}).text
    local = signed_in(LOCAL)
    assert "Dashboard" in local.get("/console/", headers={"Accept-Language": "fr"}).text
    form = {"language": "fr", "csrf_token": form_token(local, "/console/"), "next": "/console/campaigns/"}
    assert local.post("/console/language", data=form).location == "/console/campaigns/"
    assert "Tableau de bord" in local.get("/console/").text


def test_signing_out_ends_the_session_on_the_server(app: Flask, signed_in: SignIn) -> None:
    chief = signed_in(CHIEF)
    cookie = chief.get_cookie("callsvc_session")
    assert cookie
    chief.post("/console/sign-out", data={"csrf_token": form_token(chief, "/console/")})
    thief = app.test_client()
    thief.set_cookie("callsvc_session", cookie.value)
    assert thief.get("/console/").status_code == 302


def test_a_fragment_tells_the_whole_page_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/console/live")
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/console/sign-in"


def test_errors_are_json_for_programs_and_a_page_for_people(client: FlaskClient, signed_in: SignIn) -> None:
    answer = client.get("/api/v1/nothing")
    assert answer.mimetype == "application/problem+json"
    assert (answer.json["id"], answer.json["status"], answer.json["details"]) == ("not-found", 404, {})
    page = signed_in(CHIEF).get("/console/campaigns/nothing")
    assert page.status_code == 404
    assert "Cette campagne n’existe pas" in page.text
