"""The personas by name, and what a person is after taking one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from callsvc.simulator.chance import choose

_FILE = Path(__file__).with_name("personas.yaml")


@cache
def personas() -> dict[str, dict[str, Any]]:
    """Every persona's facts; callers must not change them."""
    found: dict[str, dict[str, Any]] = YAML(typ="safe", pure=True).load(_FILE.read_text("utf-8"))
    return found


def with_persona(facts: dict[str, Any], seed: str, address: str) -> dict[str, Any]:
    """The facts of the persona taken (`persona`, or one of `personas` by weight), changed by their own.

    A person of `personas` is the same one for good: drawn from the seed and the address.
    """
    name, weights = facts.get("persona"), facts.get("personas")
    if name is None and weights is None:
        return facts
    if name is not None and weights is not None:
        raise ValueError("personas: give either persona or personas")
    if weights is not None:
        name = _drawn(weights, seed, address)
    if name not in personas():
        raise ValueError(f"persona: {name!r} is none of {', '.join(personas())}")
    own = {field: value for field, value in facts.items() if field not in ("persona", "personas")}
    return personas()[str(name)] | own


def _drawn(weights: Any, seed: str, address: str) -> str:
    try:
        known = {str(name): float(weight) for name, weight in weights.items()}
        unknown = set(known) - set(personas())
        if unknown:
            raise ValueError(f"{min(unknown)!r} is none of {', '.join(personas())}")
        return choose(known, seed, address, "persona")
    except (ValueError, TypeError, AttributeError) as problem:
        raise ValueError(f"personas: give names and their weights: {problem}") from problem
