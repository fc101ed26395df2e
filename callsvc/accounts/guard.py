"""Who may pass: the session cookie of a page, the bearer key of a program.

Every view wears its guard (``page``, ``api``, ``public``, ``signed``), which a test reads from all routes: a
view without one does not pass.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import Response, abort, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.keys import authenticate_key
from callsvc.accounts.scope import Principal
from callsvc.accounts.sessions import ABSOLUTE, resume_session
from callsvc.core.errors import Forbidden
from callsvc.web import csrf, current_rt
from callsvc.web.cookies import SESSION as COOKIE
from callsvc.web.cookies import cookie_name, is_https, session_token

__all__ = ["COOKIE", "Guard", "api", "current_principal", "guard_of", "page", "public", "signed"]

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


@dataclass(frozen=True)
class Guard:
    """What a view asks of whoever calls it: ``kind`` page, api, public or signed."""

    kind: str
    scope: str = ""
    why: str = ""


def guard_of(view: Callable[..., object]) -> Guard | None:
    """The guard a view wears; None is a mistake."""
    guard: Guard | None = getattr(view, "__guard__", None)
    return guard


def public(why: str) -> Callable[[View[P]], View[P]]:
    """A view for anybody; ``why`` says what makes that safe."""

    def mark(view: View[P]) -> View[P]:
        return _wear(view, Guard("public", why=why))

    return mark


def signed(view: View[P]) -> View[P]:
    """A webhook: the carrier's signature is checked before anything is believed."""
    return _wear(view, Guard("signed"))


def api(scope: str) -> Callable[[View[P]], View[P]]:
    """A view of programs (bearer key) and of our own pages (cookie and form token) holding ``scope``."""

    def protect(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            api_principal(scope)
            return view(*args, **kwargs)

        return _wear(guarded, Guard("api", scope))

    return protect


def _wear(view: View[P], guard: Guard) -> View[P]:
    view.__guard__ = guard  # type: ignore[attr-defined]
    return view


def page(
    scope: str = "", *, live: bool = False, before_password: bool = False
) -> Callable[[View[P]], View[P]]:
    """A page for signed-in people holding ``scope``; others are sent to sign in.

    ``live`` marks what a page fetches by itself: it neither keeps a session alive nor redirects inside a
    fragment, it tells the whole page to go and sign in. Whoever must change their password sees nothing but
    the pages marked ``before_password``.
    """

    def protect(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            principal = resume_session(current_rt(), browser_token(), touch=not live)
            if principal is None:
                return _ask_to_sign_in(live)
            g.principal = principal
            if principal.must_change and not before_password:
                return _lead(url_for("accounts.password_form"), live)
            if scope:
                principal.require(scope)
            return view(*args, **kwargs)

        return _wear(guarded, Guard("page", scope))

    return protect


def current_principal() -> Principal:
    """Who is signed in; only inside a guarded view."""
    principal: Principal = g.principal
    return principal


def api_principal(scope: str) -> Principal:
    """Who calls the API: ``Authorization: Bearer <key>``, or the session cookie with a form token.

    Raises ``Forbidden`` (key-refused, sign-in-needed, scope-missing); a cookie without the token in
    ``X-CSRFToken`` on an unsafe method is refused like a form that expired.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        principal: Principal | None = authenticate_key(current_rt(), token.strip())
    else:
        principal = resume_session(current_rt(), browser_token())
        if principal is not None:
            csrf.protect()
            if principal.must_change:
                raise Forbidden("password-must-change", "Choose a password of your own first.")
    if principal is None:
        raise Forbidden("sign-in-needed", "Send an API key as a bearer token, or sign in.")
    if scope:
        principal.require(scope)
    g.principal = principal
    return principal


def recognise() -> None:
    """Note who this browser is, where no guard has asked: an unknown address, a form that expired.

    Only for the frame of an error page; the session is not kept alive by it.
    """
    if "principal" not in g:
        g.principal = resume_session(current_rt(), browser_token(), touch=False)


def browser_token() -> str:
    """The session's token that this browser sent."""
    return session_token(request.cookies, _base())


def remember(response: Response, token: str) -> None:
    """Put the session's token into the browser: unreadable by scripts, not sent from other sites' forms."""
    response.set_cookie(
        cookie_name(COOKIE, _base()),
        token,
        max_age=ABSOLUTE,
        httponly=True,
        samesite="Lax",
        secure=is_https(_base()),
        path="/",
    )


def forget(response: Response) -> None:
    response.delete_cookie(cookie_name(COOKIE, _base()), path="/", secure=is_https(_base()))


def _base() -> str:
    return current_rt().settings.public_base_url


def _ask_to_sign_in(live: bool) -> ResponseReturnValue:
    if live:
        return _lead(url_for("accounts.sign_in_form"), live)
    if request.method != "GET":
        abort(401)
    return redirect(url_for("accounts.sign_in_form", next=request.full_path.rstrip("?")))


def _lead(address: str, live: bool) -> ResponseReturnValue:
    """Send the whole page there, also when only a part of it was asked for."""
    if not live:
        return redirect(address)
    response = make_response("", 401)
    response.headers["HX-Redirect"] = address
    return response
