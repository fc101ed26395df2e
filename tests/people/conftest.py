"""The console over a person with a history; API clients with the same world."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from callsvc.accounts.service import create_key
from callsvc.app import create_app
from callsvc.runtime import Runtime
from tests.app.conftest import form_token
from tests.people.world import CHIEF, PASSWORD, furnish


@pytest.fixture
def ids(rt: Runtime) -> dict[str, str]:
    return furnish(rt)


@pytest.fixture
def app(rt: Runtime, ids: dict[str, str]) -> Flask:
    return create_app(rt)


@pytest.fixture
def enter(app: Flask) -> Callable[[str], FlaskClient]:
    """A client of the console, signed in."""

    def client(email: str = CHIEF) -> FlaskClient:
        made = app.test_client()
        form = {"email": email, "password": PASSWORD, "csrf_token": form_token(made)}
        assert made.post("/console/sign-in", data=form).status_code == 302
        return made

    return client


@pytest.fixture
def key(rt: Runtime, app: Flask) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_key(rt, CHIEF, ('contacts',))}"}
