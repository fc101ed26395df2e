"""One failing task never stops the others, whatever it fails with."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from callsvc.core.errors import NotFound
from callsvc.runtime import Runtime
from workers.ticker import Task, beat, chores, deadlines, pace


def _raises(error: Exception) -> Callable[[Runtime], object]:
    def act(_rt: Runtime) -> object:
        raise error

    return act


@pytest.mark.parametrize(
    "error",
    [
        NotFound("gone", "Nothing is here."),
        OperationalError("select", {}, Exception("locked")),
        KeyError("a bug"),
        StopIteration(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_rest_runs_when_one_task_fails(rt: Runtime, error: Exception) -> None:
    ran: list[str] = []
    due = [Task(1.0, _raises(error)), Task(1.0, lambda _rt: ran.append("after"))]
    beat(rt, due, now=10.0)
    assert ran == ["after"]
    assert [task.due_at for task in due] == [11.0, 11.0]  # a failure is tried again in its own rhythm


def test_a_task_runs_in_its_own_rhythm_and_not_between(rt: Runtime) -> None:
    ran: list[float] = []
    task = Task(2.0, lambda _rt: ran.append(1))
    for now in (10.0, 11.9, 12.0, 12.1, 20.0):
        beat(rt, [task], now)
    assert len(ran) == 3


def test_every_task_of_the_ticker_runs_on_an_empty_database(rt: Runtime) -> None:
    for task in (*deadlines(), *pace(), *chores()):
        task.act(rt)
    assert rt.jobs.take() == [("roll_up_metrics", ()), ("forget_due", ())]  # type: ignore[attr-defined]
