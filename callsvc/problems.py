"""Kinds of errors become HTTP codes here and nowhere else.

Machines (``/api``, ``/webhooks``, probes) get problem JSON ``{"id", "message", "details"}``; people get a
page that says what to do.
"""

from typing import Any

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from callsvc.core.errors import CallsvcError

log = structlog.get_logger(__name__)

CODES = {"not-found": 404, "conflict": 409, "invalid": 422, "forbidden": 403, "unavailable": 503}


def register_problems(app: Flask) -> None:
    """Handle our own errors, the framework's, and whatever nobody thought of."""
    app.register_error_handler(CallsvcError, _ours)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _framework)
    app.register_error_handler(Exception, _unforeseen)


def problem(code: int, id: str, message: str, details: Any = None) -> Response:
    """The answer that tells what went wrong, for a program or for a person."""
    if wants_page():
        page = render_template("error.html", code=code, id=id, message=message)
        return make_response(page, code)
    response = jsonify(id=id, message=message, details=details or {})
    response.status_code = code
    return response


def wants_page() -> bool:
    """True for the pages of people; every other path is spoken to by programs."""
    return request.path == "/" or request.path.startswith(("/console", "/desk"))


def _ours(error: CallsvcError) -> Response:
    code = CODES.get(error.kind, 500)
    if code >= 500:
        log.warning("request-failed", id=error.id, path=request.url_rule and request.url_rule.rule)
    response = problem(code, error.id, error.message, dict(error.details))
    if code == 503:
        response.headers["Retry-After"] = "2"
    return response


def _form_expired(_error: CSRFError) -> Response:
    return problem(400, "form-expired", "This form is no longer valid. Go back, reload the page, try again.")


def _framework(error: HTTPException) -> Response:
    code = error.code or 500
    if 300 <= code < 400 or error.response is not None:
        return make_response(error.get_response())
    name = (error.name or "error").lower().replace(" ", "-")
    response = problem(code, name, error.description or error.name)
    for header, value in error.get_headers():
        if header not in ("Content-Type", "Content-Length"):
            response.headers[header] = value
    return response


def _unforeseen(error: Exception) -> Response:
    # The exception's text may hold a name or a number, so only its type and place are logged.
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{place.tb_lineno}" if place else ""
    log.error("request-crashed", error=type(error).__name__, where=where)
    return problem(500, "internal-error", "The service failed on this request; it has been logged.")
