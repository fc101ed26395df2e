"""What no person types and no browser sends by itself is refused, never crashed on."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from .conftest import form_token
from .world import CHIEF

SignIn = Callable[[str], FlaskClient]
NUL = "a\0b"
ACCOUNT = {"email": "new@example.org", "name": "New", "language": "fr", "role": "agent", "regions": "44"}


def test_a_nul_in_an_address_is_refused(signed_in: SignIn) -> None:
    chief = signed_in(CHIEF)
    for address in (
        "/console/accounts/a%00b",
        "/console/campaigns/a%00b",
        "/console/calls/?region=a%00b",
        "/console/access-log/?subject=a%00b",
    ):
        assert chief.get(address).status_code == 400, address


def test_a_nul_in_a_form_is_refused(signed_in: SignIn, client: FlaskClient) -> None:
    form = {"email": NUL, "password": "x", "csrf_token": form_token(client)}
    assert client.post("/console/sign-in", data=form).status_code == 400
    chief = signed_in(CHIEF)
    for change in ({"name": NUL}, {"regions": ["44", NUL]}, {"platforms": NUL}):
        sent = ACCOUNT | change | {"csrf_token": form_token(chief, "/console/accounts/new")}
        assert chief.post("/console/accounts/new", data=sent).status_code == 400, change


@pytest.mark.parametrize("regions", [["ZZ"], ["44", "a code far too long"], ["*", "ZZ"]], ids=str)
def test_an_account_is_given_only_regions_that_exist(signed_in: SignIn, regions: list[str]) -> None:
    chief = signed_in(CHIEF)
    sent = ACCOUNT | {"regions": regions, "csrf_token": form_token(chief, "/console/accounts/new")}
    answer = chief.post("/console/accounts/new", data=sent)
    assert answer.status_code == 422
    assert "Une région n’existe pas" in answer.text
