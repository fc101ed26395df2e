"""A simulator inside the test process: on its own thread, its own loop, a free port, a fast clock.

with running_simulator(speed=100) as simulator:
    simulator.add_people([{"number": "+33639980001", "replies": [{"hears": "press 1", "press": "1"}]}])
    ...
    assert simulator.ledger()["calls"][0]["status"] == "completed"
"""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError

from callsvc.simulator.clock import Clock, ScaledClock
from callsvc.simulator.server import Server
from callsvc.simulator.settings import Settings
from callsvc.simulator.stepping import SteppedClock

MONDAY = datetime(2020, 11, 16, 9, 0, tzinfo=UTC)
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ControlClient:
    """Asks a simulator's own interface, wherever it runs."""

    def __init__(self, address: str, settings: Settings) -> None:
        self.address = address
        self.settings = settings

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request to the control interface; a refusal raises HTTPError with its words."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/_simulator{path}", data=data, method=method)  # noqa: S310 - the address is our own
        try:
            with _OPENER.open(request, timeout=30) as response:
                return json.loads(response.read())
        except HTTPError as problem:
            with problem:
                problem.msg = problem.read().decode()
            raise

    def add_people(self, people: list[dict[str, Any]]) -> None:
        """Add people, replacing those at the same address."""
        self.ask("POST", "/people", people)

    def set_number(self, **number: Any) -> None:
        """Set the webhooks of one of the platform's numbers."""
        self.ask("POST", "/numbers", number)

    def call_in(self, from_: str, to: str) -> str:
        """A person calls the platform; the answer is the call's SID."""
        return str(self.ask("POST", "/calls", {"from": from_, "to": to})["sid"])

    def text_in(self, from_: str, to: str, body: str) -> str:
        """A person texts the platform; the answer is the message's SID."""
        return str(self.ask("POST", "/messages", {"from": from_, "to": to, "body": body})["sid"])

    def hang_up(self, sid: str) -> None:
        """The person on this call hangs up."""
        self.ask("POST", f"/calls/{sid}/hangup")

    def press(self, sid: str, digits: str) -> None:
        """The person on this call presses keys."""
        self.ask("POST", f"/calls/{sid}/press", {"digits": digits})

    def fault(self, **plan: Any) -> None:
        """Plan a fault."""
        self.ask("POST", "/faults", plan)

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self.ask("DELETE", "/faults")

    def fault_log(self) -> Any:
        """Every fault that struck so far, in order."""
        return self.ask("GET", "/faults/log")["faults"]

    def replay(self, log: Any) -> None:
        """From now on exactly the faults of an earlier log strike."""
        self.ask("POST", "/faults/replay", log)

    def step(self, seconds: float | None = None, *, until: datetime | str = "idle") -> Any:
        """Move a stepped clock by that many lived seconds, or until an instant or nothing is planned."""
        if seconds is not None:
            return self.ask("POST", "/clock/step", {"seconds": seconds})
        return self.ask("POST", "/clock/step", {"until": until if until == "idle" else f"{until}"})

    def ledger(self) -> Any:
        """Everything that truly happened."""
        return self.ask("GET", "/ledger")

    def call(self, sid: str) -> Any:
        """One call with its timeline."""
        return self.ask("GET", f"/ledger/calls/{sid}")


class RunningSimulator(ControlClient):
    """A started simulator, asked over HTTP like any other."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__("", settings)
        self.clock = clock
        self._loop = asyncio.new_event_loop()
        self._server: Server | None = None
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    def start(self) -> None:
        """Start and wait until it answers; what went wrong is raised here."""
        self._thread.start()
        try:
            self._do(self._start())
        except BaseException:
            self._end_loop()
            raise

    def stop(self) -> None:
        """Stop and wait; harmless when stopped already."""
        if self._loop.is_closed():
            return
        if self._server is not None:
            self._do(self._server.stop())
        self._end_loop()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def set_webhooks(self, *, voice_url: str = "", sms_url: str = "", status_url: str = "") -> None:
        """Where calls and texts to any of the platform's numbers go from now on."""
        if self._server is None:
            raise RuntimeError("the simulator is not started")
        self.settings = replace(self.settings, voice_url=voice_url, sms_url=sms_url, status_url=status_url)
        self._server.carrier.settings = self.settings

    def advance(self, seconds: float) -> None:
        """Move a stepped clock on, every webhook answered before time goes on."""
        if not isinstance(self.clock, SteppedClock):
            raise TypeError("only a stepped clock can be moved")
        self._do(self.clock.advance(seconds))

    def restart(self, seconds: float = 0.0) -> None:
        """Die and come back on the same address and books, after that many machine seconds."""
        if self._server is None:
            raise RuntimeError("the simulator is not started")
        self._do(self._server.restart(seconds))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _start(self) -> None:
        self._server = Server(self.settings, self.clock)
        await self._server.start()
        self.address = self._server.address

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


@contextmanager
def running_simulator(
    *,
    speed: float = 50.0,
    origin: datetime | None = None,
    clock: Clock | None = None,
    stepped: bool = False,
    configure: Callable[[Settings], Settings] | None = None,
    **settings: Any,
) -> Iterator[RunningSimulator]:
    """A simulator for the length of a with statement; `settings` are fields of `Settings`.

    With `stepped` its clock stands at `origin` (a Monday morning) and moves only by `step`.
    """
    wanted = Settings(**{"port": 0, "cps": 1000.0, **settings})
    if clock is None:
        clock = SteppedClock(origin or MONDAY) if stepped else ScaledClock(origin=origin, speed=speed)
    simulator = RunningSimulator(configure(wanted) if configure else wanted, clock)
    simulator.start()
    try:
        yield simulator
    finally:
        simulator.stop()
