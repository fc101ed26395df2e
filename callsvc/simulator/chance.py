"""Chance that repeats: every draw is a hash of the seed and of what is drawn, in no order of events."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def fraction(seed: str, *about: object) -> float:
    """A number in [0, 1) that is always the same for this seed and subject."""
    digest = hashlib.sha256("|".join((seed, *map(str, about))).encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def choose(weights: Mapping[str, float], seed: str, *about: object) -> str:
    """One of the keys, each as likely as its weight says."""
    if not weights or min(weights.values()) < 0 or sum(weights.values()) <= 0:
        raise ValueError("weights must not be negative and at least one must be positive")
    mark = fraction(seed, *about) * sum(weights.values())
    for name, weight in weights.items():
        mark -= weight
        if mark < 0:
            return name
    return next(reversed(list(weights)))
