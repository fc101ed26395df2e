"""The Procfile and the supervisor's table say the same."""

from pathlib import Path

from callsvc.processes.table import Ports, processes

PROJECT = Path(__file__).parents[2]


def test_the_procfile_is_the_supervisors_table() -> None:
    lines = (PROJECT / "Procfile").read_text().splitlines()
    written = dict(line.split(": ", 1) for line in lines if line)
    assert written == {process.name: process.command for process in processes(Ports())}


def test_all_processes_together_stop_within_ten_seconds() -> None:
    ranks: dict[int, float] = {}
    for process in processes(Ports()):
        ranks[process.stop_rank] = max(ranks.get(process.stop_rank, 0.0), process.stop_within_s)
    assert sum(ranks.values()) < 10


def test_what_accepts_work_stops_first_and_redis_last() -> None:
    rank = {process.name: process.stop_rank for process in processes(Ports())}
    assert rank["web"] == min(rank.values())
    assert rank["worker-dialing"] < rank["simulator"] < rank["redis"] == max(rank.values())
