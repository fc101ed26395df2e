"""Nobody changes a thing of a place that is not theirs, by any route that changes something.

The counterpart of ``test_leaks.py`` for POST, PUT, PATCH and DELETE: each is sent with somebody else's ids,
and with a body that would be right for one's own, so that the refusal is about the place and nothing else.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from callsvc.accounts import passwords
from callsvc.accounts.guard import guard_of
from callsvc.accounts.pages.managing import _ACTS
from callsvc.accounts.service import add_account
from callsvc.app import create_app
from callsvc.campaigns.service import ACTIONS as CAMPAIGN_ACTIONS
from callsvc.core.db import metadata
from callsvc.runtime import Runtime
from tests.factories import campaign_file

from . import marked_world
from .marked_world import FOREIGN, NEIGHBOUR, OWN, Place, furnish
from .test_leaks import EXAMPLES, OF_NOBODY, PASSWORD, PEOPLE, signed_in

THINGS = EXAMPLES | {"key_id": "{mark}-key", "session_id": "{mark}-session"}
NOBODYS = OF_NOBODY | {"flow_id"}
ACTIONS = {
    "accounts.act": tuple(_ACTS),
    "campaigns.act": tuple(CAMPAIGN_ACTIONS),
    "supervising.declare": ("in", "out"),
    "supervising.decide_wish": ("grant", "refuse"),
    "supervising.change_order": ("accept", "refuse", "withdraw", "give-back"),
}  # said by the address
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
REASON = {"reason": "Asked in writing to be called again."}

# What each operation would take for a thing of one's own; a definition is told by its id.
JSON: dict[str, Any] = {
    "campaigns_api.edit_campaign": {"title": "Another title"},
    "campaigns_api.clone_campaign": {"id": "copy"},
    "campaigns_api.schedule_campaign": {"ends_at": "2020-12-01T20:00:00+01:00"},
    "control_api.refuse_campaign": {"why": "The wrong list"},
    "cases_api.begin_handover": {"reason": "school"},
    "cases_api.return_handover": {"why": "wrong-region"},
    "cases_api.close_handover": {"outcome": "followed-up"},
    "people_api.put_choices": {"channel": "sms"},
    "suppressions_api.wish_lift": REASON,
    "agreements_api.put_aid_agreement": {"cap": 3},
    "aid_api.accept_aid_order": {"agents": 1},
    "aid_api.refuse_aid_order": {"reason": "A spike of our own."},
    "floor_api.join_conversation": {"mode": "listen"},
    "floor_api.change_agents_activity": {"activity": "break"},
    "floor_api.reassign_entry": {"skill": "tracing"},
    "voices_api.put_region_messages": {"closed": {"fr": "Fermé."}},
    "routing_api.put_declaration": {"opted_out": True, "reserve": 3},
}
FORM: dict[str, dict[str, str]] = {
    "cases.begin": {"reason": "school"},
    "cases.give_back": {"why": "wrong-region"},
    "cases.close": {"why": "followed-up"},
    "people.opt_out": {"scope": "all"},
    "supervising.change_activity": {"activity": "training"},
    "supervising.join_call": {"mode": "listen"},
    "supervising.give_to_agent": {"agent": "own-agent"},
    "people.note_choices": {"channel": "sms"},
    "people.wish_lift": {"entry": "own-suppression", **REASON},
    "people.give_number": {"number": "06 39 98 00 99"},
    "people.enrol": {"campaign_id": "shared"},
    "people.book_callback": {"day": "2020-12-01", "time": "10:00", "number_id": "num1"},
}
SOMEBODYS = {  # another person's even where the place is one's own; an administrator has no desk
    "/api/v1/me/keys/<key_id>",
    "/console/me/keys/<key_id>/revoke",
    "/console/me/sessions/<session_id>/end",
    "/api/v1/desk/offers/<reservation_id>/accept",
    "/api/v1/desk/offers/<reservation_id>/reject",
    "/desk/offers/<reservation_id>/accept",
    "/desk/offers/<reservation_id>/reject",
    # A list may name people anywhere: it is sent by an account of the whole country.
    "/api/v1/imports/<import_id>/cancel",
    "/console/campaigns/<campaign_id>/people/lists",
    "/console/campaigns/<campaign_id>/people/lists/<upload_id>",
    "/console/campaigns/<campaign_id>/people/imports/<import_id>/cancel",
}
BESIDE = {"access_log", "web_session"}  # what was refused may be noted; and the session that asks was seen


@pytest.fixture
def app(rt: Runtime) -> Flask:
    furnish(rt)
    for name, (regions, platforms) in PEOPLE.items():
        add_account(
            rt, f"{name}@example.org", password=PASSWORD, role=name.removeprefix("narrowed-"),
            regions=regions, platforms=platforms,
        )  # fmt: skip
    passwords._nobodys_hash()
    many = {"callsvc_api_rate": "1000000 per minute", "callsvc_refusal_rate": "1000000 per minute"}
    settings = rt.settings.model_copy(update=many | {"redis_url": "redis://127.0.0.1:1/0"})
    app = create_app(replace(rt, settings=settings))
    app.config["WTF_CSRF_METHODS"] = set()  # form tokens are tested with the guards
    return app


def changing(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """(rule, its address with the action said, method)"""
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        if not rule.arguments - NOBODYS or guard is None or guard.kind not in ("page", "api"):
            continue
        for method in sorted((rule.methods or set()) & UNSAFE):
            for action in ACTIONS[rule.endpoint] if "action" in rule.arguments else ("",):
                yield rule, rule.rule.replace("<action>", action), method


def filled(address: str, place: Place) -> str:
    """The address with the things of this place, all of them foreign."""
    for name in re.findall("<([^>]+)>", address):
        assert name in THINGS, f"{address}: say in THINGS what a {name} of each place looks like."
        said = THINGS[name].format(
            mark=place.mark, region=place.region, platform=place.platform,
            account=marked_world.HELD[place.mark],
        )  # fmt: skip
        address = address.replace(f"<{name}>", said)
    return address


def body_of(rule: Rule, place: Place) -> dict[str, Any]:
    if rule.endpoint == "campaigns_api.apply_definition":
        return {
            "json": campaign_file(id=f"{place.mark}-campaign", flow="tracing", flow_version="v1").model_dump(
                mode="json"
            )
        }
    if rule.rule.startswith("/api/"):
        return {"json": JSON[rule.endpoint]} if rule.endpoint in JSON else {}
    return {"data": FORM.get(rule.endpoint, {})}


def books(rt: Runtime) -> dict[str, set[str]]:
    """Every row of every table, as text."""
    with rt.db.read() as tx:
        return {
            table.name: {repr(tuple(row)) for row in tx.all(sa.select(table))}
            for table in metadata.sorted_tables
            if table.name not in BESIDE
        }


@pytest.mark.parametrize(
    ("engine", "name"),
    [("postgresql", "narrowed-administrator"), *(("sqlite", name) for name in sorted(PEOPLE))],
    indirect=["engine"],
)
def test_no_route_changes_a_thing_of_a_place_that_is_not_theirs(rt: Runtime, app: Flask, name: str) -> None:
    foreign = (FOREIGN, NEIGHBOUR) if name.startswith("narrowed") else (FOREIGN,)
    client = signed_in(rt, app, name)
    before, found, asked_for = books(rt), [], 0
    for rule, address, method in changing(app):
        for stranger in foreign:
            answer = client.open(filled(address, stranger), method=method, **body_of(rule, stranger))
            asked_for += 1
            if answer.status_code not in (403, 404):
                found.append((method, address, answer.status_code, answer.text[:160]))
    after = books(rt)
    changed = {table: after[table] ^ before[table] for table in after if after[table] != before[table]}
    assert found == [] and changed == {}, "\n".join(map(str, [*found, *changed.items()]))
    assert asked_for > 10


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_same_requests_reach_what_is_ones_own(rt: Runtime, app: Flask) -> None:
    """A request that nobody could make would prove nothing."""
    client, dead = signed_in(rt, app, "administrator"), []
    for rule, address, method in changing(app):
        answer = client.open(filled(address, OWN), method=method, **body_of(rule, OWN))
        if answer.status_code in (403, 404):
            dead.append((method, address, answer.status_code, answer.text[:100]))
    assert {address for _, address, _, _ in dead} == SOMEBODYS, "\n".join(map(str, dead))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_campaign_with_nobody_in_it_yet_is_its_authors_to_change(rt: Runtime, app: Flask) -> None:
    add_account(rt, "all@example.org", password=PASSWORD, role="administrator", regions=("*",))
    national, regional = signed_in(rt, app, "all"), signed_in(rt, app, "administrator")

    def apply(client: FlaskClient, id: str, title: str) -> int:
        file = campaign_file(id=id, title=title, flow="tracing", flow_version="v1").model_dump(mode="json")
        return client.put(f"/api/v1/campaigns/{id}", json=file).status_code

    assert apply(national, "of-all", "First") == 200
    before = books(rt)
    assert apply(regional, "of-all", "Second") == 403
    assert books(rt) == before
    assert [apply(regional, "of-44", title) for title in ("First", "Second")] == [200, 200]
    assert apply(national, "of-44", "Third") == 200
