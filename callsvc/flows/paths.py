"""The exits a session has taken, kept with its state until it ends and is counted.

An exit tells an answer ("symptoms, key 1"), so a person's path stays inside the encrypted state: no row of
its own, no further statement in a webhook. What is counted from it names nobody.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ivr_flows import Turn

_KEY = "path"
_MOST = 500  # hops; a flow's own limits end a session long before

Hops = Sequence[Sequence[str | None]]  # step, exit, target; no target where the session ended


def with_path(turn: Turn, before: Hops) -> dict[str, Any]:
    """What is stored of a turn: its state and the whole path up to here."""
    hops = [*before, *([hop.step, hop.exit, hop.to] for hop in turn.path)]
    return {**turn.state, _KEY: hops[:_MOST]}


def path_of(stored: Mapping[str, Any]) -> Hops:
    """The path of a stored session; empty for one that began before paths were kept."""
    path: Hops = stored.get(_KEY, ())
    return path
