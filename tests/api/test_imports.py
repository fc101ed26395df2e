"""A list sent over HTTP is imported, followed, and what was refused is fetched."""

import pytest

from callsvc.contacts.importing_work import work_imports
from callsvc.contacts.uploads import KEPT, forget_old_pieces
from callsvc.runtime import Runtime
from tests.factories import advance, places

from .conftest import Caller

GOOD = "prenom;nom;telephone;departement\nCamille;Martin;06 39 98 12 34;67\nNour;Petit;06 39 98 56 78;75\n"
BAD = GOOD + "Sacha;Durand;12;67\n"


def send(rt: Runtime, caller: Caller, text: str, query: str = "") -> dict[str, object]:
    answer = caller("POST", f"/imports{query}", data=text.encode(), content_type="text/csv")
    assert answer.status_code == 202, answer.text
    work_imports(rt, [answer.json["id"]])
    told: dict[str, object] = caller.told(f"/imports/{answer.json['id']}")
    return told


def test_a_list_is_imported_into_a_campaign(world: Runtime, national: Caller) -> None:
    told = send(world, national, GOOD, "?campaign=tracing&source=liste%20du%20matin")
    assert (told["status"], told["source"], told["report"]["kept"]) == ("completed", "liste du matin", 2)  # type: ignore[index]
    assert len(places(world)) == 5
    again = send(world, national, GOOD, "?campaign=tracing&source=liste%20du%20matin")
    assert again["id"] == told["id"]
    assert len(places(world)) == 5


def test_what_was_refused_is_fetched_for_a_day_and_lies_encrypted(world: Runtime, national: Caller) -> None:
    told = send(world, national, BAD)
    assert told["report"]["refused"] == 1  # type: ignore[index]
    answer = national("GET", f"/imports/{told['id']}/rejects")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert "Sacha" in answer.text
    assert "Sacha" not in national("GET", f"/imports/{told['id']}").text
    advance(world, KEPT.total_seconds())
    assert national("GET", f"/imports/{told['id']}/rejects").json["id"] == "rejects-unknown"
    assert forget_old_pieces(world) == 1


@pytest.mark.parametrize(
    ("text", "query", "status", "id"),
    [
        ("", "", 422, "file-empty"),
        ("prenom;nom\nCamille;Martin\n", "", 422, "no-phone-column"),
        (GOOD, "?platform=00", 422, "platform-unknown"),
        (GOOD, "?campaign=nothing", 404, "campaign-unknown"),
        (GOOD, "?map=tel", 422, "mapping-unreadable"),
    ],
)
def test_a_list_that_cannot_be_imported_says_why(
    national: Caller, text: str, query: str, status: int, id: str
) -> None:
    answer = national("POST", f"/imports{query}", data=text.encode(), content_type="text/csv")
    assert (answer.status_code, answer.json["id"]) == (status, id)


def test_lists_need_an_account_of_the_whole_country(local: Caller) -> None:
    answer = local("POST", "/imports", data=GOOD.encode(), content_type="text/csv")
    assert (answer.status_code, answer.json["id"]) == (403, "whole-country-needed")
