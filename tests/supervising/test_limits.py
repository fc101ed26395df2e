"""Limits of breaks and wrap-ups: administrators declare them for their places, supervisors read them."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import add_account, create_key, sign_in
from callsvc.agents.limits import limits
from callsvc.routing.talking.wrap_ups import wrap_up_limits
from tests.routing.world import World
from tests.supervising.test_pages import PASSWORD, chief, shown, world

__all__ = ["chief", "world"]

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

BREAK = {"activity": "break", "most": "2", "longest_min": "15", "beyond": "ask"}


def enter(world: World, client: FlaskClient, *regions: str) -> None:
    """The client's browser is an administrator's of these regions now."""
    email = f"{len(regions)}{regions[0].strip('*')}@example.org"
    add_account(world.rt, email, password=PASSWORD, role="administrator", regions=regions, language="en")
    client.set_cookie(COOKIE, sign_in(world.rt, email, PASSWORD))


def declared(world: World) -> list[tuple[Any, ...]]:
    with world.rt.db.read() as tx:
        rows = limits(tx, ["44", "11"])
    return [(row.region_code, row.activity, row.most, row.longest_min, row.beyond) for row in rows]


def test_an_administrator_declares_for_their_regions_and_a_supervisor_reads(
    world: World, chief: FlaskClient
) -> None:
    assert "No limit is declared" in shown(chief, "limits/")
    assert chief.post("/console/limits/activities", data=BREAK | {"region_code": "44"}).status_code == 403
    enter(world, chief, "44")
    for place, code in (("44", 302), ("11", 403), ("*", 403)):
        answer = chief.post("/console/limits/activities", data=BREAK | {"region_code": place})
        assert answer.status_code == code, place
    assert declared(world) == [("44", "break", 2, 15, "ask")]
    assert "a supervisor may grant it" in shown(chief, "limits/")
    chief.post("/console/limits/activities", data={"region_code": "44", "activity": "break", "remove": "1"})
    assert declared(world) == []


def test_what_is_no_number_is_told_and_changes_nothing(world: World, chief: FlaskClient) -> None:
    enter(world, chief, "*")
    for wrong in ({"most": "many"}, {"longest_min": "0"}, {"activity": "available"}, {"beyond": "maybe"}):
        chief.post("/console/limits/activities", data=BREAK | {"region_code": "*"} | wrong)
    assert "Give whole numbers" in shown(chief, "limits/")
    assert declared(world) == []


def test_only_an_account_of_the_whole_country_declares_wrap_ups(world: World, chief: FlaskClient) -> None:
    form = {"kind": "skill", "name": "medical", "seconds": "120"}
    enter(world, chief, "44")
    assert chief.post("/console/limits/wrap-ups", data=form).status_code == 403
    enter(world, chief, "*")
    assert chief.post("/console/limits/wrap-ups", data=form).status_code == 302
    assert "medical: 120 s" in shown(chief, "limits/")
    with world.rt.db.read() as tx:
        assert [(row.kind, row.name, row.seconds) for row in wrap_up_limits(tx)] == [
            ("skill", "medical", 120)
        ]
    chief.post("/console/limits/wrap-ups", data=form | {"remove": "1"})
    with world.rt.db.read() as tx:
        assert wrap_up_limits(tx) == []


def test_programs_declare_limits_within_their_places(world: World, chief: FlaskClient) -> None:
    enter(world, chief, "44")
    key = create_key(world.rt, "144@example.org", ("accounts", "routing"))
    headers = {"Authorization": f"Bearer {key}"}
    for place, code in (("44", 200), ("11", 403), ("*", 403)):
        body = {"region_code": place, "activity": "training", "most": 0}
        assert chief.put("/api/v1/activity-limits", json=body, headers=headers).status_code == code
    told = chief.get("/api/v1/activity-limits", headers=headers).json["items"]
    assert [(one["region_code"], one["most"], one["longest_min"]) for one in told] == [("44", 0, None)]
