"""Pages that stay true while rows are added."""

from typing import Any

from callsvc.campaigns.service import add_contacts
from callsvc.runtime import Runtime
from tests.factories import make_contact

from .conftest import Caller

LIST = "/campaigns/tracing/contacts"


def walk(caller: Caller, path: str) -> list[Any]:
    found: list[Any] = []
    while path:
        page = caller.told(path)
        found += page["items"]
        path = (page["next"] or "").removeprefix("/api/v1")
    return found


LISTS = (
    "/calls", "/attempts", "/messages", "/callbacks", "/appointments", "/suppressions", "/platforms",
    "/agents", "/queue-entries", "/access-log", LIST, "/campaigns/tracing/changes", "/regions",
)  # fmt: skip


def test_pages_of_one_hold_what_one_page_holds(national: Caller) -> None:
    for path in LISTS:
        whole = national.told(path)
        # Reading suppressions is itself recorded, and the access log grows while it is read: newest first.
        assert walk(national, f"{path}?limit=1")[-len(whole["items"]) :] == whole["items"]
        assert len(whole["items"]) >= 2
        assert whole["next"] is None


def test_what_is_added_meanwhile_moves_no_row(world: Runtime, national: Caller) -> None:
    first = national.told(f"{LIST}?limit=2")
    with world.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, "+33639980009")])
    rest = national.told(first["next"].removeprefix("/api/v1"))
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert len(ids) == len(set(ids)) == 4


def test_a_cursor_opens_only_the_list_it_came_from(national: Caller) -> None:
    following = national.told(f"{LIST}?limit=1&status=waiting")["next"].removeprefix("/api/v1")
    assert national("GET", following).status_code == 200
    for bent in (
        following.replace("status=waiting", "status=done"),
        following.replace(LIST, "/campaigns/tracing/changes").replace("&status=waiting", ""),
        f"{following}x",
        f"{LIST}?cursor=nonsense",
    ):
        answer = national("GET", bent)
        assert (answer.status_code, answer.json["id"]) in ((422, "cursor-invalid"), (422, "query-invalid")), (
            bent
        )


def test_a_parameter_nobody_declared_is_refused_by_name(national: Caller) -> None:
    for query in ("limit=0", "limit=201", "limit=ten", "colour=red", "limit=1&limit=2"):
        answer = national("GET", f"/regions?{query}")
        assert (answer.status_code, answer.json["id"]) == (422, "query-invalid")
        assert query.partition("=")[0] in answer.json["detail"]
