"""A list of any length joins a campaign in a few statements, and each person as if they had come alone."""

from typing import Any

import sqlalchemy as sa

from callsvc.campaigns import joining
from callsvc.campaigns.service import add_contacts, apply_campaign
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, make_contact, make_country, places, publish_library

PEOPLE = 8


def _people(rt: Runtime) -> list[str]:
    """Of several regions, fragilities and priorities, and a campaign without any of them."""
    publish_library(rt)
    with rt.db.begin() as tx:
        make_country(tx)
        where = (("67", "44"), ("75", "11"), ("974", "04"))
        ids = [
            make_contact(
                tx,
                f"+336399{80000 + i}",
                fragility=i % 3,
                platform_code=where[i % 3][0],
                region_code=where[i % 3][1],
            )
            for i in range(PEOPLE)
        ]
        tx.update(contact, contact.c.id == ids[1], priority=7)
    apply_campaign(rt, campaign_file(), "test")
    return ids


def _told(rt: Runtime) -> dict[str, tuple[Any, ...]]:
    kept = [column.name for column in campaign_contact.c if column.name != "id"]
    return {place.contact_id: tuple(getattr(place, name) for name in kept) for place in places(rt)}


def test_a_list_in_several_statements_gives_the_places_that_each_alone_would_have(
    rt: Runtime, monkeypatch: Any
) -> None:
    ids = _people(rt)
    with rt.db.begin() as tx:
        assert sum(add_contacts(tx, "tracing", [one]) for one in ids) == PEOPLE
    alone = _told(rt)
    with rt.db.begin() as tx:
        tx.delete(campaign_contact, sa.true())
    monkeypatch.setattr(joining, "_AT_ONCE", 3)
    with rt.db.begin() as tx:
        assert add_contacts(tx, "tracing", ids) == PEOPLE
    assert _told(rt) == alone
    priorities = {who: told.priority for who, told in ((place.contact_id, place) for place in places(rt))}
    assert (priorities[ids[0]], priorities[ids[1]], priorities[ids[2]]) == (0, 17, 20)


def test_whoever_is_in_it_stays_as_they_are_and_is_not_counted(rt: Runtime) -> None:
    ids = _people(rt)
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", ids[:3])
        tx.update(campaign_contact, campaign_contact.c.contact_id == ids[0], status="done", outcome="reached")
    before = _told(rt)
    advance(rt, 60)
    with rt.db.begin() as tx:
        assert add_contacts(tx, "tracing", [*ids, *ids, "nobody"]) == PEOPLE - 3
        assert add_contacts(tx, "tracing", ids) == add_contacts(tx, "tracing", []) == 0
    after = _told(rt)
    assert {who: after[who] for who in before} == before and len(after) == PEOPLE


def test_the_statements_do_not_grow_with_the_people(rt: Runtime, monkeypatch: Any) -> None:
    ids, asked = _people(rt), []
    execute = Tx.execute
    monkeypatch.setattr(Tx, "execute", lambda tx, *given: asked.append(1) or execute(tx, *given))  # type: ignore[func-returns-value]
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", ids)
    assert len(asked) == 1
