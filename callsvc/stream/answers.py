"""Answers to a request for a stream: the stream's headers, or why there is none."""

from aiohttp import web

from callsvc.core.errors import CallsvcError
from callsvc.core.settings import Settings
from callsvc.stream.addresses import page_origin

_CODES = {"sign-in-needed": 401, "streams-of-account": 429, "streams-full": 503, "stream-stopping": 503}
_COME_BACK_S = {429: "30", 503: "5"}


def stream_answer(request: web.Request, settings: Settings) -> web.StreamResponse:
    return web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
            **_for_our_pages(request, settings),
        }
    )


def refusal(request: web.Request, settings: Settings, error: CallsvcError) -> web.Response:
    """Problem JSON: 401 without a session, 429 and 503 for too many, 403 for the rest."""
    code = _CODES.get(error.id, 403)
    headers = {"Cache-Control": "no-store", **_for_our_pages(request, settings)}
    if code in _COME_BACK_S:
        headers["Retry-After"] = _COME_BACK_S[code]
    body = {"id": error.id, "message": error.message, "details": dict(error.details)}
    return web.json_response(body, status=code, headers=headers)


def _for_our_pages(request: web.Request, settings: Settings) -> dict[str, str]:
    """Our own pages, and no others, may listen from another port."""
    origin = request.headers.get("Origin", "")
    if not origin or origin != page_origin(settings):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }
