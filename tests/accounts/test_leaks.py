"""No answer of any route tells somebody about a place that is not theirs.

Every route that can be read is asked by people of one region and of one platform, with things of their own,
with things of others, and with filters that name others. A new route is in it by itself; what it must be told
is an example of each new parameter.
"""

import html
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from callsvc.accounts import passwords
from callsvc.accounts.guard import COOKIE, guard_of
from callsvc.accounts.service import add_account, sign_in
from callsvc.app import create_app
from callsvc.runtime import Runtime

from . import marked_world
from .marked_world import FOREIGN, NEIGHBOUR, OWN, Place, furnish, marks

PASSWORD = "correct horse battery"

# A thing of each place for every parameter of an address. Flow versions belong to nobody.
EXAMPLES = {
    "campaign_id": "{mark}-campaign",
    "place_id": "{mark}-place",
    "agent_id": "{mark}-agent",
    "attempt_id": "{mark}-leg",
    "call_id": "{mark}-call",
    "leg_id": "{mark}-leg",
    "contact_id": "{mark}-contact",
    "message_id": "{mark}-message",
    "search_id": "{mark}-search",
    "appointment_id": "{mark}-appointment",
    "import_id": "{mark}-import",
    "case_id": "{mark}-case",
    "handover_id": "{mark}-handover",
    "suppression_id": "{mark}-suppression",
    "change_id": "{mark}-campaign-change",
    "stop_id": "{mark}-stop",
    "upload_id": "{mark}-upload",
    "entry_id": "{mark}-entry",
    "reservation_id": "{mark}-reservation",
    "callback_id": "{mark}-callback",
    "order_id": "{mark}-order",
    "aiding_code": "{region}",
    "preview_id": "{mark}-preview",
    "wish_id": "{mark}-wish",
    "delegation_id": "{mark}-delegation",
    "region_code": "{region}",
    "platform_code": "{platform}",
    "account_id": "{account}",
    "version": "v1",
    "flow_id": "tracing",
}
OF_NOBODY = {"version", "flow_id"}
FILTERS = ("region={region}", "platform={platform}", "campaign={mark}-campaign", "who={mark}", "q={mark}")

# Routes that answer nobody of a region, whatever is asked: their figures are of the whole country.
WHOLE_COUNTRY = (
    *("health.", "accounts_api.list_access", "audit.", "imports_api.", "operations."),
    *("campaigns.mapping", "campaigns.import_", "campaigns.rejects", "campaigns.stops"),
    "stops_api.list_stops",
)

# Whom to lend to or to ask is chosen among all regions: that they exist, and what they are called, is public.
CHOOSES_A_REGION = {"/console/aid/lend", "/console/aid/ask", "/console/aid/agreements/new"}

PEOPLE = {
    "administrator": (("44",), ()),
    "supervisor": (("44",), ()),
    "narrowed-administrator": (("44",), ("67",)),
    "narrowed-supervisor": (("44",), ("67",)),
}


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
    return create_app(replace(rt, settings=settings))


