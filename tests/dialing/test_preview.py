"""What the preview promises is what planning then does, whoever is in the list."""

from dataclasses import dataclass
from itertools import count

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsvc.calls.tables import leg, live_call
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.campaigns.tables import campaign
from callsvc.contacts.numbers import find_number
from callsvc.contacts.suppressions import suppress
from callsvc.core.db import Tx
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.preview import preview
from callsvc.platforms.tables import region
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, make_contact, make_country, places, publish_library

numbers_of_examples = count(1)


@dataclass(frozen=True)
class Person:
    zone: str
    kind: str
    country: str
    opted_out: str
    numbers: int


PEOPLE = st.builds(
    Person,
    zone=st.sampled_from(["Europe/Paris", "Europe/Paris", "Indian/Reunion", "Pacific/Noumea", "", "Nowhere"]),
    kind=st.sampled_from(["mobile", "mobile", "fixed", "premium"]),
    country=st.sampled_from(["FR", "FR", "FR", "BE"]),
    opted_out=st.sampled_from(["", "", "", "sms", "purpose", "other purpose", "all"]),
    numbers=st.integers(0, 2),
)


def _make(tx: Tx, person: Person) -> str:
    mine = [f"+3363998{next(numbers_of_examples):04d}" for _ in range(max(1, person.numbers))]
    contact_id = make_contact(
        tx,
        mine[0],
        numbers=tuple(mine[1:]),
        zone=person.zone,
        kind=person.kind,
        country=person.country,
    )
    if not person.numbers:
        tx.execute(sa.text("delete from contact_number where contact_id = :id"), {"id": contact_id})
    if person.opted_out:
        scope, purpose = ("purpose", "vaccination") if "other" in person.opted_out else (person.opted_out, "")
        wanted = purpose or ("contact-tracing" if scope == "purpose" else "")
        suppress(tx, find_number(tx, mine[0]) or "", scope, purpose=wanted, source="test")
    return contact_id


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PEOPLE, min_size=1, max_size=8))
def test_planning_calls_whom_the_preview_said_and_nobody_else(rt: Runtime, people: list[Person]) -> None:
    advance(rt, 20)
    # Whatever the examples before left unplaced: the pace is not what is looked at here.
    rt.db.settings = rt.settings.model_copy(update={"callsvc_calls_per_second": 1000.0})
    name = f"campaign-{next(numbers_of_examples)}"
    with rt.db.begin() as tx:
        tx.update(campaign, sa.true(), state="stopped")
        if tx.first(sa.select(region)) is None:
            make_country(tx)
    publish_library(rt)
    apply_campaign(rt, campaign_file(id=name, pacing={"calls_per_second": 50, "most_live": 50}), "test")
    with rt.db.begin() as tx:
        add_contacts(tx, name, [_make(tx, person) for person in people])
    with rt.db.read() as tx:
        told = preview(tx, name)
    assert told.people == len(people) == told.now + told.later.total() + told.never.total()
    change_state(rt, name, "start", "test")
    assert plan_calls(rt) == told.now
    done = places(rt, name)
    assert sum(place.status == "trying" for place in done) == told.now
    assert sum(place.status == "waiting" for place in done) == told.later.total()
    assert sum(place.status == "done" for place in done) == told.never.total()
    assert {place.outcome for place in done if place.outcome} <= {"uncallable", "suppressed"}
    for place in done:
        if place.status == "waiting":
            assert place.skip_reasons.split()[0] in told.later


def test_the_preview_of_a_draft_changes_nothing_and_names_no_number(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        make_country(tx)
    publish_library(rt)
    apply_campaign(rt, campaign_file(), "test")
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, country="BE")])
    with rt.db.read() as tx:
        told = preview(tx, "tracing")
        assert tx.all(sa.select(leg)) == tx.all(sa.select(live_call)) == []
    assert dict(told.never) == {"country-not-allowed": 1} and told.ends_at is None
    assert told.examples == {"country-not-allowed": [places(rt)[0].id]}
