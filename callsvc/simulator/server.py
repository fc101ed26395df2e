"""Runs a carrier behind one HTTP address."""

from __future__ import annotations

import asyncio
import gc
import signal
from email.utils import formatdate
from time import time

from aiohttp import web

from callsvc.simulator.calls.recovery import recover
from callsvc.simulator.carrier import Carrier
from callsvc.simulator.clock import Clock
from callsvc.simulator.control.routes import add_control_routes, add_last_route
from callsvc.simulator.dates import SKEW
from callsvc.simulator.identifiers import SHAPE
from callsvc.simulator.page.routes import add_page_routes
from callsvc.simulator.rest.log import keeping
from callsvc.simulator.rest.routes import add_rest_routes
from callsvc.simulator.settings import Settings

_LARGEST_BODY = 256 * 2**20  # tens of thousands of people come in one request


class Server:
    """A carrier that can be started, asked for its address, and stopped, all on the running loop."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.carrier = Carrier(settings, clock)
        self.port = settings.port
        self._clock = clock
        self._runner: web.AppRunner | None = None
        self._restart: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Where it answers, such as http://127.0.0.1:9000."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return f"http://{host}:{self.port}"

    async def start(self) -> None:
        """Open the books, listen, then settle what an earlier process left open."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        faults = self.carrier.faults
        faults.restart_after.listener = self._restart_later
        SKEW.set(faults.skew)  # everything that is started from here writes its dates with it
        SHAPE.set(self.carrier.profile.sid_shape)
        await self.carrier.open()
        await self._listen()

    async def restart(self, seconds: float) -> None:
        """Die with everything that is live, stay away that many machine seconds, and come back.

        Books and planned faults stay; what people were about to do is forgotten, as when the process dies.
        """
        with self._clock.busy():
            if self._runner is not None:
                await self._runner.cleanup()
            before = self.carrier
            await before.die()
            await asyncio.sleep(seconds)
            self.carrier = Carrier(before.settings, self._clock, before)
            await self.carrier.resume()
            await self._listen()

    def _restart_later(self, seconds: float) -> None:
        self._restart = asyncio.get_running_loop().create_task(self.restart(seconds))

    async def _listen(self) -> None:
        keeper = keeping(self.carrier.exchanges, self.carrier.profile.base)
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[keeper])
        add_rest_routes(app, self.carrier)
        add_control_routes(app, self.carrier)
        add_page_routes(app, self.carrier)
        add_last_route(app, self.carrier)
        app.on_response_prepare.append(self._date)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.settings.host, self.port, backlog=1024)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        self.carrier.address = self.address
        recover(self.carrier)

    async def _date(self, _: web.Request, response: web.StreamResponse) -> None:
        """A clock that is wrong shows in the Date header too."""
        if self.carrier.faults.skew.seconds:
            response.headers["Date"] = formatdate(time() + self.carrier.faults.skew.seconds, usegmt=True)

    async def stop(self) -> None:
        """Stop listening, then close the books."""
        if self._restart is not None:
            await asyncio.wait({self._restart})
        if self._runner is not None:
            await self._runner.cleanup()
        await self.carrier.close()


async def serve(settings: Settings, clock: Clock) -> None:
    """Run until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    server = Server(settings, clock)
    await server.start()
    # What stands now stays, and a thousand calls make no rubbish worth looking for at every seventh request.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    print(f"simulator listening on {server.address}", flush=True)  # noqa: T201 - who starts it waits for this line
    print(f"its page: {server.address}/  a telephone: {server.address}/_simulator/phone", flush=True)  # noqa: T201 - for people
    try:
        await stopping.wait()
    finally:
        await server.stop()
