"""Every error a person can meet says what happened and what to do, in their language, signed in or not."""

from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from callsvc.core.errors import CallsvcError, Conflict, Forbidden, Invalid, NotFound, Unavailable
from callsvc.labels import ERRORS
from callsvc.runtime import Runtime

from .world import CHIEF, LOCAL

SignIn = Callable[[str], FlaskClient]

OURS: dict[int, CallsvcError] = {
    403: Forbidden("not-yours", "This is somebody else's."),
    404: NotFound("thing-unknown", "There is no such thing."),
    409: Conflict("thing-state", "The thing has changed."),
    422: Invalid("thing-invalid", "The thing is wrong."),
    503: Unavailable("part-unavailable", "A part does not answer."),
}
SAID = {
    400: ("La demande n’a pas été comprise", "The request was not understood"),
    403: ("Non autorisé", "Not allowed"),
    404: ("Rien ici", "Nothing here"),
    409: ("Ce n’est plus possible", "No longer possible"),
    422: ("Il manque quelque chose, ou une valeur est fausse", "Something is missing or wrong"),
    429: ("Trop de demandes", "Too many requests"),
    500: ("Le service a échoué", "The service failed"),
    503: ("Indisponible pour le moment", "Not available just now"),
}


@pytest.fixture
def failing(app: Flask) -> Flask:
    """The application with an address that fails as it is told to."""

    def fail(code: int) -> str:
        if code in OURS:
            raise OURS[code]
        if code == 500:
            raise RuntimeError("+33639980001 must not be shown")
        abort(code)

    app.add_url_rule("/console/fail/<int:code>", view_func=fail)
    return app


@pytest.mark.parametrize("code", sorted(SAID))
def test_an_error_says_what_happened_and_what_to_do_in_both_languages(failing: Flask, code: int) -> None:
    stranger = failing.test_client()
    for language, title in zip(("fr", "en"), SAID[code], strict=True):
        answer = stranger.get(f"/console/fail/{code}", headers={"Accept-Language": language})
        assert answer.status_code == code
        assert f'<html lang="{language}"' in answer.text
        assert f"<h1>{title}</h1>" in answer.text
        assert f"{code} · <code>" in answer.text
        assert 'class="button" href="/"' in answer.text
        assert "33639980001" not in answer.text


def test_an_id_without_words_of_its_own_shows_its_sentence_marked_as_english(failing: Flask) -> None:
    page = failing.test_client().get("/console/fail/409", headers={"Accept-Language": "fr"}).text
    assert '<p lang="en">The thing has changed.</p>' in page
    assert "rechargez la page" in page
    assert "<code>thing-state</code>" in page


def test_an_error_of_a_signed_in_page_keeps_its_menu(signed_in: SignIn) -> None:
    page = signed_in(CHIEF).get("/console/campaigns/nothing").text
    assert '<a href="/console/calls/">Appels</a>' in page
    assert "Cette campagne n’existe pas" in page


def test_what_fails_here_has_words(app: Flask) -> None:
    assert set(SAID) <= set(ERRORS)


def test_an_unknown_address_keeps_the_menu_and_the_language_of_whoever_is_signed_in(
    signed_in: SignIn, client: FlaskClient
) -> None:
    local = signed_in(LOCAL)
    for address in ("/console/nowhere", "/nowhere"):
        page = local.get(address, headers={"Accept": "text/html,*/*", "Accept-Language": "fr"})
        assert (page.status_code, "Campaigns" in page.text, "Sign out" in page.text) == (404, True, True)
        assert "Campaigns" not in client.get(address, headers={"Accept": "text/html"}).text
    expired = local.post("/console/language", data={"language": "fr"})
    assert (expired.status_code, "Sign out" in expired.text) == (400, True)
    assert local.get("/nowhere").mimetype == "application/problem+json"
    assert local.get("/api/v1/nowhere", headers={"Accept": "text/html"}).mimetype != "text/html"


def test_no_answer_to_a_person_is_kept_by_anybody(signed_in: SignIn, client: FlaskClient) -> None:
    local = signed_in(LOCAL)
    for address in ("/", "/console/", "/console/accounts/", "/console/nowhere", "/console/sign-in"):
        for browser in (local, client):
            assert browser.get(address).headers["Cache-Control"] == "no-store", address
    with client.get("/static/callsvc.js") as script:
        assert "max-age=3600" in script.headers["Cache-Control"]


def test_a_database_that_is_away_is_said_to_be_away(
    rt: Runtime, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = signed_in(LOCAL)

    def away() -> None:
        raise OperationalError("select", {}, RuntimeError("connection refused"))

    monkeypatch.setattr(rt.db.engine, "connect", away)
    page = local.get("/console/", headers={"Accept-Language": "en"})
    assert (page.status_code, "database-unavailable" in page.text) == (503, True)
    assert "The database does not answer" in page.text
    assert page.headers["Retry-After"]
