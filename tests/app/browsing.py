"""The console in a browser: one server and one browser for a module, and a stream in the hands of tests."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from callsvc.app import create_app
from callsvc.runtime import Runtime
from callsvc.stream import PATH

from .world import PASSWORD

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (390, 768, 1440)
THEMES = ("light", "dark")


class Stream:
    """Stands where the stream process is: says what a test wants, or nothing at all while it is ``down``."""

    def __init__(self) -> None:
        self.down = False
        self._listeners: list[queue.Queue[bytes | None]] = []

    def tell(self, *words: str) -> None:
        named = ", ".join(f'"{word}"' for word in words)
        for listener in self._listeners:
            listener.put(f"event: changed\ndata: [{named}]\n\n".encode())

    def fail(self) -> None:
        self.down = True
        for listener in self._listeners:
            listener.put(None)

    def __call__(self, _environ: Any, start_response: Any) -> Iterator[bytes]:
        if self.down:
            start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
            return iter([b"down"])
        start_response("200 OK", [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")])
        return self._events()

    def _events(self) -> Iterator[bytes]:
        mine: queue.Queue[bytes | None] = queue.Queue()
        self._listeners.append(mine)
        yield b"event: ready\ndata: 1\n\n"
        while (said := mine.get()) is not None:
            yield said
        self._listeners.remove(mine)


class Console:
    """The application at an address, who is signed in where, and what the browser complained about."""

    def __init__(self, rt: Runtime, app: Flask, stream: Stream, address: str, browser: Browser) -> None:
        self.rt, self.app, self.stream, self.address = rt, app, stream, address
        self._browser = browser
        self._kept: dict[str, Any] = {}
        self.complaints: list[str] = []

    def open(self, email: str = "", *, width: int = 1280, theme: str = "", language: str = "fr-FR") -> Page:
        """A page of a fresh context; with ``email``, of somebody who is signed in."""
        if email:
            self.cookies(email)
        context = self._context(width, language, self._kept.get(email))
        if theme:
            context.add_cookies([{"name": "callsvc_theme", "value": theme, "url": self.address}])
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def cookies(self, email: str) -> list[Any]:
        """What a browser holds of somebody who is signed in."""
        if email not in self._kept:
            self._kept[email] = self._signed_in(email)
        return list(self._kept[email]["cookies"])

    def expect(self, *words: str) -> None:
        """Everything the browser complained about is one of these."""
        said, self.complaints[:] = list(self.complaints), []
        assert [one for one in said if not any(word in one for word in words)] == []

    def _context(self, width: int, language: str, kept: Any) -> BrowserContext:
        context = self._browser.new_context(
            base_url=self.address, locale=language, timezone_id="Europe/Paris", storage_state=kept,
            viewport={"width": width, "height": 900}, reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(10_000)
        return context

    def _signed_in(self, email: str) -> Any:
        context = self._context(1280, "fr-FR", None)
        sign_in(context.new_page(), email)
        kept = context.storage_state()
        context.close()
        return kept


def sign_in(page: Page, email: str) -> None:
    page.goto("/console/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#live-state", state="attached")


@contextmanager
def console(rt: Runtime, prepare: Callable[[Runtime], None]) -> Iterator[Console]:
    """A server and a browser over a world that ``prepare`` makes."""
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium is not here; tests/prepare.sh installs it on Debian")
    prepare(rt)
    app, stream = create_app(rt), Stream()

    def both(environ: Any, start_response: Any) -> Any:
        return (stream if environ["PATH_INFO"] == PATH else app)(environ, start_response)

    pytest_socket.enable_socket()
    server = make_server("127.0.0.1", 0, both, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    server.block_on_close = False  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield Console(rt, app, stream, f"http://127.0.0.1:{server.server_port}", browser)
        browser.close()
    stream.fail()
    server.shutdown()
    server.server_close()


def keep(page: Page, name: str) -> None:
    """A picture, if ``CALLSVC_SCREENSHOTS`` names a directory."""
    if directory := os.environ.get("CALLSVC_SCREENSHOTS"):
        Path(directory).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(directory, f"{name}.png"), full_page=True)


def must_fit(page: Page) -> None:
    """No page is wider than its screen."""
    wide, screen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= screen, f"{page.url} is {wide} wide on a screen of {screen}"
