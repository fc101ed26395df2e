"""A simulator, a service and the vendor's own client, shared by the tests of this directory."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from callsvc.simulator.settings import DEFAULT_AUTH_TOKEN
from callsvc.simulator.testing import ControlClient, RunningSimulator, running_simulator
from tests.simulator.service import Service

SPEED = 50.0


class Redirected(TwilioHttpClient):
    """The vendor's client with nothing changed but the address."""

    def __init__(self, address: str) -> None:
        super().__init__(timeout=15)
        self.address = address

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.address), *args, **options)


@pytest.fixture(scope="session")
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(speed=SPEED) as running:
        yield running


@pytest.fixture
def service(simulator: RunningSimulator) -> Iterator[Service]:
    """A service of its own port, so that what an earlier test left behind reaches nobody."""
    service = Service(DEFAULT_AUTH_TOKEN)
    yield service
    simulator.clear_faults()
    simulator.set_webhooks()
    service.stop()


@pytest.fixture(scope="session")
def connect() -> Iterator[Callable[..., Client]]:
    """Clients for any address and credentials, closed at the end."""
    made: list[Redirected] = []

    def make(running: ControlClient, user: str = "", password: str = "", account: str = "") -> Client:
        made.append(Redirected(running.address))
        settings = running.settings
        return Client(
            user or settings.account_sid,
            password or settings.auth_token,
            account or settings.account_sid,
            http_client=made[-1],
        )

    yield make
    for http in made:
        if http.session is not None:
            http.session.close()


@pytest.fixture(scope="session")
def client(connect: Callable[..., Client], simulator: RunningSimulator) -> Client:
    return connect(simulator)


_numbers = itertools.count(1)


@pytest.fixture
def person(simulator: RunningSimulator) -> Callable[..., str]:
    """Add a person at a fresh number reserved for fiction; the answer is the number."""

    def add(**facts: Any) -> str:
        number = f"+3363998{next(_numbers):04d}"
        simulator.add_people([{"number": number, "ring": 1.0, **facts}])
        return number

    return add
