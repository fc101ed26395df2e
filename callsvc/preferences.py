"""What a browser remembers without an account: the theme, and the language of whoever is not signed in."""

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import public
from callsvc.core.errors import Invalid
from callsvc.language import LANGUAGES, remember_language
from callsvc.web import current_rt
from callsvc.web.theme import THEMES, remember_theme

blueprint = Blueprint("preferences", __name__)


@blueprint.post("/console/preferences")
@public("sets cookies of the browser that asks; a form token is needed")
def keep() -> ResponseReturnValue:
    """``theme`` or ``language``, then back to the page in ``next``."""
    theme, language = request.form.get("theme", ""), request.form.get("language", "")
    response = make_response(redirect(_onward()))
    https = current_rt().settings.public_base_url.startswith("https://")
    if theme in THEMES:
        remember_theme(response, theme, https=https)
    elif language in LANGUAGES:
        remember_language(response, language, https=https)
    else:
        raise Invalid("preference-unknown", "Choose one of the themes or languages that the page offers.")
    return response


def _onward() -> str:
    """Where to go next: only a page of ours, never another site."""
    wanted = request.form.get("next", "")
    plain = "\\" not in wanted and wanted.isprintable() and " " not in wanted
    return wanted if wanted.startswith(("/console", "/desk")) and plain else url_for("accounts.front")
