"""Queues, aid and agents on one page, each part live by itself; the page of each has filters and more."""

from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from callsvc.accounts.guard import current_principal, page
from callsvc.core.db import Tx
from callsvc.supervising.aid import aid_shown
from callsvc.supervising.blueprint import blueprint
from callsvc.supervising.floor import agents_shown
from callsvc.supervising.queues import queues_shown
from callsvc.web import current_rt

PARTS: Final = ("queues", "aid", "agents")


@blueprint.get("/supervision/")
@page("routing")
def overview() -> ResponseReturnValue:
    """All three; with ``part`` one of them alone, as it is fetched when something changed."""
    wanted = request.args.get("part", "")
    with current_rt().db.read() as tx:
        if wanted in PARTS and request.headers.get("HX-Request") == "true":
            return _part(tx, wanted)
        parts = {name: _part(tx, name) for name in PARTS}
    return render_template("supervising/overview.html", parts=parts)


def _part(tx: Tx, name: str) -> Markup:
    """The first rows of a list, in its usual order."""
    principal, usual = current_principal(), MultiDict[str, str]()
    if name == "aid":
        return Markup(render_template("supervising/_aid.html", **aid_shown(tx, principal)))  # noqa: S704
    shown = queues_shown if name == "queues" else agents_shown
    context = shown(tx, principal, usual, filtered=False)
    return Markup(render_template(f"supervising/_{name}.html", **context))  # noqa: S704 - escaped by itself
