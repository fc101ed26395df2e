"""The table of calls: true rows, within the reader's places, and neither numbers nor names."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from callsvc.calls.tables import PLACEMENTS, leg
from callsvc.campaigns.dispositions import DISPOSITIONS
from callsvc.carrier.vocabulary import CALL_ORDER
from callsvc.labels import DISPOSITIONS as SAID
from callsvc.labels import LEG_STATES
from callsvc.platforms.tables import region
from callsvc.runtime import Runtime

from .many_calls import add_calls
from .world import CHIEF, LOCAL

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def chief(rt: Runtime, app: Flask, signed_in: SignIn) -> FlaskClient:
    add_calls(rt, 400)
    return signed_in(CHIEF)


def total(client: FlaskClient, query: str = "") -> int:
    """What the pager says, in either language; no pager means nothing was found."""
    page = client.get(f"/console/calls/{query}").text
    found = re.search(r'id="shown">.*?/\s*([\d\s\u202f,]+)', page, re.S)
    return int(re.sub(r"\D", "", found[1])) if found else 0


def test_every_leg_is_listed_and_each_filter_counts_true(rt: Runtime, chief: FlaskClient) -> None:
    assert total(chief) == 403  # three were there before
    assert total(chief, "?state=completed") == 150
    assert total(chief, "?state=refused") == 50
    assert total(chief, "?direction=inbound") == 83
    assert total(chief, "?role=agent") == 40
    assert total(chief, "?region=44") == 203
    assert total(chief, "?campaign=tracing") == 320
    assert total(chief, "?duration-from=340") == 50
    assert total(chief, "?day-from=2020-11-16&day-to=2020-11-16") == 403
    assert total(chief, "?day-from=2020-11-17") == 0
    assert total(chief, "?state=completed&direction=inbound&region=44") == 20


def test_the_longest_calls_come_first_and_calls_without_an_end_last(chief: FlaskClient) -> None:
    def durations(query: str) -> list[str]:
        page = chief.get(f"/console/calls/?size=100&{query}").text
        return [cell.strip() for cell in re.findall(r'data-label="Durée">(.*?)</td>', page, re.S)]

    assert durations("sort=-duration")[0] == "6 min 28 s"
    assert durations("sort=duration")[0] == "13 s"
    assert "–" not in durations("sort=duration")[0] + durations("sort=-duration")[0]


def test_a_supervisor_sees_the_calls_of_their_regions_alone(chief: FlaskClient, signed_in: SignIn) -> None:
    local = signed_in(LOCAL)
    assert total(local) == 203
    assert total(local, "?region=11") == 203  # not one of theirs: the filter is left out
    assert "was left out" in local.get("/console/calls/?region=11").text
    assert "La Réunion" not in local.get("/console/calls/").text


def test_calls_of_another_clock_show_it(rt: Runtime, chief: FlaskClient) -> None:
    with rt.db.begin() as tx:
        tx.update(region, region.c.code == "04", zone="Indian/Reunion")
    assert "UTC+4" in chief.get("/console/calls/?region=04").text
    assert "UTC" not in chief.get("/console/calls/?region=44").text


def test_neither_a_number_nor_a_name_stands_in_the_table(rt: Runtime, chief: FlaskClient) -> None:
    page = chief.get("/console/calls/?size=100").text
    rows = page[page.index("<tbody>") : page.index("</tbody>")]
    assert not re.search(r"\+33|Agent \d|\bleg\d", rows)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(leg)) == 403


def test_every_state_and_disposition_of_a_leg_has_its_words() -> None:
    assert set(LEG_STATES) <= {*CALL_ORDER, *PLACEMENTS}
    assert {*CALL_ORDER, *PLACEMENTS} - set(LEG_STATES) <= {"placed", "received"}  # news follows at once
    assert set(DISPOSITIONS) <= set(SAID)
