"""Regions' own words and back-office teams by HTTP: one's own regions, the whole of it, again and again."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from callsvc.accounts.service import add_account, create_key
from callsvc.agents.tables import team
from callsvc.app import create_app
from callsvc.runtime import Runtime
from tests.factories import make_country


@pytest.fixture
def api(rt: Runtime) -> Any:
    with rt.db.begin() as tx:
        make_country(tx)
        tx.insert(team, id="tem1", platform_code="67", name="Niveau 2")
    add_account(rt, "s@example.org", password="correct horse battery", role="supervisor", regions=("44",))
    headers = {"Authorization": f"Bearer {create_key(rt, 's@example.org', ('routing',))}"}
    client: FlaskClient = create_app(rt).test_client()

    def ask(method: str, path: str, json: Any = None) -> tuple[int, Any]:
        answer = client.open(f"/api/v1/{path}", method=method, headers=headers, json=json)
        return answer.status_code, answer.get_json()

    return ask


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_region_declares_its_words_as_a_whole(api: Any) -> None:
    words = {"closed": {"fr": "Fermé.", "en": "Closed."}, "overflow": {"fr": "Du monde."}}
    assert api("PUT", "regions/44/messages", words) == (200, words)
    assert api("PUT", "regions/44/messages", {"closed": {"fr": "Fermé."}})[0] == 200
    assert api("GET", "regions/44/messages") == (200, {"closed": {"fr": "Fermé."}, "overflow": {}})
    assert api("PUT", "regions/44/messages", {"closed": {"french": "x"}})[0] == 422


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_another_regions_words_are_its_own(api: Any) -> None:
    assert api("GET", "regions/11/messages")[0] == 404
    assert api("PUT", "regions/11/messages", {"closed": {"fr": "Fermé."}})[0] == 404


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_team_opts_in_and_out_of_the_second_level(api: Any) -> None:
    office = {"platform": "67", "team": "Niveau 2", "themes": ["social"]}
    assert api("PUT", "back-offices", office) == (200, office)
    assert api("GET", "back-offices") == (200, {"items": [office]})
    assert api("PUT", "back-offices", office | {"themes": []})[0] == 200
    assert api("GET", "back-offices") == (200, {"items": []})
    assert api("PUT", "back-offices", office | {"team": "Nobody"})[0] == 404
    assert api("PUT", "back-offices", office | {"platform": "75"})[0] == 422
