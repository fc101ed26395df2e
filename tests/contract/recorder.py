"""Stands between a client and the simulator, passes everything on, and keeps it to be judged."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    method: str
    path: str
    query: str
    form: str
    status: int
    body: str
    sound: bool = False


class Recorder:
    """An HTTP proxy of its own port."""

    def __init__(self, target: str) -> None:
        self.exchanges: list[Exchange] = []
        self._target = urlsplit(target).netloc
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def _pass_on(self) -> None:
                recorder.pass_on(self)

            do_GET = do_POST = do_DELETE = do_PUT = _pass_on  # noqa: N815 - the server looks for these names

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def pass_on(self, handler: BaseHTTPRequestHandler) -> None:
        given = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        kept = {name: value for name, value in handler.headers.items() if name in _PASSED}
        connection = http.client.HTTPConnection(self._target, timeout=15)
        try:
            connection.request(handler.command, handler.path, given, kept)
            answer = connection.getresponse()
            body, kind = answer.read(), answer.headers.get("Content-Type", "")
        finally:
            connection.close()
        parts, sound = urlsplit(handler.path), kind.startswith("audio/")
        self.exchanges.append(
            Exchange(
                method=handler.command,
                path=parts.path,
                query=parts.query,
                form=given.decode(),
                status=answer.status,
                body="" if sound else body.decode(),
                sound=sound,
            )
        )
        handler.send_response(answer.status)
        handler.send_header("Content-Length", str(len(body)))
        if kind:
            handler.send_header("Content-Type", kind)
        handler.end_headers()
        handler.wfile.write(body)


_PASSED = ("Authorization", "Content-Type", "Accept")
