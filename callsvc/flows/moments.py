"""Moments that a session was offered, and that are gone by the time somebody chooses one."""

from collections.abc import Collection, Mapping
from typing import Any

_OVER = "1970-01-01T00:00:00+00:00"


def without_moments(state: Mapping[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """The state of a session in which these moments (by id) may not be chosen any more."""
    facts = {name: _marked(fact, gone) for name, fact in state["facts"].items()}
    return {**state, "facts": facts}


def _marked(fact: Any, gone: Collection[str]) -> Any:
    if not isinstance(fact, list):
        return fact
    return [
        {**one, "expires": _OVER} if isinstance(one, dict) and one.get("id") in gone else one for one in fact
    ]
