"""The whole application over a small country, and a client for each kind of caller."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from callsvc.accounts.scope import SCOPES
from callsvc.accounts.service import add_account, create_key
from callsvc.app import create_app
from callsvc.runtime import Runtime

from .world import furnish

NATIONAL = "national@example.org"  # administrator, the whole country
SECOND = "second@example.org"  # another administrator of the whole country
LOCAL = "local@example.org"  # administrator of Grand Est
PASSWORD = "correct horse battery"


@pytest.fixture
def world(rt: Runtime) -> Runtime:
    """A furnished Runtime; many may ask, and no Redis is there to count them."""
    furnish(rt)
    add_account(rt, NATIONAL, password=PASSWORD, role="administrator", regions=("*",))
    add_account(rt, SECOND, password=PASSWORD, role="administrator", regions=("*",))
    add_account(rt, LOCAL, password=PASSWORD, role="administrator", regions=("44",))
    many = {"callsvc_api_rate": "1000000 per minute", "callsvc_refusal_rate": "1000000 per minute"}
    return replace(rt, settings=rt.settings.model_copy(update=many | {"redis_url": "redis://127.0.0.1:1/0"}))


@pytest.fixture
def app(world: Runtime) -> Flask:
    return create_app(world)


class Caller:
    """A program with a key."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client, self.key = client, key

    def __call__(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Any:
        sent = {"Authorization": f"Bearer {self.key}"} | (headers or {})
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, **more)

    def told(self, path: str) -> Any:
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json


@pytest.fixture
def caller(world: Runtime, app: Flask) -> Callable[..., Caller]:
    def make(email: str = NATIONAL, *scopes: str) -> Caller:
        return Caller(app.test_client(), create_key(world, email, scopes or tuple(SCOPES)))

    return make


@pytest.fixture
def second(caller: Callable[..., Caller]) -> Caller:
    return caller(SECOND)


@pytest.fixture
def national(caller: Callable[..., Caller]) -> Caller:
    return caller(NATIONAL)


@pytest.fixture
def local(caller: Callable[..., Caller]) -> Caller:
    return caller(LOCAL)
