"""Job names, job files and queues say the same."""

from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

import workers.jobs
from callsvc.core.jobs import QUEUES
from callsvc.dialing.planning import plan_calls
from callsvc.operations.processes import EXPECTED
from callsvc.processes.table import Ports, processes
from callsvc.runtime import Runtime
from tests.factories import start_campaign
from workers import use_runtime

FILES = {file.stem for file in Path(workers.jobs.__path__[0]).glob("*.py")} - {"__init__"}


def test_every_job_has_its_file_and_every_file_its_queue() -> None:
    assert set(QUEUES) == FILES


def test_what_takes_long_has_a_queue_that_nothing_else_waits_in() -> None:
    long = {"import_lists", "forget_due"}
    assert not {QUEUES[job] for job in long} & {QUEUES[job] for job in QUEUES.keys() - long}
    assert {QUEUES[job] for job in ("rehearse", "preview_aid")} == {"previews"}


def test_every_queue_has_a_worker_that_health_expects_and_the_supervisor_runs() -> None:
    workers = {f"worker-{queue}" for queue in QUEUES.values()}
    assert workers <= set(EXPECTED) and workers <= {one.name for one in processes(Ports())}
    assert "worker-previews" in workers


@pytest.mark.parametrize("job", sorted(QUEUES))
def test_a_job_takes_ids_and_does_nothing_without_any(rt: Runtime, job: str) -> None:
    run = import_module(f"workers.jobs.{job}").run
    assert list(signature(run).parameters) == ["ids"]
    use_runtime(rt)
    try:
        assert run([]) is None
    finally:
        use_runtime(None)
    assert rt.carrier.calls == {} and rt.carrier.messages == {}  # type: ignore[attr-defined]


def test_what_planning_asks_for_can_be_run_as_it_was_asked_for(rt: Runtime) -> None:
    start_campaign(rt)
    plan_calls(rt)
    use_runtime(rt)
    try:
        for job, ids in rt.jobs.take():  # type: ignore[attr-defined]
            import_module(f"workers.jobs.{job}").run(list(ids))
    finally:
        use_runtime(None)
    assert len(rt.carrier.calls) == 1  # type: ignore[attr-defined]
