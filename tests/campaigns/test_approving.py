"""A second person above a size: who may be it, what their yes covers, what takes it back."""

from threading import Thread

import pytest
import sqlalchemy as sa

from callsvc.campaigns.approving import approval_of, approve, ask_approval, refuse_approval
from callsvc.campaigns.editing import edit
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.needing import Terms, approval_terms, needs_approval, set_approval_size
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.campaigns.tables import campaign, campaign_change
from callsvc.core.errors import CallsvcError, Conflict, Forbidden, Invalid
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, make_contact, make_country, publish_library

SIZE = 3


def _prepare(rt: Runtime, people: int, **changes: object) -> None:
    """A draft by alice with so many people, where one person may call three alone, half more than seen."""
    publish_library(rt)
    with rt.db.begin() as tx:
        make_country(tx)
        set_approval_size(tx, SIZE, "admin", margin=50)
    apply_campaign(rt, campaign_file(**changes), "alice")
    _add(rt, people)


def _add(rt: Runtime, people: int, **where: str) -> None:
    with rt.db.begin() as tx:
        ids = [make_contact(tx, f"+336399{80000 + i}", **where) for i in range(people)]
        add_contacts(tx, "tracing", ids)


def _ask(rt: Runtime, by: str = "alice") -> None:
    with rt.db.begin() as tx:
        ask_approval(tx, "tracing", by)


def _approve(rt: Runtime, by: str = "bob") -> None:
    with rt.db.begin() as tx:
        approve(tx, "tracing", by)


def _state(rt: Runtime) -> str:
    with rt.db.read() as tx:
        return str(tx.scalar(sa.select(campaign.c.state)))


def _history(rt: Runtime) -> list[str]:
    with rt.db.read() as tx:
        rows = tx.all(sa.select(campaign_change).order_by(campaign_change.c.at, campaign_change.c.id))
        return [row.what for row in rows]


def _refused(rt: Runtime, action: str = "start") -> str:
    with pytest.raises(CallsvcError) as refusal:
        change_state(rt, "tracing", action, "alice")
    return refusal.value.id


def test_up_to_the_size_one_person_starts_alone_and_above_it_nobody_does(rt: Runtime) -> None:
    _prepare(rt, SIZE)
    assert change_state(rt, "tracing", "start", "alice") == "running"
    change_state(rt, "tracing", "stop", "alice")
    apply_campaign(rt, campaign_file(id="larger"), "alice")
    with rt.db.begin() as tx:
        add_contacts(tx, "larger", [make_contact(tx, f"+336399{81000 + i}") for i in range(SIZE + 1)])
    with pytest.raises(Conflict) as refusal:
        change_state(rt, "larger", "start", "alice")
    assert refusal.value.id == "campaign-needs-approval"


def test_with_a_second_persons_yes_it_starts_and_everything_is_in_its_history(rt: Runtime) -> None:
    _prepare(rt, SIZE + 1)
    _ask(rt)
    _approve(rt)
    assert change_state(rt, "tracing", "start", "alice") == "running"
    assert _history(rt) == ["applied", "approval-asked", "approved", "start"]


def test_neither_who_asked_nor_who_edited_last_is_a_second_person(rt: Runtime) -> None:
    _prepare(rt, SIZE + 1)
    apply_campaign(rt, campaign_file(title="Autre titre"), "carol")
    _ask(rt, "alice")
    for by in ("alice", "carol"):
        with pytest.raises(Forbidden) as refusal:
            _approve(rt, by)
        assert refusal.value.id == "approval-own"
    _approve(rt, "bob")


@pytest.mark.parametrize(
    ("changes", "withdrawn"),
    [
        ({"title": "Autre titre"}, False),
        ({"pacing": {"calls_per_second": 2, "most_live": 9}}, False),
        ({"caps": {"per_number_24h": 9}}, True),
        ({"call_on_holidays": True}, True),
        ({"schedule": {"starts_at": "2020-11-18 09:00"}}, True),
        ({"consent_bases": ["public-interest"]}, True),
        ({"flow": "case-interview"}, True),
    ],
)
def test_an_edit_of_whom_when_or_what_takes_the_yes_back(
    rt: Runtime, changes: dict[str, object], withdrawn: bool
) -> None:
    publish_library(rt, "case-interview")
    _prepare(rt, SIZE + 1)
    _ask(rt)
    _approve(rt)
    with rt.db.begin() as tx:
        assert edit(tx, "tracing", changes, "carol")
        row, approval = campaign_row(tx, "tracing"), approval_of(tx, "tracing")
        assert approval is not None
        assert (needs_approval(tx, row), approval.state == "withdrawn") == (withdrawn, withdrawn)


def test_an_edit_between_question_and_answer_takes_the_question_back(rt: Runtime) -> None:
    _prepare(rt, SIZE + 1)
    _ask(rt)
    apply_campaign(rt, campaign_file(call_on_holidays=True), "alice")
    with pytest.raises(Conflict) as refusal:
        _approve(rt)
    assert refusal.value.id == "approval-not-asked"


def test_a_running_campaign_edited_so_is_paused_until_somebody_looks_again(rt: Runtime) -> None:
    _prepare(rt, SIZE + 1)
    _ask(rt)
    _approve(rt)
    change_state(rt, "tracing", "start", "alice")
    apply_campaign(rt, campaign_file(call_on_holidays=True), "alice")
    assert _state(rt) == "paused" and _history(rt)[-2:] == ["approval-withdrawn", "held-for-approval"]
    assert _refused(rt, "resume") == "campaign-needs-approval"
    _ask(rt)
    _approve(rt)
    assert change_state(rt, "tracing", "resume", "alice") == "running"


