"""Who may give which rights to whom: arithmetic over roles, regions and platforms."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Places = frozenset[str] | Literal["*"]


class Rights(NamedTuple):
    """What an account holds. ``regions`` and ``platforms`` are codes, or ``"*"`` for all."""

    role: str
    regions: Places
    platforms: Places = "*"


def beyond(own: Rights, other: Rights, scopes_of: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """In what ``other`` exceeds ``own``: any of ``role``, ``regions``, ``platforms``; empty when it does not.

    Whoever may change an account could take it over by resetting its password: so the same question decides
    what somebody may grant and whom they may touch at all.
    """
    found = []
    if not scopes_of[other.role] <= scopes_of[own.role]:
        found.append("role")
    if not within(other.regions, own.regions):
        found.append("regions")
    if not within(other.platforms, own.platforms):
        found.append("platforms")
    return tuple(found)


def within(inner: Places, outer: Places) -> bool:
    """Whether every place of ``inner`` is one of ``outer``.

    >>> within(frozenset({"44"}), "*"), within("*", frozenset({"44"}))
    (True, False)
    """
    if outer == "*":
        return True
    return inner != "*" and inner <= outer


def governs(rights: Rights) -> bool:
    """An administrator of the whole country: at least one must always be able to sign in."""
    return rights == Rights("administrator", "*", "*")
