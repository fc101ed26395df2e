"""The console over flows of the library, and people who may or may not change them."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import add_account, sign_in
from callsvc.app import create_app
from callsvc.flows.service import publish
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text

PASSWORD = "correct horse battery"
TEXT = flow_text("callback")
PEOPLE = {"ana": "administrator", "ben": "administrator", "sue": "supervisor", "art": "agent"}

Visitor = Callable[[str], FlaskClient]


@pytest.fixture
def version(rt: Runtime) -> str:
    """The version of the callback flow that is published."""
    with rt.db.begin() as tx:
        return publish(tx, TEXT, "library")


@pytest.fixture
def visit(rt: Runtime) -> Visitor:
    """Somebody in front of the console; their forms carry a token."""
    app: Flask = create_app(rt)
    for name, role in PEOPLE.items():
        add_account(
            rt, f"{name}@example.org", password=PASSWORD, role=role, regions=("*",), name=name.title()
        )

    def sit_down(name: str) -> FlaskClient:
        client = app.test_client()
        client.set_cookie(COOKIE, sign_in(rt, f"{name}@example.org", PASSWORD))
        return client

    return sit_down


def form_of(client: FlaskClient, path: str, **sent: object) -> dict[str, object]:
    """The hidden fields of the page's first form of that name, and what is sent with them."""
    page = client.get(path).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert token, page[:300]
    return {"csrf_token": token[1], "revision": revision[1] if revision else "", **sent}
