"""The HTTP side of the ``stream`` process.

    GET /stream/events?topics=figures,campaign:tracing    session cookie, or bearer key
    GET /stream/desk                                      bearer key with the scope desk, or agent's session
    GET /healthz

Events: ``ready`` first, ``changed`` with the listener's own words that changed, ``desk`` with the version of
the desk, ``resync`` (look at everything again), ``ping``; last ``signed-out`` or ``later`` (come back after
so many milliseconds). ``Last-Event-ID``, or ``?since=``, resumes with what was missed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from callsvc.core.errors import CallsvcError, Unavailable
from callsvc.runtime import Runtime
from callsvc.stream.addresses import DESK_PATH, PATH
from callsvc.stream.admission import Token, admit_desk, admit_page, split_words
from callsvc.stream.answers import refusal, stream_answer
from callsvc.stream.checking import Checker
from callsvc.stream.entries import START, Place, place_of
from callsvc.stream.feed import Feed
from callsvc.stream.following import Follower
from callsvc.stream.hub import Hub
from callsvc.stream.limits import MOST_STREAMS, require_room
from callsvc.stream.listener import Listener
from callsvc.stream.looking import Looker
from callsvc.stream.telling import bound_memory, tell_until_over
from callsvc.web.cookies import session_token

log = structlog.get_logger(__name__)

_GOODBYE_S = 1.0  # in which everybody is told to come back when the process stops
_THREADS = 4


class StreamServer:
    """The hub, what feeds it, and the application that serves it: all in one event loop."""

    def __init__(self, rt: Runtime, feed: Feed, *, most_streams: int = MOST_STREAMS) -> None:
        self._rt = rt
        self._feed = feed
        self._most = most_streams
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="database")
        self._stopping = False
        self.hub = Hub()
        self.follower = Follower(self.hub, feed)
        self.checker = Checker(rt, self.hub, self._in_thread)
        self.looker = Looker(rt, self.hub, self._in_thread, lambda: self.follower.connected)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/healthz", self._health)
        app.router.add_get(PATH, self._events)
        app.router.add_get(DESK_PATH, self._desk)
        app.cleanup_ctx.append(self._background)
        app.on_shutdown.append(self._say_goodbye)
        return app

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        """Do what waits for the database where it keeps nobody else waiting."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _background(self, _app: web.Application) -> AsyncIterator[None]:
        running = (self.follower.follow, self.checker.run, self.looker.run)
        tasks = [asyncio.create_task(_for_ever(work)) for work in running]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._feed.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _say_goodbye(self, _app: web.Application) -> None:
        self._stopping = True
        self.hub.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                while self.hub.listeners:
                    await asyncio.sleep(0.02)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {"status": "alive", "streams": len(self.hub.listeners), "live": self.follower.connected}
        )

    async def _events(self, request: web.Request) -> web.StreamResponse:
        words = split_words(request.query.get("topics", ""))
        return await self._open(request, lambda token: admit_page(self._rt, token, words))

    async def _desk(self, request: web.Request) -> web.StreamResponse:
        return await self._open(request, lambda token: admit_desk(self._rt, token))

    async def _open(self, request: web.Request, admit: Callable[[Token], Listener]) -> web.StreamResponse:
        since = _since(request) or self.hub.place  # before the database is asked: nothing falls in between
        token = self._token(request)
        try:
            listener = await self._admit(lambda: admit(token))
        except CallsvcError as error:
            return refusal(request, self._rt.settings, error)
        answer = stream_answer(request, self._rt.settings)
        bound_memory(request)
        self.hub.join(listener, since if since != START else None)
        try:
            await answer.prepare(request)
            await tell_until_over(answer, self.hub, listener, pings=token.kind == "session")
        except (ConnectionError, TimeoutError):
            log.debug("listener-gone")
        finally:
            self.hub.leave(listener)
        return answer

    async def _admit(self, admit: Callable[[], Listener]) -> Listener:
        if self._stopping:
            raise Unavailable("stream-stopping", "This process is stopping. Come back in a moment.")
        try:
            listener: Listener = await self._in_thread(admit)
        except SQLAlchemyError as error:
            log.warning("stream-cannot-read", error=type(error).__name__)
            raise Unavailable("database-unavailable", "The database does not answer. Come back.") from None
        require_room(self.hub, listener, self._most)
        return listener

    def _token(self, request: web.Request) -> Token:
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return Token("key", text.strip())
        return Token("session", session_token(request.cookies, self._rt.settings.public_base_url))


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """A bug in one of them must not leave every page stale for good."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("stream-broken")
        await asyncio.sleep(1)


def _since(request: web.Request) -> Place | None:
    """Where this listener stopped: the browser's own header, or what a script remembers."""
    return place_of(request.headers.get("Last-Event-ID", "") or request.query.get("since", ""))
