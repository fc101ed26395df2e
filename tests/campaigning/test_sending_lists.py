"""A list is sent, its columns are looked at, it is imported; what was refused is told and taken home."""

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from callsvc.accounts.tables import access_log
from callsvc.contacts.importing_work import work_imports
from callsvc.core.jobs import HeldJobs
from callsvc.runtime import Runtime

from .conftest import Visit, Visitor

Fill = Callable[..., str]
LIST = (
    "Nom;Prénom;Téléphone;Code postal;Remarque\n"
    "Durand;Lea;06 39 98 00 01;67000;\n"
    "Martin;Paul;06 39 98 00 02;67000;voisin\n"
    "Nobody;Else;12;67000;\n"
).encode("cp1252")


def send(visitor: Visitor, content: bytes = LIST, name: str = "export 2020-11-16.csv") -> str:
    """Send a list as the form does; the address of its columns."""
    answer = visitor.send("/autumn/people/lists", at="/autumn/people", list=(io.BytesIO(content), name))
    assert answer.status_code == 302, answer.text[-900:]
    return str(answer.location).removeprefix("/console/campaigns")


def mapped(**changed: str) -> dict[str, str]:
    columns = {"c0": "last_name", "c1": "first_name", "c2": "phone", "c3": "postcode", "c4": ""}
    return columns | {"source": "export", "consent_basis": "public-interest", "language": "fr"} | changed


def work(rt: Runtime) -> None:
    jobs = rt.jobs
    assert isinstance(jobs, HeldJobs)
    for name, ids in jobs.take():
        if name == "import_lists":
            work_imports(rt, list(ids))


def test_a_list_is_sent_mapped_and_imported_into_the_campaign(rt: Runtime, visit: Visit, fill: Fill) -> None:
    fill(0)
    ana = visit("ana")
    columns = send(ana)
    page = ana.get(columns).text
    assert "Durand" in page and "windows-1252" in page.lower().replace("cp", "windows-")
    chosen = re.findall(r'name="c(\d)".*?<option value="(\w+)" selected', page, re.S)
    assert ("2", "phone") in chosen and ("0", "last_name") in chosen

    shown = str(ana.send(columns, **mapped()).location).removeprefix("/console/campaigns")
    assert "Being imported" in ana.get(shown).text
    work(rt)
    page = ana.get(shown).text
    assert re.search(r'data-status="kept">2<', page) and re.search(r'data-status="refused">1<', page)
    assert "Refused, by reason" in page
    rejects = ana.get(f"{shown}/rejects.csv")
    assert "Nobody" in rejects.text and "attachment" in rejects.headers["Content-Disposition"]
    assert "People in this campaign: 2" in ana.get("/autumn/people").text
    assert "imported" in ana.get("/autumn/people").text

    again = ana.get(send(ana)).text
    assert "as the last time from this source" in again


def test_the_script_sends_the_bytes_alone(visit: Visit, fill: Fill) -> None:
    fill(0)
    ana = visit("ana")
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.get("/autumn/people").text)
    assert token
    headers = {"X-CSRFToken": token[1], "X-Requested-With": "fetch", "Content-Type": "text/csv"}
    headers["X-List-Name"] = "Mme%20Ess%C3%A9.csv"  # a file may be named after somebody: never in an address
    path = "/console/campaigns/autumn/people/lists"
    answer = ana.client.post(path, data=LIST, headers=headers)
    columns = answer.get_json()["next"]
    assert columns.startswith("/console/campaigns/autumn/people/lists/upl")
    assert "Mme Essé" in ana.client.get(columns).text
    empty = ana.client.post(path, data=b"", headers=headers)
    assert (empty.status_code, "empty" in empty.get_json()["wrong"]) == (422, True)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_without_a_column_of_numbers_nothing_is_imported(visit: Visit, fill: Fill) -> None:
    fill(0)
    ana = visit("ana")
    columns = send(ana)
    answer = ana.send(columns, **mapped(c2=""))
    assert answer.status_code == 422 and "No column holds phone numbers" in answer.text
    wrong = ana.send(columns, **mapped(consent_on="2030-01-01"))
    assert wrong.status_code == 422 and "A day that has passed is needed." in wrong.text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_import_is_ended_and_another_campaigns_import_is_not_shown(
    rt: Runtime, visit: Visit, fill: Fill
) -> None:
    fill(0)
    fill(0, "winter")
    ana = visit("ana")
    shown = str(ana.send(send(ana), **mapped()).location).removeprefix("/console/campaigns")
    assert ana.get(shown.replace("/autumn/", "/winter/")).status_code == 404
    ana.send(f"{shown}/cancel", at=shown)
    work(rt)
    assert "Ended before its end" in ana.get(shown).text
    with rt.db.read() as tx:
        noted = {(row.action, row.subject) for row in tx.all(sa.select(access_log))}
    import_id = shown.rpartition("/")[2]
    assert {("contacts-imported", import_id), ("import-canceled", import_id)} <= noted


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_sees_a_region_only_sends_no_list(visit: Visit, fill: Fill) -> None:
    fill(2)
    page = visit("eve").get("/autumn/people").text
    assert 'name="list"' not in page and "an account of the whole country sends it" in page
    sent = {"list": (io.BytesIO(LIST), "a.csv")}
    refused = visit("eve").send("/autumn/people/lists", at="/autumn/people", **sent)
    assert refused.status_code == 403 and "whole-country-needed" in refused.text
