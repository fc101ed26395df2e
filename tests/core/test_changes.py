"""Changes: told after the commit, each once, and never at the cost of a use case."""

from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from callsvc.core.changes import RESYNC, Change, MemoryChanges, RedisChanges, read, write
from callsvc.runtime import Runtime


@pytest.fixture
def changes(rt: Runtime) -> MemoryChanges:
    assert isinstance(rt.db.changes, MemoryChanges)
    return rt.db.changes


def test_changes_are_published_after_the_commit_each_once_in_one_go(
    rt: Runtime, changes: MemoryChanges
) -> None:
    with rt.db.begin() as tx:
        tx.changed("figures", region="44")
        tx.changed("desk", subject="agt1", version=4)
        tx.changed("figures", region="44")
        tx.changed("desk", subject="agt1", version=5)
        assert changes.published == []
    assert changes.published == [(Change("figures", "44"), Change("desk", "", "agt1", 5))]


def test_a_transaction_that_fails_or_changes_nothing_tells_nothing(
    rt: Runtime, changes: MemoryChanges
) -> None:
    with pytest.raises(ZeroDivisionError), rt.db.begin() as tx:
        tx.changed("figures", region="44")
        _ = 1 / 0
    with rt.db.begin():
        pass
    assert changes.published == []


def test_an_entry_is_read_as_it_was_written_and_unknown_topics_are_left_out() -> None:
    told: Sequence[Change] = (Change("campaign", "44", "tracing"), Change("desk", subject="agt1", version=7))
    assert read(write(told)) == told
    assert read(b'[["tomorrows-topic","","",0],["figures","44","",0]]') == (Change("figures", "44"),)


class _Redis:
    """A Redis that is away while ``away`` is true; remembers what it was given."""

    def __init__(self) -> None:
        self.away = True
        self.asked = 0
        self.entries: list[tuple[Change, ...]] = []

    def execute_command(self, *words: str) -> None:
        from redis.exceptions import ConnectionError

        self.asked += 1
        if self.away:
            raise ConnectionError
        self.entries.append(read(words[-1]))


def test_a_redis_that_is_away_costs_one_try_and_afterwards_everybody_looks_again() -> None:
    now = [100.0]
    changes = RedisChanges("redis://127.0.0.1:9/0", now=lambda: now[0])
    redis = _Redis()
    changes.connection = redis  # type: ignore[assignment]
    with capture_logs() as logs:
        for _ in range(3):
            changes.publish([Change("figures", "44")])
    assert redis.asked == 1
    assert [(line["event"], line["log_level"]) for line in logs] == [("changes-not-published", "warning")]
    redis.away = False
    now[0] += 6
    changes.publish([Change("figures", "44")])
    changes.publish([Change("figures", "44")])
    assert redis.entries == [(Change("figures", "44"), RESYNC), (Change("figures", "44"),)]
