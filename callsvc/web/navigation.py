"""What the menu offers, and to whom: one table.

A new page is one line here. An entry whose endpoint the application does not have is not shown, nor is one
whose scope the signed-in person lacks; the page's own guard is what protects it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class Entry:
    endpoint: str
    title: Any
    scope: str
    role: str = ""  # shown to this role only


MENU: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    (
        _("Follow"),
        (
            Entry("desk.index", _("My desk"), "desk", role="agent"),
            Entry("metrics.dashboard", _("Dashboard"), "report"),
            Entry("calls.index", _("Calls"), "report"),
            Entry("supervising.overview", _("Supervision"), "routing"),
            Entry("supervising.queues", _("Queues"), "routing"),
            Entry("supervising.agents", _("Agents"), "routing"),
            Entry("supervising.aid", _("Mutual aid"), "routing"),
            Entry("supervising.show_limits", _("Limits"), "routing"),
        ),
    ),
    (
        _("Call people"),
        (
            Entry("campaigns.index", _("Campaigns"), "report"),
            Entry("campaigns.approvals", _("Approvals"), "campaigns"),
            Entry("campaigns.callers", _("Numbers shown"), "campaigns"),
            Entry("people.index", _("People"), "contacts"),
            Entry("people.suppressions", _("Do not contact"), "contacts"),
            Entry("people.lifts", _("Lifts to decide"), "contacts"),
            Entry("cases.index", _("Cases"), "contacts"),
            Entry("flows.index", _("Flows"), "report"),
            Entry("directory.index", _("Directory"), "routing"),
        ),
    ),
    (
        _("Administration"),
        (
            Entry("accounts.index", _("Accounts"), "accounts"),
            Entry("audit.index", _("Access log"), "audit"),
            Entry("operations.index", _("Operations"), "operations"),
        ),
    ),
)

OWN = "accounts.own"


@dataclass(frozen=True)
class Link:
    """An entry as the layout draws it."""

    href: str
    title: Any
    current: bool
    waiting: int = 0  # things that wait for the reader there


_WAITING = "callsvc-waiting"


def register_waiting(app: Flask, endpoint: str, count: Callable[[], int]) -> None:
    """Show beside an entry how much waits there for whoever is signed in; asked with every whole page."""
    cast(dict[str, Callable[[], int]], app.extensions.setdefault(_WAITING, {}))[endpoint] = count


def menu() -> list[tuple[Any, list[Link]]]:
    """The groups and their links for whoever is signed in; a group without links is left out."""
    principal = g.get("principal")
    if principal is None:
        return []
    known = current_app.view_functions
    groups = [
        (
            title,
            [
                _link(entry)
                for entry in entries
                if entry.endpoint in known
                and principal.may(entry.scope)
                and entry.role in ("", principal.role)
            ],
        )
        for title, entries in MENU
    ]
    return [(title, links) for title, links in groups if links]


def is_ours(path: str) -> bool:
    """A page of this console, never another site: what ``next`` may lead to."""
    plain = "\\" not in path and path.isprintable() and " " not in path
    return path.startswith(("/console", "/desk")) and plain


def page_of_ones_own() -> str:
    """Where the signed-in person changes their own account; empty if the application has no such page."""
    return url_for(OWN) if OWN in current_app.view_functions else ""


def _link(entry: Entry) -> Link:
    """Current on the page itself and on those below its address, but where another entry's page is nearer."""
    href, room = url_for(entry.endpoint), entry.endpoint.split(".")[0]
    known = current_app.view_functions
    pages = {one.endpoint for _, entries in MENU for one in entries if one.endpoint in known}
    beside = [url_for(one) for one in pages if one.split(".")[0] == room]
    above = [one for one in beside if _is_at_or_below(request.path, one)]
    current = (request.endpoint or "").split(".")[0] == room and max(above, key=len, default="") == href
    count = current_app.extensions.get(_WAITING, {}).get(entry.endpoint)
    return Link(href, entry.title, current, count() if count is not None else 0)


def _is_at_or_below(path: str, page: str) -> bool:
    return path == page or path.startswith(page.rstrip("/") + "/")
