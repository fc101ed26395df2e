"""A real stream process on a real server: emptied, restarted, trimmed or killed, nothing stays stale."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from redis import Redis
from requests import RequestException

from callsvc.accounts.sessions import open_session
from callsvc.core.changes import STREAM
from callsvc.processes.running import RunningStack, running_stack
from callsvc.runtime import Runtime
from callsvc.stream import PATH

from .conftest import add_person
from .ear import Ear


class Stack:
    """The stack, somebody who may hear everything, and a Runtime that publishes as ``web`` would."""

    def __init__(self, running: RunningStack) -> None:
        self.running = running
        self.rt: Runtime = running.runtime()
        self.redis = Redis.from_url(running.redis_url)
        with self.rt.db.begin() as tx:
            self.who = open_session(tx, add_person(tx, "chief", "administrator", "*"))

    def page(self, topics: str, since: str = "") -> Ear:
        query = f"?topics={topics}" + (f"&since={since}" if since else "")
        return Ear(f"{self.running.stream_url}{PATH}{query}", cookies={"callsvc_session": self.who})

    def change(self, region: str = "44") -> None:
        with self.rt.db.begin() as tx:
            tx.changed("figures", region=region)

    def page_again(self, topics: str, since: str = "") -> Ear:
        """As a page does: try until the process is back."""
        until = time.monotonic() + 10
        while True:
            try:
                return self.page(topics, since)
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.05)

    def close(self) -> None:
        self.redis.close()
        self.rt.db.changes.connection.close()  # type: ignore[attr-defined]
        self.rt.jobs.connection.close()  # type: ignore[attr-defined]
        self.rt.db.engine.dispose()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack"), only={"redis", "stream"}) as running:
        stack = Stack(running)
        yield stack
        stack.close()


def test_what_one_process_commits_another_one_tells(stack: Stack) -> None:
    with stack.page("figures") as ear:
        ear.next()
        began = time.monotonic()
        stack.change()
        heard = ear.next()
        assert time.monotonic() - began < 1
        assert heard.data == '["figures"]'
        assert stack.redis.xrange(STREAM, heard.id, heard.id)


def test_an_emptied_redis_is_noticed_and_everybody_looks_again(stack: Stack) -> None:
    with stack.page("figures") as ear:
        last = ear.next().id
        stack.redis.flushall()
        assert ear.next().name == "resync"
        stack.change()
        assert ear.next().name == "changed"
    with stack.page("figures", since=last) as ear:
        assert [ear.next().name for _ in range(2)] == ["ready", "resync"]


def test_changes_published_right_after_redis_was_emptied_are_no_disguise(stack: Stack) -> None:
    with stack.page("figures") as ear:
        ear.next()
        stack.redis.flushall()
        stack.change()
        assert ear.next().name == "resync"


def test_a_trimmed_stream_is_noticed(stack: Stack) -> None:
    with stack.page("figures") as ear:
        ear.next()
        stack.redis.xtrim(STREAM, maxlen=0, approximate=False)
        assert ear.next().name == "resync"


def test_an_entry_that_nobody_can_read_is_taken_for_a_loss(stack: Stack) -> None:
    with stack.page("figures") as ear:
        ear.next()
        for text in ("{", "[1]", "[[]]", '[["figures"],["figures","44","",0,1,2]]'):
            stack.redis.xadd(STREAM, {"c": text})
            assert ear.next().name == "resync"


def test_a_restart_of_redis_is_survived_and_everybody_looks_again(stack: Stack) -> None:
    with stack.page("figures") as ear:
        ear.next()
        stack.running.hold("redis")
        stack.change()  # while Redis is away: does not fail, is not heard
        stack.running.release("redis")
        assert ear.next().name == "resync"
        stack.rt.db.changes._mute_until = 0.0  # type: ignore[attr-defined]  # as five seconds later
        stack.change()
        assert "resync" in iter(lambda: ear.next().name, "")  # for what the publisher could not tell


def test_a_killed_stream_process_is_followed_by_one_that_knows_what_was_missed(stack: Stack) -> None:
    with stack.page("figures,queue") as ear:
        last = ear.next().id
        os.kill(stack.running.pids()["stream"], signal.SIGKILL)
        with pytest.raises(RequestException):
            ear.next()
    stack.change()
    with stack.page_again("figures,queue", since=last) as ear:
        assert ear.next().name == "ready"
        assert ear.next().data == '["figures"]'
