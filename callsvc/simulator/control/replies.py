"""Small helpers of the control interface."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from callsvc.simulator.rest.errors import answer as ok

__all__ = ["body_of", "ok", "refuse"]


def refuse(error: str, message: str, status: int = 400) -> web.Response:
    """An error with a stable id and a sentence that says what to do."""
    return ok({"error": error, "message": message}, status)


async def body_of(request: web.Request) -> Any:
    """The JSON body; ValueError when it is none."""
    try:
        return json.loads(await request.text() or "null")
    except json.JSONDecodeError as problem:
        raise ValueError(f"the body is no JSON: {problem}") from problem
