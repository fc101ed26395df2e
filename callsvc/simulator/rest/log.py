"""Keeps the REST requests that change something beside the webhooks, for the page of the call they made."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from callsvc.simulator.exchanges import LARGEST, Exchange, Exchanges, shown

_SID = re.compile(
    r"/((?:CA|SM|MM|CF|QU)[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
)


def keeping(exchanges: Exchanges, base: str) -> Middleware:
    """A middleware that keeps every REST request below `base` but those that only read."""

    @web.middleware
    async def keep(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "GET" or not request.path.startswith(f"{base}/"):
            return await handler(request)
        at, began = exchanges.now(), time.monotonic()
        response = await handler(request)
        body = response.body if isinstance(response, web.Response) else b""
        text = body.decode(errors="replace") if isinstance(body, bytes) else ""
        form = parse_qsl((await request.read()).decode(errors="replace"), keep_blank_values=True)
        exchanges.keep(
            Exchange(
                subject=_subject(request.path, text),
                at=at,
                place="rest",
                method=request.method,
                url=request.path,
                parameters=(*shown(str(request.rel_url), {}), *form),
                status=response.status,
                body=text[:LARGEST],
                took=time.monotonic() - began,
            )
        )
        return response

    return keep


def _subject(path: str, body: str) -> str:
    """The call a participant is, else what the answer names, else the first resource of the address."""
    try:
        answer = json.loads(body or "{}")
    except ValueError:
        answer = {}
    if isinstance(answer, dict) and (answer.get("call_sid") or answer.get("sid")):
        return str(answer.get("call_sid") or answer["sid"])
    found = _SID.findall(path)
    return str(found[-1]) if found else ""
