"""An application over the seeded world, and a browser-like client that signs in."""

import re
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from callsvc.accounts import passwords
from callsvc.app import create_app
from callsvc.runtime import Runtime

from .world import PASSWORD, seed


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id with the least work: how strong it is, is tested with the accounts."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)


@pytest.fixture
def app(rt: Runtime) -> Flask:
    seed(rt)
    return create_app(rt)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def form_token(client: FlaskClient, path: str = "/console/sign-in") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found.group(1)


@pytest.fixture
def signed_in(app: Flask) -> Callable[[str], FlaskClient]:
    def sign_in(email: str) -> FlaskClient:
        client = app.test_client()
        form = {"email": email, "password": PASSWORD, "csrf_token": form_token(client)}
        assert client.post("/console/sign-in", data=form).status_code == 302
        return client

    return sign_in
