"""The vendor's error answers: {code, message, more_info, status}.

ApiError        code, message, HTTP status
"""

from __future__ import annotations

import json

from aiohttp import web


class ApiError(Exception):
    """An answer that is not a success."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def response(self) -> web.Response:
        """The answer on the wire."""
        body = {"code": self.code, "message": self.message}
        body |= {"more_info": f"https://www.twilio.com/docs/errors/{self.code}", "status": self.status}
        response = answer(body, self.status)
        if self.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        return response


def answer(body: object, status: int = 200) -> web.Response:
    """A JSON answer; headers and body leave in one write."""
    return web.Response(
        body=json.dumps(body, ensure_ascii=False).encode(), status=status, content_type="application/json"
    )


def nothing() -> web.Response:
    """204: deleted."""
    return web.Response(status=204)


def not_found(path: str) -> ApiError:
    """20404: no such resource."""
    return ApiError(20404, f"The requested resource {path} was not found", 404)