def readable(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        if "GET" in (rule.methods or ()) and guard is not None and guard.kind in ("page", "api"):
            yield rule


def filled(rule: Rule, places: dict[str, Place]) -> str:
    """The rule's address with the things of these places."""
    address = rule.rule
    for name, place in places.items():
        assert name in EXAMPLES, (
            f"{rule.rule}: say in EXAMPLES what a {name} of each place looks like, and put one into "
            "marked_world.py, so that this test can ask for somebody else's."
        )
        said = EXAMPLES[name].format(
            mark=place.mark, region=place.region, platform=place.platform,
            account=marked_world.HELD[place.mark],
        )  # fmt: skip
        address = address.replace(f"<{name}>", said)
    assert "<" not in address, f"{rule.rule} has a converter this test does not know"
    return address


def leaks(text: str, asked: str, foreign: tuple[Place, ...]) -> list[str]:
    """Marks of foreign places in an answer, beside the echo of what was asked."""
    told = html.unescape(urllib.parse.unquote(text)).lower()
    if asked.partition("?")[0] in CHOOSES_A_REGION:
        told = told.replace(f'<option value="{FOREIGN.region.lower()}">{FOREIGN.mark}-region</option>', "")
    for echo in sorted(re.split(r"[/?=]", asked.lower()), key=len, reverse=True):
        told = told.replace(echo, "") if len(echo) > 2 else told
    return [mark for place in foreign for mark in marks(place) if re.search(mark, told)]


# Both databases for whoever may ask the most and see the least; the conditions are the same for all.
@pytest.mark.parametrize(
    ("engine", "name"),
    [("postgresql", "narrowed-administrator"), *(("sqlite", name) for name in sorted(PEOPLE))],
    indirect=["engine"],
)
def test_no_route_tells_of_a_place_that_is_not_theirs(rt: Runtime, app: Flask, name: str) -> None:
    foreign = (FOREIGN, NEIGHBOUR) if name.startswith("narrowed") else (FOREIGN,)
    client = signed_in(rt, app, name)
    found, asked_for = [], 0
    for rule in readable(app):
        own = dict.fromkeys(sorted(rule.arguments), OWN)
        address = filled(rule, own)
        questions = [address]
        if not own:  # a list: what can be filtered by
            questions += [f"{address}?{one}" for one in filters(foreign)]
        for asked in questions:
            answer = client.get(asked)
            asked_for += 1
            if answer.status_code >= 500 or (hit := leaks(answer.text, asked, foreign)):
                found.append((asked, answer.status_code, hit if answer.status_code < 500 else "crash"))
        for stranger in foreign:
            for parameter in sorted(set(own) - OF_NOBODY):
                asked = filled(rule, own | {parameter: stranger})
                answer = client.get(asked)
                hit = leaks(answer.text, asked, foreign)
                if answer.status_code not in (403, 404) or hit:
                    found.append((asked, answer.status_code, hit))
    assert found == [], "\n".join(map(str, found))
    assert asked_for > 100


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_examples_are_alive(rt: Runtime, app: Flask) -> None:
    """An example that nobody finds would prove nothing."""
    client = signed_in(rt, app, "administrator")
    dead = []
    for rule in readable(app):
        answer = client.get(filled(rule, dict.fromkeys(rule.arguments, OWN)))
        allowed = {403} if rule.endpoint.startswith(WHOLE_COUNTRY) else {200, 302}
        if rule.endpoint.startswith(("desk_api.", "work_api.", "helping_api.", "lines_api.", "desk.")):
            allowed |= {403}  # this account is no agent
        if rule.endpoint in ("people.found", "people.suppression_rejects", "desk.voice_sdk"):
            allowed |= {404}  # a search, and what was refused of a list, are one's own; no SDK is in place
        if rule.endpoint == "organising_api.forecast_delegation":
            allowed |= {422}  # of which platform, must be said
        if answer.status_code not in allowed:
            dead.append((rule.rule, answer.status_code, answer.text[:120]))
    assert dead == [], "\n".join(map(str, dead))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_sweep_finds_a_leak_where_there_is_one(rt: Runtime, app: Flask) -> None:
    """Whoever sees everything is told of all the marks the sweep looks for."""
    add_account(rt, "all@example.org", password=PASSWORD, role="administrator", regions=("*",))
    client = signed_in(rt, app, "all")
    bare = [rule.rule for rule in readable(app) if not rule.arguments]
    told = {path for path in bare if leaks(client.get(path).text, path, (FOREIGN, NEIGHBOUR))}
    assert {"/console/campaigns/", "/console/accounts/", "/api/v1/calls", "/api/v1/agents"} <= told


def filters(foreign: tuple[Place, ...]) -> list[str]:
    return [
        one.format(mark=place.mark, region=place.region, platform=place.platform)
        for place in foreign
        for one in FILTERS
    ]


def signed_in(rt: Runtime, app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(COOKIE, sign_in(rt, f"{name}@example.org", PASSWORD))
    return client
