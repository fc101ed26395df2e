"""One failing id never stops the others, and is told once."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls import agent_legs, updates
from callsvc.core.each import for_each
from callsvc.core.incidents import incident
from callsvc.dialing import settling
from callsvc.messages import sending
from callsvc.runtime import Runtime


def _failed(rt: Runtime) -> list[tuple[str, str]]:
    with rt.db.read() as tx:
        return [(row.kind, row.subject) for row in tx.all(sa.select(incident).order_by(incident.c.subject))]


def test_the_rest_goes_on_and_the_failure_is_told_once(rt: Runtime) -> None:
    done: list[str] = []

    def act(one: str) -> None:
        if one == "b":
            raise KeyError("a bug")
        done.append(one)

    for _ in range(2):
        for_each(rt.db, ["a", "b", "c"], act)
    assert done == ["a", "c", "a", "c"]
    assert _failed(rt) == [("job-item-failed", "b")]


@pytest.mark.parametrize(
    ("job", "module", "part"),
    [
        (sending.send_messages, sending, "_claim_and_send"),
        (settling.settle_doubts, settling, "_settle"),
        (settling.reconcile, settling, "_reconcile"),
        (agent_legs.place_agent_legs, agent_legs, "_place"),
        (updates.perform_all, updates, "perform"),
    ],
    ids=["send", "settle", "reconcile", "agent-legs", "updates"],
)
def test_every_batch_outlives_its_worst_item(
    rt: Runtime,
    monkeypatch: pytest.MonkeyPatch,
    job: Callable[[Runtime, list[str]], None],
    module: Any,
    part: str,
) -> None:
    seen: list[str] = []

    def act(_rt: Runtime, one: str) -> None:
        seen.append(one)
        if one == "bad":
            raise ZeroDivisionError

    monkeypatch.setattr(module, part, act)
    job(rt, ["bad", "good"])
    assert seen == ["bad", "good"] and _failed(rt) == [("job-item-failed", "bad")]
