"""Kinds of errors become HTTP codes here and nowhere else.

Machines (``/api``, ``/webhooks``, probes) get problem details (RFC 9457) with our ``id``, ``message`` and
``details``; people get a page that says what to do.
"""

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from callsvc.core.errors import CallsvcError, Unavailable

log = structlog.get_logger(__name__)

CODES = {"not-found": 404, "conflict": 409, "invalid": 422, "forbidden": 403, "unavailable": 503}

# Who asks is unknown: that is not the same as knowing them and saying no.
UNKNOWN_CALLER = frozenset({"key-refused", "sign-in-needed"})

_READ_AND_THROWN_AWAY = 4 * 1024 * 1024  # bytes of a body that is too large

# The framework's refusals that a program meets, under names that say what to change.
_NAMED = {
    413: ("body-too-large", "The body is larger than this operation takes."),
    415: ("media-type-unsupported", ""),
    429: ("rate-limited", "Too many requests: wait as many seconds as Retry-After says."),
}


_PROGRAMS = ("/api", "/webhooks", "/stream", "/static")  # what is spoken to by programs alone
_KEY = "callsvc-recognise"


def register_problems(app: Flask, recognise: Callable[[], None]) -> None:
    """Handle our own errors, the framework's, and whatever nobody thought of.

    ``recognise`` notes who is signed in, so that an error page keeps their menu and language.
    """
    app.extensions[_KEY] = recognise
    app.register_error_handler(CallsvcError, _ours)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _framework)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(InterfaceError, _database)
    app.register_error_handler(Exception, _unforeseen)


def problem(code: int, id: str, message: str, details: Any = None) -> Response:
    """The answer that tells what went wrong, for a program or for a person."""
    if wants_page():
        with suppress(SQLAlchemyError):  # the database may be what is wrong
            current_app.extensions[_KEY]()
        page = render_template("error.html", code=code, id=id, message=message)
        return make_response(page, code)
    response = jsonify(
        type=f"/api/#error-{id}",
        title=id.replace("-", " ").capitalize(),
        status=code,
        detail=message,
        instance=request.path,
        id=id,
        message=message,
        details=details or {},
    )
    response.status_code = code
    response.mimetype = "application/problem+json"
    return response


def wants_page() -> bool:
    """True for the pages of people, and for a mistyped address that a browser asks for."""
    if request.path == "/" or request.path.startswith(("/console", "/desk")):
        return True
    return not request.path.startswith(_PROGRAMS) and request.accept_mimetypes.best == "text/html"


def _ours(error: CallsvcError) -> Response:
    code = 401 if error.id in UNKNOWN_CALLER and not wants_page() else CODES.get(error.kind, 500)
    if code >= 500:
        log.warning("request-failed", id=error.id, path=request.url_rule and request.url_rule.rule)
    response = problem(code, error.id, error.message, dict(error.details))
    if code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="callsvc"'
    if code == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "2"
    return response


def _database(error: OperationalError | InterfaceError) -> Response:
    """It is away, or ended this transaction: nothing of the request happened, so it may be sent again."""
    log.warning("database-unavailable", error=type(error.orig).__name__)
    return _ours(Unavailable("database-unavailable", "The database does not answer. Try again in a moment."))


def _form_expired(_error: CSRFError) -> Response:
    return problem(400, "form-expired", "This form is no longer valid. Go back, reload the page, try again.")


def _framework(error: HTTPException) -> Response:
    code = error.code or 500
    if 300 <= code < 400 or error.response is not None:
        return make_response(error.get_response())
    if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        _take_the_rest()
    name, said = _NAMED.get(code, ((error.name or "error").lower().replace(" ", "-"), ""))
    response = problem(code, name, said or error.description or error.name)
    for header, value in error.get_headers():
        if header not in ("Content-Type", "Content-Length"):
            response.headers[header] = value
    return response


def _take_the_rest() -> None:
    """Read what was sent beyond the limit, up to a limit of its own, and throw it away.

    A connection with unread bytes is cut by the server: the sender would see a broken connection, now or at
    the next request, instead of our reason.
    """
    left = _READ_AND_THROWN_AWAY
    with suppress(OSError):
        while left > 0 and (chunk := request.environ["wsgi.input"].read(min(left, 64 * 1024))):
            left -= len(chunk)


def _unforeseen(error: Exception) -> Response:
    # The exception's text may hold a name or a number, so only its type and place are logged.
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{place.tb_lineno}" if place else ""
    log.error("request-crashed", error=type(error).__name__, where=where)
    return problem(500, "internal-error", "The service failed on this request; it has been logged.")
