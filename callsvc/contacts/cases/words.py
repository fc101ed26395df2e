"""The words of hand-overs as people read them."""

from typing import Any

from flask_babel import lazy_gettext as _

STATES: dict[str, Any] = {
    "": _("at its platform"),
    "waiting": _("waits for the authority"),
    "taken": _("taken by the authority"),
    "returned": _("given back"),
    "closed": _("closed by the authority"),
}
WHY: dict[str, Any] = {
    "cluster": _("several cases of one place"),
    "school": _("a school"),
    "health-facility": _("a health facility"),
    "care-home": _("a care home"),
    "travel": _("a journey"),
    "refuses-to-answer": _("refuses to answer"),
    "unreachable": _("cannot be reached"),
    "other": _("another reason"),
    "followed-up": _("followed up"),
    "cluster-opened": _("a cluster was opened"),
    "no-action-needed": _("nothing was needed"),
    "lost": _("not found again"),
    "duplicate": _("another case already"),
    "not-for-the-authority": _("not for the authority"),
    "information-missing": _("information is missing"),
    "wrong-region": _("of another region"),
}
"""Reasons and outcomes; no two of them share an id."""
