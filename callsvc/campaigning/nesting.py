"""Between the fields of a flat form and the places of a campaign's file, such as ``pacing.most_live``."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Annotated, Any

from pydantic import BeforeValidator

Paths = Mapping[str, str]  # a form's field and its place in the file


def _plain(text: Any) -> Any:
    """0,5 is 0.5, and thousands may be parted by spaces."""
    if not isinstance(text, str):
        return text
    return text.replace(",", ".").replace("\u202f", "").replace("\xa0", "").replace(" ", "")


Decimal = Annotated[float, BeforeValidator(_plain)]
Whole = Annotated[int, BeforeValidator(_plain)]


def values_at(config: Mapping[str, Any], paths: Paths) -> dict[str, Any]:
    """What each field begins with.

    >>> values_at({"pacing": {"most_live": 5}}, {"lines": "pacing.most_live"})
    {'lines': 5}
    """
    return {name: _at(config, place) for name, place in paths.items()}


def _at(config: Mapping[str, Any], place: str) -> Any:
    value: Any = config
    for key in place.split("."):
        value = value.get(key, "") if isinstance(value, Mapping) else ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def changes_at(config: Mapping[str, Any], paths: Paths, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the file with these fields in them; what the form does not hold stays.

    >>> changes_at({"pacing": {"most_live": 5, "rate": 1}}, {"lines": "pacing.most_live"}, {"lines": 8})
    {'pacing': {'most_live': 8, 'rate': 1}}
    """
    changes: dict[str, Any] = {}
    for name, place in paths.items():
        first, _, rest = place.partition(".")
        if not rest:
            changes[first] = given[name]
            continue
        part = changes.setdefault(first, deepcopy(dict(config.get(first) or {})))
        part[rest] = given[name]
    return changes
