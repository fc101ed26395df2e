"""Signing in and out, and the language of the pages."""

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import browser_token, current_principal, forget, page, public, remember
from callsvc.accounts.pages.blueprint import blueprint, browser, home_of, onward
from callsvc.accounts.service import change_own_details, sign_in, sign_out
from callsvc.core.errors import Forbidden
from callsvc.web import current_rt
from callsvc.web.limits import limiter, sign_in_rate


def client() -> str:
    """Who is counted when sign-ins fail: the address, as a keyed hash; of IPv6 its network of 64 bits."""
    address = request.remote_addr or ""
    if ":" in address:
        address = ":".join(address.split(":")[:4])
    return "sign-in:" + current_rt().db.keyring.fingerprint(f"address:{address}").hex()[:32]


def client_and_account() -> str:
    """Who is counted when passwords of one account are guessed: the address with the e-mail, hashed."""
    email = request.form.get("email", "").strip().lower()
    return f"{client()}:" + current_rt().db.keyring.fingerprint(f"sign-in:{email}").hex()[:32]


# Somebody else's wrong passwords shut nobody out: first of all it is their own address that must wait.
limit_guesses = limiter.limit(
    "5 per 15 minutes", key_func=client_and_account, deduct_when=lambda answer: answer.status_code == 403
)
# Only failures count: a whole platform signs in from one address when its morning begins.
limit_failures = limiter.limit(
    sign_in_rate, key_func=client, deduct_when=lambda answer: answer.status_code in (403, 422)
)


@blueprint.context_processor
def _organisation() -> dict[str, str]:
    """The name of the organisation whose accounts open this service, where there is one."""
    settings = current_rt().settings
    return {"organisation": settings.callsvc_oidc_label if settings.callsvc_oidc_issuer else ""}


@blueprint.get("/")
@page(before_password=True)
def front() -> ResponseReturnValue:
    return redirect(home_of(current_principal()))


@blueprint.get("/console/sign-in")
@public("asks who is there; shows nothing")
def sign_in_form() -> ResponseReturnValue:
    left = request.args.get("left") == "oidc" and bool(current_rt().settings.callsvc_oidc_issuer)
    return render_template("accounts/sign_in.html", email="", refused=False, leave_organisation=left)


@blueprint.post("/console/sign-in")
@public("checks a password; tries are counted by account and by address; a form token is needed")
@limit_failures
@limit_guesses
def sign_in_now() -> ResponseReturnValue:
    rt = current_rt()
    email = request.form.get("email", "")
    try:
        token = sign_in(rt, email, request.form.get("password", ""), browser=browser())
    except Forbidden:
        return render_template("accounts/sign_in.html", email=email, refused=True), 403
    return signed_in(token, onward())


def signed_in(token: str, address: str) -> ResponseReturnValue:
    """Lead a browser on with a new session; the one it came with ends, and so does its form token."""
    sign_out(current_rt(), browser_token())
    session.clear()
    response = make_response(redirect(address))
    remember(response, token)
    return response


@blueprint.post("/console/sign-out")
@public("ends the session that the browser shows; without one, nothing happens; a form token is needed")
def sign_out_now() -> ResponseReturnValue:
    via = sign_out(current_rt(), browser_token())
    session.clear()
    response = make_response(redirect(url_for("accounts.sign_in_form", left=via if via == "oidc" else None)))
    forget(response)
    return response


@blueprint.post("/console/language")
@page(before_password=True)
def change_language() -> ResponseReturnValue:
    change_own_details(current_rt(), current_principal(), language=request.form.get("language", ""))
    return redirect(onward())
