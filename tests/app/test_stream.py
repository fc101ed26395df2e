"""The stream: only for who is signed in, silent until something changes, over when the session is."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from werkzeug.test import Client, TestResponse

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import sign_in
from callsvc.app import create_app
from callsvc.runtime import Runtime
from callsvc.stream import PATH, Stream, Watch, stream_address

from .world import CHIEF, PASSWORD, note, seed


class Still(Watch):
    """A watch without its thread: the test says when to look, and nobody waits."""

    def listen(self) -> None:
        self.look()

    def leave(self) -> None:
        pass

    def wait(self, seen: str, timeout: float) -> str:
        self.look()
        return self.marker


@pytest.fixture
def stream(rt: Runtime) -> Client:
    seed(rt)
    return Client(Stream(rt, Still(rt)))


def open_stream(rt: Runtime, stream: Client, origin: str = "") -> TestResponse:
    stream.set_cookie(COOKIE, sign_in(rt, CHIEF, PASSWORD))
    return stream.get(PATH, headers={"Origin": origin} if origin else {}, buffered=False)


def test_strangers_hear_nothing(stream: Client) -> None:
    assert stream.get(PATH).status_code == 401
    assert stream.get("/stream/other").status_code == 404
    assert stream.get("/healthz").status_code == 200


def test_a_change_is_told_and_silence_is_kept_open(rt: Runtime, stream: Client) -> None:
    answer = open_stream(rt, stream)
    lines: Iterator[bytes] = iter(answer.response)  # type: ignore[arg-type]
    assert answer.mimetype == "text/event-stream"
    assert b"event: ready" in next(lines)
    assert next(lines).startswith(b":")
    with rt.db.begin() as tx:
        note(tx, "attempt-placed", 999, {})
    assert b"event: changed" in next(lines)
    assert next(lines).startswith(b":")
    answer.close()


def test_the_stream_ends_with_the_session(rt: Runtime, stream: Client) -> None:
    answer = open_stream(rt, stream)
    lines: Iterator[bytes] = iter(answer.response)  # type: ignore[arg-type]
    next(lines)
    rt.machine.advance(16 * 60)  # type: ignore[attr-defined]
    assert b"signed-out" in next(lines)
    assert next(lines, None) is None


def test_only_our_pages_may_listen_from_another_port(rt: Runtime, stream: Client) -> None:
    ours = open_stream(rt, stream, origin="http://127.0.0.1:8000")
    assert ours.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8000"
    ours.close()
    other = open_stream(rt, stream, origin="http://evil.example")
    assert "Access-Control-Allow-Origin" not in other.headers
    other.close()


def test_the_watch_wakes_its_listeners_by_its_own_thread(rt: Runtime) -> None:
    seed(rt)
    watch = Watch(rt)
    watch.listen()
    try:
        assert watch.wait("", timeout=5) != ""
    finally:
        watch.leave()


def test_pages_may_connect_to_a_stream_on_another_port(rt: Runtime) -> None:
    """Without a proxy the stream has an address of its own, and only that one is added to the policy."""
    settings = rt.settings.model_copy(update={"callsvc_stream_url": "http://127.0.0.1:8001"})
    app = create_app(replace(rt, settings=settings))
    policy = app.test_client().get("/console/sign-in").headers["Content-Security-Policy"]
    assert "connect-src 'self' http://127.0.0.1:8001;" in policy
    assert stream_address(settings) == "http://127.0.0.1:8001/stream/events"
