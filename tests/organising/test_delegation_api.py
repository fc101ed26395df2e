"""Programs declare and withdraw delegations of their own platforms."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from callsvc.accounts.service import add_account, create_key
from callsvc.app import create_app
from callsvc.platforms.service import put_platform, put_region
from callsvc.runtime import Runtime


@pytest.fixture
def client(rt: Runtime) -> FlaskClient:
    with rt.db.begin() as tx:
        for code, place in (("44", "67"), ("11", "75")):
            put_region(tx, code, name=code, zone="Europe/Paris")
            put_platform(tx, place, name=place, region_code=code)
    add_account(rt, "s@example.org", password=None, role="supervisor", regions=("44",))
    client = create_app(rt).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {create_key(rt, 's@example.org', ('routing',))}"
    return client


def wish(rt: Runtime, **changed: Any) -> dict[str, Any]:
    starts = rt.clock.now() + timedelta(hours=1)
    return {"platform": "67", "share": 40, "starts_at": starts.isoformat()} | changed


def test_a_delegation_is_declared_listed_and_withdrawn_once(rt: Runtime, client: FlaskClient) -> None:
    made = client.post("/api/v1/delegations", json=wish(rt), headers={"Idempotency-Key": "one"})
    assert (made.status_code, made.json["share"]) == (201, 40)
    again = client.post("/api/v1/delegations", json=wish(rt), headers={"Idempotency-Key": "one"})
    assert again.json == made.json
    assert [one["id"] for one in client.get("/api/v1/delegations").json["items"]] == [made.json["id"]]
    assert client.get("/api/v1/delegations?platform=68").json["items"] == []
    address = f"/api/v1/delegations/{made.json['id']}/withdraw"
    assert client.post(address).json["withdrawn_at"] is not None
    assert (client.post(address).status_code, client.post(address).json["id"]) == (409, "delegation-over")


def test_nobody_declares_for_a_platform_of_elsewhere(rt: Runtime, client: FlaskClient) -> None:
    refused = client.post("/api/v1/delegations", json=wish(rt, platform="75"))
    assert (refused.status_code, refused.json["id"]) == (422, "platform-unknown")


def test_what_it_would_bring_is_told_before(rt: Runtime, client: FlaskClient) -> None:
    asked = "/api/v1/delegations/forecast?platform=67&share=40"
    assert client.get(asked).json == {"days": [], "agents": 0, "on_duty": 0}, "nothing is known yet"
    ends = (rt.clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert client.get(f"{asked}&ends_at={ends}").json["id"] == "delegation-invalid"
    assert client.get("/api/v1/delegations/forecast?platform=75").json["id"] == "platform-unknown"
