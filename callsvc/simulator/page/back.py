"""Back to the page a form was on."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web


async def back(request: web.Request) -> web.Response:
    """303 to the page that the form's `back` names, if it is one of ours; else to the overview."""
    asked = urlsplit(str((await request.post()).get("back", "/")))
    where = asked.path if asked.path.startswith("/_simulator/") else "/"
    return web.Response(status=303, headers={"Location": where + (f"?{asked.query}" if asked.query else "")})
