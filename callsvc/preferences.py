"""What a browser remembers without an account: the theme, and the language of whoever is not signed in."""

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import public
from callsvc.core.errors import Invalid
from callsvc.language import LANGUAGES, remember_language
from callsvc.web import current_rt
from callsvc.web.cookies import is_https
from callsvc.web.navigation import is_ours
from callsvc.web.theme import THEMES, remember_theme

blueprint = Blueprint("preferences", __name__)


@blueprint.post("/console/preferences")
@public("sets cookies of the browser that asks; a form token is needed")
def keep() -> ResponseReturnValue:
    """``theme`` or ``language``, then back to the page in ``next``."""
    theme, language = request.form.get("theme", ""), request.form.get("language", "")
    wanted = request.form.get("next", "")
    response = make_response(redirect(wanted if is_ours(wanted) else url_for("accounts.front")))
    https = is_https(current_rt().settings.public_base_url)
    if theme in THEMES:
        remember_theme(response, theme, https=https)
    elif language in LANGUAGES:
        remember_language(response, language, https=https)
    else:
        raise Invalid("preference-unknown", "Choose one of the themes or languages that the page offers.")
    return response
