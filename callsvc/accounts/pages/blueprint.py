"""The blueprint of all pages of accounts, and what they share."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, request, url_for

from callsvc.accounts.browsers import browser_family
from callsvc.accounts.scope import Principal
from callsvc.core.errors import CallsvcError
from callsvc.labels import label
from callsvc.web import current_rt
from callsvc.web.forms import WHOLE, Form

blueprint = Blueprint("accounts", __name__)

# Where somebody lands, by what they may do; the first page the application has.
_HOMES = (("report", "metrics.dashboard"), ("desk", "desk.show"), ("", "accounts.own"))


def home_of(principal: Principal) -> str:
    """The address of the first page this person may see."""
    known = current_app.view_functions
    endpoint = next(name for scope, name in _HOMES if name in known and (not scope or principal.may(scope)))
    return url_for(endpoint)


def onward() -> str:
    """Where to go next: only a path of ours, never another site."""
    wanted = request.values.get("next", "")
    if is_ours(wanted):
        return wanted
    return url_for("accounts.front")


def is_ours(path: str) -> bool:
    plain = "\\" not in path and path.isprintable() and " " not in path
    return path.startswith(("/console", "/desk")) and plain and not urlsplit(path).netloc


def browser() -> str:
    return browser_family(request.headers.get("User-Agent", ""))


def public_url(endpoint: str) -> str:
    """An address as the world sees it, whatever the request said about its host."""
    return current_rt().settings.public_base_url.rstrip("/") + url_for(endpoint)


def refuse(form: "Form[Any]", error: CallsvcError, fields: dict[str, str]) -> None:
    """Say in the form what the use case refused, beside the field it is about."""
    form.refuse(fields.get(error.id, WHOLE), label(error.id, "problem"))
