"""The blueprint of all pages of flows, and what they share."""

import difflib
from collections.abc import Iterable

from flask import Blueprint

blueprint = Blueprint("flows", __name__, url_prefix="/console/flows")

SHORT = 8  # characters of a version's hash that a person compares


@blueprint.app_template_filter("short")
def short(version: str) -> str:
    """The beginning of a version, as pages name it."""
    return version[:SHORT]


def lines_changed(old: str, new: str) -> list[tuple[str, str]]:
    """A text comparison: (kind, line); kind is same, gone, new or place."""
    kinds = {"+": "new", "-": "gone", "@": "place"}
    told: Iterable[str] = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
    lines = [line for line in told if not line.startswith(("---", "+++"))]
    return [(kinds.get(line[:1], "same"), line if line.startswith("@") else line[1:]) for line in lines]
