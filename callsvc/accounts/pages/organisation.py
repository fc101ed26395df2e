"""Signing in through the organisation: there, back, and out again.

What was asked waits in the signed form cookie of this browser, for ten minutes and one answer: an answer made
for somebody else's browser finds nothing there and is refused.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import public
from callsvc.accounts.oidc.admitting import admit
from callsvc.accounts.oidc.provider import Provider, refused
from callsvc.accounts.oidc.tokens import believe
from callsvc.accounts.pages.blueprint import blueprint, browser, public_url
from callsvc.accounts.pages.signing import limit_failures, signed_in
from callsvc.core.errors import Forbidden, NotFound, Unavailable
from callsvc.web import current_rt
from callsvc.web.navigation import is_ours

_KEY = "organisation"
_ASKED_FOR = timedelta(minutes=10)  # machine time


def provider() -> Provider:
    """The organisation of this installation; ``organisation-unset`` (404) when the settings name none."""
    rt = current_rt()
    if not rt.settings.callsvc_oidc_issuer:
        raise NotFound("organisation-unset", "No organisation's sign-in is set; see docs/accounts.md.")
    known = current_app.extensions.setdefault("callsvc-organisation", Provider(rt.settings, rt.machine))
    return cast(Provider, known)


@blueprint.get("/console/organisation/sign-in")
@public("leads to the organisation's sign-in; nothing is shown or changed")
def go_to_organisation() -> ResponseReturnValue:
    asked = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    try:
        address = provider().ask_for(redirect_uri=public_url("accounts.back_from_organisation"), **asked)
    except Unavailable as error:
        return _sign_in_page(error.id), 503
    onward = request.args.get("next", "")
    at = current_rt().machine.now().isoformat()
    session[_KEY] = asked | {"at": at, "next": onward if is_ours(onward) else ""}
    return redirect(address)


@blueprint.get("/console/organisation/back")
@public("believes only a token that the organisation signed for the request of this very browser")
@limit_failures
def back_from_organisation() -> ResponseReturnValue:
    asked = session.pop(_KEY, None)
    try:
        token = _admitted(asked)
    except Forbidden as error:
        return _sign_in_page(error.id), 403
    except Unavailable as error:
        return _sign_in_page(error.id), 503
    return signed_in(token, asked["next"] or url_for("accounts.front"))


@blueprint.get("/console/organisation/sign-out")
@public("leads to the organisation's page for signing out; nothing is shown or changed here")
def leave_organisation() -> ResponseReturnValue:
    try:
        address = provider().farewell(back=public_url("accounts.sign_in_form"))
    except Unavailable:
        address = ""
    return redirect(address or url_for("accounts.sign_in_form"))


def _admitted(asked: Mapping[str, Any] | None) -> str:
    """The token of a session for whoever the organisation's answer is about."""
    rt, there = current_rt(), provider()
    now = rt.machine.now()
    if asked is None or now - datetime.fromisoformat(asked["at"]) > _ASKED_FOR:
        raise refused("nothing was asked, or long ago")
    if not hmac.compare_digest(request.args.get("state", "").encode(), asked["state"].encode()):
        raise refused("state")
    if request.args.get("iss", there.issuer) != there.issuer:  # RFC 9207
        raise refused("iss")
    if not request.args.get("code"):
        raise refused("no code")
    tokens = there.exchange(
        request.args["code"],
        redirect_uri=public_url("accounts.back_from_organisation"),
        verifier=asked["verifier"],
    )
    claims = believe(there, tokens.get("id_token"), nonce=asked["nonce"], now=now)
    return admit(rt, there.issuer, _with_email(there, tokens, claims), browser=browser())


def _with_email(there: Provider, tokens: Mapping[str, Any], claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims; the e-mail from the user-info answer where the token has none (Core, 5.4)."""
    if "email" in claims or not tokens.get("access_token"):
        return claims
    said = there.user_info(tokens["access_token"])
    if said.get("sub") != claims["sub"]:  # Core, 5.3.2
        return claims
    return {**claims, **{name: said[name] for name in ("email", "email_verified") if name in said}}


def _sign_in_page(refusal: str) -> str:
    return render_template("accounts/sign_in.html", email="", refused=False, organisation_refused=refusal)
