"""What the operations do, beyond what their document can say: scope by region, privacy, effects."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from callsvc.accounts.service import add_account
from callsvc.accounts.signing_in import sign_in
from callsvc.accounts.tables import access_log, account_platform
from callsvc.contacts.suppressions import suppressions_of
from callsvc.contacts.tables import contact, phone_number
from callsvc.runtime import Runtime
from tests.factories import advance, places

from .conftest import NATIONAL, PASSWORD, Caller

LISTS = (
    "/calls", "/attempts", "/messages", "/callbacks", "/appointments", "/suppressions", "/queue-entries",
    "/agents", "/campaigns/tracing/contacts", "/regions", "/platforms", "/aid/activations",
)  # fmt: skip
SHOWN = ("/calls", "/attempts", "/messages", "/appointments", "/suppressions", "/queue-entries", "/agents")
REASON = {"reason": "Asked in writing to be called again."}


def test_a_region_sees_its_own_and_no_other_exists(national: Caller, local: Caller) -> None:
    for path in LISTS:
        all_of_them, mine = (_ids(caller, path) for caller in (national, local))
        assert mine
        assert mine <= all_of_them
        if path != "/aid/activations":  # only Grand Est is ever aided here
            assert mine < all_of_them, path
        if path in SHOWN:
            for id in all_of_them:
                assert national("GET", f"{path}/{id}").status_code == 200
                assert local("GET", f"{path}/{id}").status_code == (200 if id in mine else 404)


def _ids(caller: Caller, path: str) -> set[str]:
    return {item.get("id") or item.get("code") or item["region_code"] for item in caller.told(path)["items"]}


def test_an_account_of_one_platform_sees_that_platform(world: Runtime, caller: Callable[..., Caller]) -> None:
    one = add_account(world, "one@example.org", password="x" * 16, role="administrator", regions=("44",))
    with world.db.begin() as tx:
        tx.insert(account_platform, account_id=one, platform_code="57")
    narrowed = caller("one@example.org")
    assert narrowed.told("/me")["platforms"] == ["57"]
    assert [item["code"] for item in narrowed.told("/platforms")["items"]] == ["57"]
    assert narrowed.told("/calls")["items"] == []
    assert narrowed("GET", "/aid/regions/44").status_code == 404


def test_no_answer_holds_a_name_or_a_number(world: Runtime, national: Caller) -> None:
    with world.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(phone_number)) == 3
        people = [row.id for row in tx.all(sa.select(contact.c.id))]
    for path in (*LISTS, "/access-log", "/campaigns/tracing", "/campaigns/tracing/preview", "/dashboard"):
        text = national("GET", path).text
        assert "Camille" not in text
        assert "3998000" not in text.replace(" ", "")
    assert people


def test_starting_needs_everybody_to_be_ones_own(local: Caller, national: Caller) -> None:
    assert local("POST", "/campaigns/tracing/stop").json["id"] == "campaign-beyond-regions"
    assert national("POST", "/campaigns/tracing/stop").json == {"id": "tracing", "state": "stopped"}


def test_a_definition_is_applied_as_yaml_or_json_and_once(national: Caller) -> None:
    file = national.told("/campaigns/tracing")["definition"] | {"id": "second", "title": "Deuxième"}
    assert national("PUT", "/campaigns/second", json=file).json == {"id": "second", "changed": True}
    assert national("PUT", "/campaigns/second", json=file).json["changed"] is False
    text = "id: second\ntitle: Deuxième\n"
    told = national("PUT", "/campaigns/second", data=text, content_type="application/yaml").json
    assert (told["status"], told["id"]) == (422, "campaign-file-invalid")
    assert "purpose" in told["detail"]
    assert national("PUT", "/campaigns/third", json=file).json["id"] == "campaign-id-differs"
    assert national("PUT", "/campaigns/second", data="x", content_type="text/csv").status_code == 415


def test_why_somebody_was_not_called_yet(world: Runtime, national: Caller) -> None:
    place = places(world)[0]
    path = f"/campaigns/tracing/contacts/{place.id}/why"
    assert national.told(path)["numbers"][0]["reasons"] == []
    advance(world, timedelta(hours=12).total_seconds())
    told = national.told(path)["numbers"][0]
    assert told["reasons"] == ["outside-window"]
    assert told["earliest"] == "2020-11-17T07:00:00Z"
    national("POST", "/campaigns/tracing/pause")
    assert "campaign-not-running" in national.told(path)["numbers"][0]["reasons"]


def test_a_lift_is_asked_for_a_reason_decided_by_another_and_done_once(
    world: Runtime, national: Caller, local: Caller, second: Caller
) -> None:
    entry = national.told("/suppressions")["items"][0]
    wish, lift = (f"/suppressions/{entry['id']}/{step}" for step in ("lift-wish", "lift"))
    assert "•" in entry["number"]
    assert local("POST", wish, json=REASON).json["id"] == "suppression-unknown"  # of a person in Paris
    with_number = {"reason": "Called us from 06 39 98 12 34 today."}
    assert national("POST", wish, json=with_number).json["id"] == "reason-holds-number"
    assert second("POST", lift).json["id"] == "lift-not-asked"
    asked = national("POST", wish, json=REASON).json
    assert national("POST", wish, json=REASON).json["id"] == asked["id"]
    assert national("POST", lift).json["id"] == "lift-needs-another"
    assert [one["id"] for one in national.told("/suppressions/lift-wishes")["items"]] == [asked["id"]]
    assert second("POST", lift).json["lifted_by"].startswith("acc")
    assert second("POST", lift).json["id"] == "suppression-lifted"
    assert national.told("/suppressions/lift-wishes")["items"] == []
    with world.db.read() as tx:
        assert suppressions_of(tx, entry["number_id"]) == ()
        row = tx.first(sa.select(access_log).where(access_log.c.action == "suppression-lifted"))
    assert row is not None
    assert row.details["reason"] == REASON["reason"]
    assert [item["id"] for item in national.told("/suppressions?live=false")["items"]] == [entry["id"]]


@pytest.mark.parametrize("number", ["12", "not a number", "06 39 98 12 34 / 06 39 98 12 35", "06 39 98 12 3"])
def test_what_is_not_one_number_is_refused_without_repeating_it(national: Caller, number: str) -> None:
    answer = national("POST", "/suppressions", json={"number": number})
    assert answer.status_code == 422
    assert number not in answer.text


def test_a_region_opts_out_of_aid_and_back_in(national: Caller, local: Caller) -> None:
    computed = {"region_code": "44", "opted_out": False, "reserve": None, "floor": None}
    assert local.told("/aid/regions/44") == computed
    wish = {"opted_out": True, "reserve": 3, "floor": 0.8}
    assert local("PUT", "/aid/regions/44", json=wish).json == {"region_code": "44", **wish}
    assert local("PUT", "/aid/regions/11", json=wish).json["id"] == "region-unknown"
    assert national.told("/aid/regions/44")["opted_out"] is True
    assert local("PUT", "/aid/regions/44", json={"opted_out": False}).json["reserve"] is None


def test_a_key_makes_no_keys_and_ends_only_ones_own(national: Caller, local: Caller) -> None:
    wish = {"name": "report", "scopes": ["report"], "last_day": "2020-12-31"}
    assert national("POST", "/me/keys", json=wish).json["id"] == "person-needed"
    mine = national.told("/me/keys")["items"][0]["id"]
    assert local("DELETE", f"/me/keys/{mine}").json["id"] == "key-unknown"
    assert national("DELETE", f"/me/keys/{mine}").json == {"id": mine}
    over = national("GET", "/me")
    assert (over.status_code, over.json["id"]) == (401, "key-refused")
    assert over.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_signed_in_person_makes_a_key_with_their_form_token(world: Runtime, app: Flask) -> None:
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/console/sign-in").text)
    assert token
    client.set_cookie("callsvc_session", sign_in(world, NATIONAL, PASSWORD))
    wish = {"name": "report", "scopes": ["report"], "last_day": "2020-12-31"}
    assert client.post("/api/v1/me/keys", json=wish).json["id"] == "form-expired"  # type: ignore[index]
    sent = {"X-CSRFToken": token[1]}
    made = client.post("/api/v1/me/keys", json=wish, headers=sent)
    assert made.status_code == 201
    key = {"Authorization": f"Bearer {made.json['key']}"}  # type: ignore[index]
    assert app.test_client().get("/api/v1/me", headers=key).json["scopes"] == ["report"]  # type: ignore[index]


def test_the_scope_of_the_key_is_what_counts(caller: Callable[..., Caller]) -> None:
    reader = caller(NATIONAL, "report")
    assert reader("GET", "/campaigns").status_code == 200
    for method, path in (
        ("GET", "/suppressions"),
        ("POST", "/campaigns/tracing/stop"),
        ("GET", "/access-log"),
    ):
        answer = reader(method, path)
        assert (answer.status_code, answer.json["id"]) == (403, "scope-missing")


def test_limits_and_sizes_are_told(national: Caller) -> None:
    answer = national("GET", "/me")
    assert int(answer.headers["RateLimit-Remaining"]) < int(answer.headers["RateLimit-Limit"])
    large = national("POST", "/suppressions", data=b"{" + b" " * 70_000, content_type="application/json")
    assert (large.status_code, large.json["id"]) == (413, "body-too-large")
    assert national("HEAD", "/me").status_code == 200
    assert set(national("OPTIONS", "/me").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert national("DELETE", "/me").status_code == 405


def test_who_waits_and_why(national: Caller) -> None:
    entry: dict[str, Any] = national.told("/queue-entries")["items"][0]
    decision = national.told(f"/queue-entries/{entry['id']}/why")["items"][0]
    assert (decision["kind"], decision["sentence"]) == ("wait", "They wait.")
    attempt = national.told("/attempts")["items"][0]
    shown = national.told(f"/attempts/{attempt['id']}")
    assert [one["status"] for one in shown["transitions"]] == ["ringing", "completed"]


def test_figures_are_those_of_the_reports(national: Caller) -> None:
    assert national.told("/reports/volume?region=44&variant=V1")["service_level"]["variant"] == "V1"
    assert national.told("/reports/aid?since=2020-11-16T00:00:00Z")["items"] == []
    assert {line["code"] for line in national.told("/dashboard")["regions"]} == {"44", "11", "84", "04"}


def test_reading_appointments_is_recorded(world: Runtime, national: Caller) -> None:
    [first, *_] = national.told("/appointments")["items"]  # why somebody comes is health data
    national.told(f"/appointments/{first['id']}")
    with world.db.read() as tx:
        noted = tx.all(sa.select(access_log.c.action, access_log.c.subject).order_by(access_log.c.id))
    assert ("appointments-listed", "appointments") in [tuple(row) for row in noted]
    assert ("appointment-read", first["id"]) in [tuple(row) for row in noted]
