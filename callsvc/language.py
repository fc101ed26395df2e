"""French and English: the account's language, else what the browser asks for, else French."""

from pathlib import Path

from flask import Flask, g, has_request_context, request
from flask_babel import Babel

from callsvc.labels import PROBLEMS, label

LANGUAGES = ("fr", "en")
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
    app.context_processor(lambda: {"language": choose_language(), "label": label, "problems": PROBLEMS})


def choose_language() -> str:
    """``fr`` or ``en`` for this request."""
    if not has_request_context():
        return LANGUAGES[0]
    principal = g.get("principal")
    if principal is not None and principal.language in LANGUAGES:
        return str(principal.language)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
