"""Signing in and out, and the language of the pages."""

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import COOKIE, current_principal, forget, page, remember
from callsvc.accounts.service import sign_in, sign_out
from callsvc.accounts.tables import account
from callsvc.core.errors import Forbidden, Invalid
from callsvc.language import LANGUAGES
from callsvc.web import current_rt

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/")
def front() -> ResponseReturnValue:
    return redirect(url_for("metrics.dashboard"))


@blueprint.get("/console/sign-in")
def sign_in_form() -> ResponseReturnValue:
    return render_template("accounts/sign_in.html", email="", refused=False)


@blueprint.post("/console/sign-in")
def sign_in_now() -> ResponseReturnValue:
    rt = current_rt()
    email = request.form.get("email", "")
    try:
        token = sign_in(rt, email, request.form.get("password", ""))
    except Forbidden:
        return render_template("accounts/sign_in.html", email=email, refused=True), 403
    session.clear()  # a form token issued before the sign-in does not survive it
    response = make_response(redirect(_onward()))
    remember(response, token, https=rt.settings.public_base_url.startswith("https://"))
    return response


@blueprint.post("/console/sign-out")
def sign_out_now() -> ResponseReturnValue:
    sign_out(current_rt(), request.cookies.get(COOKIE, ""))
    session.clear()
    response = make_response(redirect(url_for("accounts.sign_in_form")))
    forget(response)
    return response


@blueprint.post("/console/language")
@page()
def change_language() -> ResponseReturnValue:
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise Invalid("language-unknown", f"The pages speak {' and '.join(LANGUAGES)}.")
    with current_rt().db.begin() as tx:
        tx.update(account, account.c.id == current_principal().account_id, language=language)
    return redirect(_onward())


def _onward() -> str:
    """Where to go next: only a path of ours, never another site."""
    wanted = request.values.get("next", "")
    if wanted.startswith("/console") and "\\" not in wanted and not any(c.isspace() for c in wanted):
        return wanted
    return url_for("metrics.dashboard")
