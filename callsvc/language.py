"""French and English: the account's language, else what this browser chose, else what it asks for."""

from pathlib import Path

from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel

from callsvc.labels import ERRORS, PROBLEMS, label
from callsvc.web.cookies import keep_choice

LANGUAGES = ("fr", "en")
_COOKIE = "callsvc_language"
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}  # the day stands before the month in both


def register_languages(app: Flask) -> None:
    """Make ``_("...")`` work in templates and pages; sentences in the sources are English."""
    Babel(
        app,
        default_locale="fr",
        default_timezone="Europe/Paris",
        default_translation_directories=str(Path(__file__).parent / "translations"),
        locale_selector=lambda: _LOCALES[choose_language()],
    )
    app.jinja_env.globals.update(label=label)  # macros need it, and they have no context of their own
    app.context_processor(lambda: {"language": choose_language(), "problems": PROBLEMS, "errors": ERRORS})


def choose_language() -> str:
    """``fr`` or ``en`` for this request."""
    if not has_request_context():
        return LANGUAGES[0]
    principal = g.get("principal")
    if principal is not None and principal.language in LANGUAGES:
        return str(principal.language)
    kept = request.cookies.get(_COOKIE, "")
    if kept in LANGUAGES:
        return kept
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def remember_language(response: Response, language: str, *, https: bool) -> None:
    """Keep the language of whoever is not signed in."""
    keep_choice(response, _COOKIE, language, https=https)
