"""The ``stream`` process: tells open pages that something changed; the pages fetch what they show.

    gunicorn -k gthread --threads 400 --bind 127.0.0.1:8001 callsvc.stream:app

A process of its own, because every open page holds a thread of it, and the carrier's webhooks must never
wait for a wallboard. One thread asks the database once a second for everybody. Behind a proxy ``/stream/``
goes to this process; without one, ``CALLSVC_STREAM_URL`` tells the pages its address.
"""

import threading
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Request, Response

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.sessions import resume_session
from callsvc.core.settings import Settings
from callsvc.desk_stream import DeskWatch, agent_of_key
from callsvc.metrics.live import change_marker
from callsvc.runtime import Runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger(__name__)

PATH = "/stream/events"
DESK_PATH = "/stream/desk"
PING_S = 10.0  # real seconds of silence after which a line is sent, so that proxies keep the stream open
LOOK_S = 1.0
RETRY_MS = 2000  # a browser whose stream broke comes back after this


def stream_address(settings: Settings) -> str:
    """Where a page opens its stream: this host's path, or the address in ``CALLSVC_STREAM_URL``."""
    return settings.callsvc_stream_url.rstrip("/") + PATH


def stream_origin(settings: Settings) -> str:
    """The other origin the pages must be allowed to connect to; empty behind a proxy."""
    parts = urlsplit(settings.callsvc_stream_url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


class Watch:
    """What the pages show, as one text that changes with it, looked at while anybody listens."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._changed = threading.Condition()
        self._listeners = 0
        self._thread: threading.Thread | None = None
        self.marker = ""

    def look(self) -> None:
        """Read the marker and wake those who wait, if it is another one."""
        try:
            with self._rt.db.read() as tx:
                marker = change_marker(tx)
        except SQLAlchemyError as error:
            log.warning("stream-cannot-read", error=type(error).__name__)
            return
        with self._changed:
            if marker != self.marker:
                self.marker = marker
                self._changed.notify_all()

    def wait(self, seen: str, timeout: float) -> str:
        """The marker once it differs from ``seen``, or after ``timeout`` real seconds as it is."""
        with self._changed:
            self._changed.wait_for(lambda: self.marker != seen, timeout)
            return self.marker

    def listen(self) -> None:
        with self._changed:
            self._listeners += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
                self._thread.start()

    def leave(self) -> None:
        with self._changed:
            self._listeners -= 1

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self.look()
            pause.wait(LOOK_S)
            with self._changed:
                if self._listeners == 0:
                    self._thread = None
                    return


class Stream:
    """The WSGI application of the process."""

    def __init__(self, rt: Runtime, watch: Watch | None = None) -> None:
        self._rt = rt
        self.watch = watch or Watch(rt)
        self.desks = DeskWatch(rt)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path == "/healthz":
            return Response('{"status":"alive"}', mimetype="application/json")
        if request.path == DESK_PATH and request.method == "GET":
            return self._desk(request)
        if request.path != PATH or request.method != "GET":
            return Response("There is nothing at this address.", 404)
        token = request.cookies.get(COOKIE, "")
        signed_in = self._signed_in(token)
        answer = Response("Sign in first.", 401) if not signed_in else Response(self._events(token))
        if signed_in:
            answer.mimetype = "text/event-stream"
            answer.headers["Cache-Control"] = "no-store"
            answer.headers["X-Accel-Buffering"] = "no"
        self._allow_our_pages(request, answer)
        return answer

    def _desk(self, request: Request) -> Response:
        agent_id = agent_of_key(self._rt, request.headers.get("Authorization", ""))
        if agent_id is None:
            return Response("This key opens no desk.", 403)
        answer = Response(self.desks.events(agent_id), mimetype="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Accel-Buffering"] = "no"
        return answer

    def _signed_in(self, token: str) -> bool:
        return resume_session(self._rt, token, touch=False) is not None

    def _events(self, token: str) -> Iterator[bytes]:
        """A line when something changed, a comment in silence; ends when the session does."""
        self.watch.listen()
        try:
            seen = self.watch.marker
            yield f"retry: {RETRY_MS}\nevent: ready\ndata: 1\n\n".encode()
            while self._signed_in(token):
                marker = self.watch.wait(seen, PING_S)
                yield b"event: changed\ndata: 1\n\n" if marker != seen else b": still here\n\n"
                seen = marker
            yield b"event: signed-out\ndata: 1\n\n"
        finally:
            self.watch.leave()

    def _allow_our_pages(self, request: Request, answer: Response) -> None:
        origin = request.headers.get("Origin", "")
        ours = urlsplit(self._rt.settings.public_base_url)
        if origin and origin == f"{ours.scheme}://{ours.netloc}":
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Allow-Credentials"] = "true"
            answer.headers["Vary"] = "Origin"


@cache
def _application() -> Stream:
    from callsvc.app import make_runtime

    return Stream(make_runtime())


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """What gunicorn serves; the Runtime is made in the worker, at its first request."""
    return _application()(environ, start_response)