def test_a_running_campaign_that_outgrows_what_was_looked_at_is_paused(rt: Runtime) -> None:
    _prepare(rt, SIZE)
    change_state(rt, "tracing", "start", "alice")
    _add(rt, 1)
    assert _state(rt) == "paused"
    _ask(rt)
    _approve(rt)
    change_state(rt, "tracing", "resume", "alice")
    _add(rt, 2)
    assert _state(rt) == "running"  # six, where four were seen: half more
    _add(rt, 1)
    assert _state(rt) == "paused" and _refused(rt, "resume") == "campaign-needs-approval"


def test_a_yes_covers_half_more_people_and_never_more_of_them_than_one_person_may_call_alone() -> None:
    assert [Terms(3, 50).beyond(seen) for seen in (0, 1, 4, 6, 600)] == [0, 0, 2, 3, 3]


def test_a_yes_to_few_holds_nobody_back_until_the_size_is_passed(rt: Runtime) -> None:
    _prepare(rt, 1)
    _ask(rt)
    _approve(rt)
    change_state(rt, "tracing", "start", "alice")
    _add(rt, SIZE - 1)
    assert _state(rt) == "running"
    _add(rt, 1)
    assert _state(rt) == "paused"


def test_people_of_a_region_that_nobody_saw_ask_for_another_look(rt: Runtime) -> None:
    _prepare(rt, SIZE + 1)
    _ask(rt)
    _approve(rt)
    change_state(rt, "tracing", "start", "alice")
    _add(rt, 1)
    assert _state(rt) == "running"
    _add(rt, 1, region_code="11", platform_code="75")
    assert _state(rt) == "paused"
    _ask(rt)
    _approve(rt)
    assert change_state(rt, "tracing", "resume", "alice") == "running"


def test_a_yes_is_about_what_its_giver_saw_not_about_who_joined_while_they_read(rt: Runtime) -> None:
    _prepare(rt, SIZE + 1)
    _ask(rt)
    _add(rt, SIZE)
    with pytest.raises(Conflict) as refusal, rt.db.begin() as tx:
        approve(tx, "tracing", "bob", seen=SIZE + 1)
    assert refusal.value.id == "approval-grown"
    with rt.db.begin() as tx:
        approve(tx, "tracing", "bob", seen=2 * SIZE)  # all but one
        seen = approval_of(tx, "tracing")
        assert seen is not None and seen.people == 2 * SIZE
    change_state(rt, "tracing", "start", "alice")
    _add(rt, 2)
    assert _state(rt) == "running"
    _add(rt, 1)
    assert _state(rt) == "paused"


def test_once_approved_a_standing_campaign_takes_as_many_a_day_as_were_seen(rt: Runtime) -> None:
    _prepare(rt, SIZE + 1, standing=True)
    _ask(rt)
    _approve(rt)
    change_state(rt, "tracing", "start", "alice")
    for _ in range(3):
        _add(rt, SIZE + 1, region_code="11", platform_code="75")
        assert _state(rt) == "running"
        advance(rt, 24 * 3600)
    _add(rt, SIZE + 2)
    assert _state(rt) == "paused"
    advance(rt, 24 * 3600)  # what came yesterday was not looked at by being left until today
    assert _refused(rt, "resume") == "campaign-needs-approval"


def test_no_is_said_with_a_reason_and_the_question_may_be_put_again(rt: Runtime) -> None:
    _prepare(rt, SIZE + 1)
    _ask(rt)
    with pytest.raises(Invalid), rt.db.begin() as tx:
        refuse_approval(tx, "tracing", "bob", "  ")
    advance(rt, 1)
    with rt.db.begin() as tx:
        refuse_approval(tx, "tracing", "bob", "Wrong list")
        refused = approval_of(tx, "tracing")
        assert refused is not None and (refused.state, refused.why, refused.decided_by) == (
            "refused",
            "Wrong list",
            "bob",
        )
    assert _refused(rt) == "campaign-needs-approval"
    advance(rt, 1)
    _ask(rt)
    _ask(rt, "carol")  # asked already
    _approve(rt)
    assert _history(rt).count("approval-asked") == 2


def test_an_administrators_size_comes_before_the_setting_and_nought_asks_nobody(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        assert approval_terms(tx).size == rt.settings.callsvc_approval_size
        set_approval_size(tx, 0, "admin")
        assert approval_terms(tx).size == 0
        with pytest.raises(Invalid):
            set_approval_size(tx, -1, "admin")


def test_two_lists_that_join_at_once_are_one_crowd(rt: Runtime) -> None:
    _prepare(rt, 0)
    change_state(rt, "tracing", "start", "alice")

    def join(first: int) -> None:
        with rt.db.begin() as tx:
            add_contacts(tx, "tracing", [make_contact(tx, f"+336399{first + i}") for i in range(2)])

    other = Thread(target=join, args=(82000,))
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, f"+336399{81000 + i}") for i in range(2)])
        other.start()
        other.join(0.3)  # it is held up, or has not seen these two
    other.join(10)
    assert _state(rt) == "paused" and "held-for-approval" in _history(rt)
