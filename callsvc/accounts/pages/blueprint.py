"""The blueprint of all pages of accounts, and what they share."""

from typing import Any

from flask import Blueprint, request, url_for

from callsvc.accounts.browsers import browser_family
from callsvc.accounts.scope import Principal
from callsvc.core.errors import CallsvcError
from callsvc.labels import label
from callsvc.web import current_rt
from callsvc.web.forms import WHOLE, Form
from callsvc.web.navigation import is_ours

blueprint = Blueprint("accounts", __name__)

# Where somebody lands: the page of their role, else the first that they may see.
_OF_ROLE = {
    "agent": ("desk", "desk.index"),
    "operator": ("operations", "operations.index"),
    "auditor": ("audit", "audit.index"),
}
_HOMES = (("report", "metrics.dashboard"), ("", "accounts.own"))


def home_of(principal: Principal) -> str:
    """The address of the page this person begins with; always one they may see."""
    mine = (_OF_ROLE[principal.role],) if principal.role in _OF_ROLE else ()
    return url_for(next(name for scope, name in (*mine, *_HOMES) if not scope or principal.may(scope)))


def onward() -> str:
    """Where to go next: only a path of ours, never another site."""
    wanted = request.values.get("next", "")
    return wanted if is_ours(wanted) else url_for("accounts.front")


def browser() -> str:
    return browser_family(request.headers.get("User-Agent", ""))


def public_url(endpoint: str) -> str:
    """An address as the world sees it, whatever the request said about its host."""
    return current_rt().settings.public_base_url.rstrip("/") + url_for(endpoint)


def refuse(form: "Form[Any]", error: CallsvcError, fields: dict[str, str]) -> None:
    """Say in the form what the use case refused, beside the field it is about."""
    form.refuse(fields.get(error.id, WHOLE), label(error.id, "problem"))
