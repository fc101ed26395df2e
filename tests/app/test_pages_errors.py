"""Every error a person can meet says what happened and what to do, in their language, signed in or not."""

from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from callsvc.core.errors import CallsvcError, Conflict, Forbidden, Invalid, NotFound, Unavailable
from callsvc.labels import ERRORS

from .world import CHIEF

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
