"""A draft keeps nobody for ever: left alone for its days, its people are forgotten as those of the others."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.accounts.service import add_account
from callsvc.campaigns.approving import ask_approval
from callsvc.campaigns.editing import edit
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.preview import preview
from callsvc.retention.passing import forget_due
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, make_contact, make_country, publish_library

DAY = 86_400.0
NUMBERS = [f"+3363998000{n}" for n in range(1, 4)]


def _draft(rt: Runtime, **settings: Any) -> list[str]:
    file = campaign_file(**settings)
    with rt.db.begin() as tx:
        make_country(tx)
    publish_library(rt, file.flow)
    apply_campaign(rt, file, "test")
    with rt.db.begin() as tx:
        ids = [make_contact(tx, number) for number in NUMBERS]
        add_contacts(tx, "tracing", ids)
    return ids


def _erased(rt: Runtime) -> int:
    with rt.db.read() as tx:
        gone = sa.select(sa.func.count()).select_from(contact).where(contact.c.erased_at.is_not(None))
        return int(tx.scalar(gone))


@pytest.mark.parametrize(("days", "own"), [(90, {}), (10, {"retention_days": 10})])
def test_people_of_a_draft_that_nobody_touched_are_forgotten_after_its_days(
    rt: Runtime, days: int, own: dict[str, Any]
) -> None:
    _draft(rt, **own)
    if own:
        rt.db.settings = rt.settings.model_copy(update={"callsvc_retention_days": 5})
    advance(rt, (days - 1) * DAY)
    assert forget_due(rt, at_once=True) == (0, 0)
    advance(rt, 2 * DAY)
    assert forget_due(rt, at_once=True) == (3, 3)


def test_whoever_joined_it_later_is_kept_as_long(rt: Runtime) -> None:
    _draft(rt)
    advance(rt, 60 * DAY)
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, "+33639980009")])
    advance(rt, 31 * DAY)
    forget_due(rt, at_once=True)
    assert _erased(rt) == 3
    advance(rt, 60 * DAY)
    forget_due(rt, at_once=True)
    assert _erased(rt) == 4


def _edited(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        edit(tx, "tracing", {"title": "Autre"}, "test")


def _asked_for(rt: Runtime) -> None:
    ana = add_account(
        rt, "ana@example.org", password="correct horse battery", role="administrator", regions=("*",)
    )
    with rt.db.begin() as tx:
        ask_approval(tx, "tracing", ana)


@pytest.mark.parametrize("touch", [_edited, _asked_for])
def test_a_draft_that_somebody_touched_keeps_them(rt: Runtime, touch: Any) -> None:
    _draft(rt)
    advance(rt, 60 * DAY)
    touch(rt)
    advance(rt, 60 * DAY)
    assert forget_due(rt, at_once=True) == (0, 0)
    advance(rt, 31 * DAY)
    assert forget_due(rt, at_once=True) == (3, 3)


def test_a_draft_that_is_to_start_by_itself_keeps_them(rt: Runtime) -> None:
    start = (rt.clock.now() + timedelta(days=200)).strftime("%Y-%m-%d %H:%M")
    _draft(rt, schedule={"starts_at": start})
    advance(rt, 150 * DAY)
    assert forget_due(rt, at_once=True) == (0, 0)


def test_started_all_the_same_it_finds_nobody_to_call(rt: Runtime) -> None:
    _draft(rt)
    advance(rt, 91 * DAY)
    forget_due(rt, at_once=True)
    with rt.db.read() as tx:
        assert dict(preview(tx, "tracing").never) == {"no-number": 3}
    change_state(rt, "tracing", "start", "test")
    assert plan_calls(rt) == 0
    with rt.db.read() as tx:
        assert {row.status for row in tx.all(sa.select(campaign_contact.c.status))} == {"done"}
