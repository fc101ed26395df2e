"""The service at the other end: documents by path, every request kept and its signature checked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

DEADLINE = 20.0  # machine seconds
OURS = "+33199000001"  # the platform's number, reserved for fiction


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]
    genuine: bool


@dataclass(frozen=True)
class Reply:
    """An answer that is no plain document."""

    body: str = ""
    status: int = 200
    after: float = 0.0  # machine seconds
    type: str = "text/xml"
    headers: Mapping[str, str] = field(default_factory=dict)


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A carrier that was killed drops its connections: nothing to report."""


class Service:
    def __init__(self, auth_token: str) -> None:
        self.documents: dict[str, str | Reply | list[str | Reply]] = {}
        self.requests: list[Request] = []
        self._validator = RequestValidator(auth_token)
        self._lock = threading.Lock()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536
            disable_nagle_algorithm = True
            timeout = 30

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_POST(self) -> None:
                service.answer(self)

            def do_GET(self) -> None:
                service.answer(self)

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length).decode()
        url = self.address + handler.path
        posted = dict(parse_qsl(body, keep_blank_values=True))
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        genuine = self._validator.validate(url, posted, handler.headers.get("X-Twilio-Signature", ""))
        path = urlsplit(handler.path).path
        request = Request(
            handler.command, path, url, {**query, **posted}, dict(handler.headers.items()), genuine
        )
        with self._lock:
            self.requests.append(request)
            reply = self._reply(path)
        time.sleep(reply.after)  # the service is slow, not the test
        data = reply.body.encode()
        handler.send_response(reply.status)
        handler.send_header("Content-Length", str(len(data)))
        if reply.type:
            handler.send_header("Content-Type", reply.type)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    def _reply(self, path: str) -> Reply:
        found = self.documents.get(path, "")
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, Reply) else Reply(found)

    def at(self, path: str) -> list[Request]:
        return [request for request in list(self.requests) if request.path == path]

    def under(self, prefix: str) -> list[Request]:
        return [request for request in list(self.requests) if request.path.startswith(prefix)]


def eventually(claim: Callable[[], Any], deadline: float = DEADLINE) -> Any:
    """The first true answer of `claim`, asked again and again until the deadline."""
    end = time.monotonic() + deadline
    while True:
        answer = claim()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {claim}, last answer {answer!r}")
        time.sleep(0.01)
