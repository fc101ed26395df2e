"""What a person chose holds until they choose otherwise, narrows when we call, and never silences them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.numbers import find_number
from callsvc.contacts.preferences import PARTS_OF_DAY, keep_choice, prefer, preferences_of
from callsvc.contacts.tables import contact_number, preference
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, start_campaign

NUMBER, SECOND = "+33639980001", "+33639980002"


def _prefer(rt: Runtime, name: str, value: Any, number: str = NUMBER) -> bool:
    with rt.db.begin() as tx:
        return prefer(tx, find_number(tx, number) or "", name, value, source="test", evidence="leg1")


def _held(rt: Runtime, number: str = NUMBER) -> Any:
    with rt.db.read() as tx:
        number_id = find_number(tx, number) or ""
        return preferences_of(tx, [number_id]).get(number_id)


def test_the_newest_choice_holds_and_the_older_ones_stay_on_record(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    assert (
        _prefer(rt, "hours", "morning") and _prefer(rt, "hours", "evening") and _prefer(rt, "channel", "sms")
    )
    assert not _prefer(rt, "channel", "sms")
    held = _held(rt)
    assert [(one.opens, one.closes) for one in held.hours] == [(18 * 60, 21 * 60)]
    assert (held.channel, held.source["hours"]) == ("sms", "test")
    with rt.db.read() as tx:
        rows = tx.all(sa.select(preference))
    assert len(rows) == 3 and sum(row.replaced_at is None for row in rows) == 2
    assert all(b"sms" not in bytes(row.value) for row in rows)
    assert _prefer(rt, "hours", "any") and not _prefer(rt, "language", "any")
    assert _held(rt).hours == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hours", "tea-time"),
        ("hours", 3),
        ("channel", "pigeon"),
        ("language", "other"),
        ("language", "f1"),
        ("x", "y"),
    ],
)
def test_what_is_no_choice_is_not_kept(rt: Runtime, name: str, value: Any) -> None:
    start_campaign(rt, NUMBER)
    assert not _prefer(rt, name, value) and _held(rt) is None


def test_who_chose_the_evening_is_not_called_in_the_morning(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    _prefer(rt, "hours", "evening")
    assert plan_calls(rt) == 0
    place = places(rt)[0]
    assert place.skip_reasons == "outside-wish"
    assert place.next_try_at == datetime(2020, 11, 16, 17, 0, tzinfo=UTC)  # six in the evening in Paris
    advance(rt, 8 * 3600 + 1)
    assert plan_calls(rt) == 1


def test_a_choice_that_leaves_no_hour_is_overlooked(rt: Runtime) -> None:
    mornings = [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "12:00"}]
    start_campaign(rt, NUMBER, file=campaign_file(windows=mornings))
    _prefer(rt, "hours", "evening")
    assert plan_calls(rt) == 1


def test_a_moment_the_person_chose_is_kept_whatever_they_had_preferred(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    _prefer(rt, "hours", "evening")
    with rt.db.begin() as tx:
        tx.update(campaign_contact, sa.true(), priority=100)  # a promise
    assert plan_calls(rt) == 1


def test_this_number_is_from_now_on_the_first_to_be_tried(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, numbers=(SECOND,))
    with rt.db.begin() as tx:
        second = find_number(tx, SECOND) or ""
        assert keep_choice(tx, second, "preference.number", "this", source="key")
        assert not keep_choice(tx, second, "preference.number", "this", source="key")
        assert not keep_choice(tx, second, "answers.number", "this", source="key")
        ranked = tx.all(sa.select(contact_number.c.number_id).order_by(contact_number.c.rank))
    assert ranked[0].number_id == second


@given(st.lists(st.sampled_from([*PARTS_OF_DAY, "night"]), max_size=4))
def test_parts_of_the_day_are_kept_as_windows_that_lie_within_a_day(parts: list[str]) -> None:
    for part in parts:
        for _, opens, closes in [PARTS_OF_DAY[part]] if part in PARTS_OF_DAY else []:
            assert 0 <= opens < closes <= 24 * 60
