"""Why somebody has not been called yet: one sentence, in French and in English."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from callsvc.campaigns.reasons import REASONS
from callsvc.campaigns.sentences import PHRASES, sentence_of
from callsvc.language import register_languages

TUESDAY = datetime(2020, 11, 17, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__)
    register_languages(app)
    return app


def _said(app: Flask, language: str, *asked: object) -> str:
    with app.test_request_context(headers={"Accept-Language": language}):
        return sentence_of(*asked)  # type: ignore[arg-type]


def test_every_reason_has_words() -> None:
    assert set(REASONS) <= set(PHRASES)


def test_the_moment_is_told_by_the_clock_where_the_person_lives(app: Flask) -> None:
    asked = (("outside-window",), TUESDAY, "Indian/Reunion")
    assert _said(app, "en", *asked) == (
        "Not called yet: it is outside the hours in which they may be called; "
        "possible from Tuesday 17 November at 09:00 (UTC+4)."
    )
    assert _said(app, "fr", *asked) == (
        "Pas encore appelée : c’est hors de ses heures d’appel permises ; "
        "possible à partir de mardi 17 novembre à 09:00 (UTC+4)."
    )
    assert _said(app, "en", ("outside-window",), TUESDAY, "Europe/Paris").endswith("at 06:00.")


def test_all_reasons_that_wait_are_named(app: Flask) -> None:
    said = _said(app, "en", ("cap-reached", "number-busy", "campaign-not-running"), None, None)
    assert said == (
        "Not called yet: the number was called often enough within 24 hours, another call to the number is "
        "under way and the campaign is not running."
    )


def test_what_never_heals_is_said_alone(app: Flask) -> None:
    said = _said(app, "en", ("outside-window", "suppressed"), None, "Europe/Paris")
    assert said == "Will not be called: the person asked not to be contacted."


def test_nothing_against_it_and_a_reason_of_the_carrier_are_sentences_too(app: Flask) -> None:
    assert _said(app, "fr", (), None, None) == "Peut être appelée maintenant."
    assert _said(app, "en", ("carrier-21211",), None, None) == "Not called yet: carrier-21211."


def test_without_a_request_it_is_english() -> None:
    assert sentence_of((), None, None) == "May be called now."
