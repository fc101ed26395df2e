"""The blueprint of all pages of flows, and what they share."""

import difflib
from collections.abc import Iterable

from flask import Blueprint
from flask_babel import get_locale

from ivr_flows.saying import in_language

blueprint = Blueprint("flows", __name__, url_prefix="/console/flows")

SHORT = 8  # characters of a version's hash that a person compares


@blueprint.app_template_filter("short")
def short(version: str) -> str:
    """The beginning of a version, as pages name it."""
    return version[:SHORT]


def language() -> str:
    """The reader's language, in which sentences about a flow are told."""
    return str(getattr(get_locale(), "language", "en"))


@blueprint.app_template_filter("in_words")
def in_words(said: str) -> str:
    """A sentence about a flow in the reader's language."""
    return str(in_language(said, language()))


def lines_changed(old: str, new: str) -> list[tuple[str, str]]:
    """A text comparison: (kind, line); kind is same, gone, new or place."""
    kinds = {"+": "new", "-": "gone", "@": "place"}
    told: Iterable[str] = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
    lines = [line for line in told if not line.startswith(("---", "+++"))]
    return [(kinds.get(line[:1], "same"), line if line.startswith("@") else line[1:]) for line in lines]
