"""An application over the seeded world, and a browser-like client that signs in."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from callsvc.app import create_app
from callsvc.core.db import connect
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime
from tests.conftest import stopped_world

from .many_calls import add_calls
from .world import PASSWORD, WAITING, seed


@pytest.fixture(scope="module")
def console(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, settings: Settings
) -> Iterator[Any]:
    """The console over the seeded world and ten thousand calls, and a browser: once for a module."""
    from .browsing import console as serve

    path = tmp_path_factory.mktemp("console") / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = connect(f"sqlite:///{path}")
    with serve(
        stopped_world(engine, settings), lambda rt: (seed(rt), add_calls(rt, 10_000 - WAITING))
    ) as console:
        yield console
    engine.dispose()


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
