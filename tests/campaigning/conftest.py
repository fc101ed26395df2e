"""The console over a small country, and people who prepare campaigns in it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import add_account, sign_in
from callsvc.app import create_app
from callsvc.campaigns.service import add_contacts, apply_campaign
from callsvc.runtime import Runtime
from tests.factories import campaign_file, make_contact, make_country, publish_library

PASSWORD = "correct horse battery"
PEOPLE = {
    "ana": ("administrator", ("*",)),
    "ben": ("administrator", ("*",)),
    "eve": ("administrator", ("44",)),
    "sue": ("supervisor", ("*",)),
}


class Visitor:
    """Somebody in front of the console; what they send carries the token and the mark of the page before."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/console/campaigns{path}")

    def send(self, path: str, at: str = "", **fields: Any) -> TestResponse:
        """POST to ``path`` what the page ``at`` (the same one) holds hidden, and these fields."""
        page = self.get(at or path).text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        assert "csrf_token" in hidden, page[:400]
        return self.client.post(f"/console/campaigns{path}", data=hidden | fields)


Visit = Callable[[str], Visitor]


@pytest.fixture
def visit(rt: Runtime) -> Visit:
    with rt.db.begin() as tx:
        make_country(tx)
    publish_library(rt, "contact-tracing", "vaccination")
    app = create_app(rt)
    for name, (role, regions) in PEOPLE.items():
        email = f"{name}@example.org"
        add_account(
            rt, email, password=PASSWORD, role=role, regions=regions, name=name.title(), language="en"
        )

    def sit_down(name: str) -> Visitor:
        client = app.test_client()
        client.set_cookie(COOKIE, sign_in(rt, f"{name}@example.org", PASSWORD))
        return Visitor(client)

    return sit_down


@pytest.fixture
def fill(rt: Runtime, visit: Visit) -> Callable[..., str]:
    """Make a campaign with people in it, applied by a command."""

    def make(people: int = 2, campaign_id: str = "autumn", **settings: Any) -> str:
        apply_campaign(rt, campaign_file(id=campaign_id, title="Autumn", **settings), "command line")
        with rt.db.begin() as tx:
            ids = [make_contact(tx, f"+3363998{number:04d}") for number in range(people)]
            add_contacts(tx, campaign_id, ids)
        return campaign_id

    return make
