"""The exits a session has taken and what was answered, with its moment, kept with its state.

An exit tells an answer ("symptoms, key 1"), so a person's path stays inside the encrypted state: no row of
its own, no further statement in a webhook. What is counted from it names nobody; the answers leave by an
export alone (``callsvc/studio/exporting.py``), and go with the session when it is deleted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ivr_flows import Turn
from ivr_flows.results import Answer, answers_of

_KEY, _ANSWERS = "path", "answers"
_MOST = 500  # hops, and answers; a flow's own limits end a session long before

Hops = Sequence[Sequence[str | None]]  # step, exit, target; no target where the session ended


def with_path(turn: Turn, before: Hops) -> dict[str, Any]:
    """What is stored of a turn: its state and the whole path up to here."""
    hops = [*before, *([hop.step, hop.exit, hop.to] for hop in turn.path)]
    return {**turn.state, _KEY: hops[:_MOST]}


def kept(turn: Turn, before: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is stored of a turn: the same, and what was answered so far, each with its moment (lived)."""
    new = [
        [answer.at.isoformat(), answer.question, answer.response, dict(answer.metadata)]
        for answer in answers_of(turn, at=now)
    ]
    return {**with_path(turn, path_of(before)), _ANSWERS: [*before.get(_ANSWERS, ()), *new][:_MOST]}


def answers_in(stored: Mapping[str, Any]) -> list[Answer]:
    """What was answered in a stored session; nothing for one that began before moments were kept."""
    return [
        Answer(datetime.fromisoformat(at), question, response, metadata)
        for at, question, response, metadata in stored.get(_ANSWERS, ())
    ]


def path_of(stored: Mapping[str, Any]) -> Hops:
    """The path of a stored session; empty for one that began before paths were kept."""
    path: Hops = stored.get(_KEY, ())
    return path
