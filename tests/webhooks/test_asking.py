"""A system that is slow keeps nobody else waiting: neither other questions, nor what else the worker does."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa

from callsvc.calls.tables import webhook_event
from callsvc.flows.service import begin_session, publish
from callsvc.runtime import Runtime
from callsvc.webhooks.asking import AT_ONCE, ask_for_flows
from callsvc.webhooks.fetching import begin_fetch
from tests.webhooks.test_flow_steps import HEAD, HTTP, _with

SLOW = 40  # more than are asked at once


class _SlowLab(ThreadingHTTPServer):
    """Answers nobody until it is let go, and counts who waits."""

    daemon_threads = True
    request_queue_size = 2 * SLOW

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.go = threading.Event()
        self.waiting = 0
        self.most = 0
        self.lock = threading.Lock()


class _Asked(BaseHTTPRequestHandler):
    server: _SlowLab

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.waiting += 1
            self.server.most = max(self.server.most, self.server.waiting)
        self.server.go.wait(10)
        with self.server.lock:
            self.server.waiting -= 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"data": ["positif"]}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def slow_lab() -> Iterator[_SlowLab]:
    server = _SlowLab()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.go.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_forty_slow_answers_are_waited_for_together_and_the_job_waits_for_none(
    rt: Runtime, slow_lab: _SlowLab
) -> None:
    world = _with(rt, callsvc_flow_hosts=f"lab=http://127.0.0.1:{slow_lab.server_port}")
    with world.db.begin() as tx:
        version = publish(tx, HEAD + HTTP, "test")
        ids = []
        for number in range(SLOW):
            session_id, turn = begin_session(
                tx, version=version, channel="voice", subject_id=f"leg{number}", facts={}, language="fr",
                answered_by=None,
            )  # fmt: skip
            begin_fetch(tx, session_id, turn, None)
            ids.append(session_id)
    began = time.monotonic()
    asked = ask_for_flows(world, ids)
    handed_over_s = time.monotonic() - began
    deadline = time.monotonic() + 10
    while slow_lab.waiting < AT_ONCE and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert slow_lab.waiting == AT_ONCE and handed_over_s < 1
    slow_lab.go.set()
    wait(asked, timeout=20)
    assert slow_lab.most == AT_ONCE
    with world.db.read() as tx:
        answered = tx.all(
            sa.select(webhook_event.c.key).where(
                webhook_event.c.key.like("fetch:%"), webhook_event.c.answer.is_not(None)
            )
        )
    assert len(answered) == SLOW
