"""Who sees some regions adds do-not-contact entries of their people alone, one by one and by list."""

import io
from typing import Any

import sqlalchemy as sa

from callsvc.contacts.suppression_transfer import lines_of
from callsvc.contacts.tables import suppression
from callsvc.runtime import Runtime

from .conftest import Caller

MINE, THEIRS, NOBODYS = "0639981240", "0639981241", "0639981242"


def people(national: Caller) -> None:
    for number, platform in ((MINE, "67"), (THEIRS, "75")):
        case = {"reference": f"R-{platform}", "platform": platform, "contacts": [{"numbers": [number]}]}
        assert national("POST", "/cases", json=case).status_code == 200


def held(world: Runtime) -> int:
    with world.db.read() as tx:
        entry = suppression.c
        wanted = sa.select(sa.func.count()).where(entry.source.in_(("list", "api")))
        return int(tx.scalar(wanted))


def test_a_list_of_a_region_adds_numbers_of_its_people_alone(
    world: Runtime, national: Caller, local: Caller
) -> None:
    people(national)
    before = held(world)
    sent: dict[str, Any] = {"data": f"{MINE}\n{THEIRS}\n{NOBODYS}\n", "content_type": "text/csv"}
    told = local("POST", "/suppression-lists", **sent).json
    assert (told["new"], [(one["line"], one["reason"]) for one in told["rejects"]]) == (
        1,
        [(2, "number-not-yours"), (3, "number-not-yours")],  # alike: which of them is known is not told
    )
    assert held(world) == before + 1
    assert national("POST", "/suppression-lists", **sent).json["new"] == 2


def test_one_number_likewise(world: Runtime, national: Caller, local: Caller) -> None:
    people(national)
    assert local("POST", "/suppressions", json={"number": MINE}).status_code == 201
    for number in (THEIRS, NOBODYS):
        refused = local("POST", "/suppressions", json={"number": number})
        assert (refused.status_code, refused.json["id"]) == (403, "number-not-yours")
        assert national("POST", "/suppressions", json={"number": number}).status_code == 201


def test_a_body_without_a_line_end_is_never_held_whole() -> None:
    body = b"0" * (8 << 20) + b"\n0639981240\n"
    first, second, last = list(lines_of(io.BytesIO(body)))
    assert len(first) <= 10_001 and (second, last) == ("0639981240", "")
    text = "a;b\r\n" * 30_000 + "c"
    assert "\n".join(lines_of(io.BytesIO(text.encode()))) == text
