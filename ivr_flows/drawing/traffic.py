"""How many sessions took each exit, and how many were lost on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from ivr_flows.turns import Hop

Counts = Mapping[str, int]
"""Sessions by exit, named as coverage names them: ``{"start.keys.1": 80, "start.hangup": 12}``."""

LEFT = frozenset({"hangup", "expired", "stop"})
"""The ways in which a person leaves of their own accord, without an answer."""

STAYING = frozenset(
    {"flow", "begin"}
)  # into a sub-flow, from which the session comes back; and the first step
FAILURES = frozenset({"on_timeout", "on_invalid"})
"""Without a step of their own, these ask the same question again."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What passed through one step. ``out`` are all who went on, ended or left there."""

    taken: Mapping[str, int]
    out: int
    left: int

    @property
    def share_left(self) -> float:
        """Of 1."""
        return self.left / self.out if self.out else 0.0

    @classmethod
    def of(cls, counts: Counts, step: str, again: Set[str]) -> Traffic:
        """The figures of one step; an exit in ``again`` asks the same question and loses nobody."""
        prefix = f"{step}."
        taken = {name.removeprefix(prefix): n for name, n in counts.items() if name.startswith(prefix)}
        out = sum(n for exit, n in taken.items() if exit not in again | STAYING)
        return cls(taken, out, sum(n for exit, n in taken.items() if exit in LEFT))


def count(paths: Iterable[Iterable[Hop]]) -> dict[str, int]:
    """The counts of some sessions, for a drawing. Asking again after silence is an exit too.

    >>> count([[Hop("start", "keys.1", "bye"), Hop("bye", "end", None)]])
    {'bye.end': 1, 'start.keys.1': 1}
    """
    found: dict[str, int] = {}
    for hop in (hop for path in paths for hop in path):
        name = f"{hop.step}.{hop.exit}"
        found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))
