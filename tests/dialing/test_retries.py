"""What follows a try on both databases: declined calls rest, numbers change, an SMS comes between."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.accounts.scope import Principal
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.campaigns.service import add_contacts
from callsvc.campaigns.tables import campaign_contact
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.explaining import WhyNot, why_not_called
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.preview import preview
from callsvc.dialing.turns import PROMISED
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, publish_library, start_campaign

NUMBER, SECOND = "+33639980001", "+33639980002"
NATIONAL = Principal(account_id="test", role="operator", regions="*", scopes=frozenset({"report"}))


def _call(rt: Runtime, *told: str) -> str:
    """Plan and place one call, and let the carrier say so much of it, five seconds apart."""
    assert plan_calls(rt) == 1
    [leg_id] = [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids]  # type: ignore[attr-defined]
    place_attempts(rt, [leg_id])
    for status in told:
        advance(rt, 5)
        with rt.db.begin() as tx:
            lock_leg(tx, leg_id)
            record_status(tx, leg_id, News(status=status, at=tx.now, source="callback", carrier_time=True))
    return str(leg_id)


def _why(rt: Runtime, campaign_id: str = "tracing") -> WhyNot:
    with rt.db.read() as tx:
        return why_not_called(tx, NATIONAL, campaign_id, places(rt, campaign_id)[0].id)


def _retries(**policies: Any) -> dict[str, Any]:
    return {"retries": {"most_tries": 3, "policies": policies, "redial_lock_minutes": 60}}


def test_no_other_campaign_calls_a_number_that_rests(rt: Runtime) -> None:
    world = start_campaign(rt, NUMBER, file=campaign_file(**_retries()))
    _call(rt, "ringing", "busy")
    start_campaign(rt, SECOND, file=campaign_file(id="other", purpose="other", **_retries()))
    with rt.db.begin() as tx:
        add_contacts(tx, "other", world.contact_ids)
    assert plan_calls(rt) == 1  # the one of the other number
    [other] = [place for place in places(rt, "other") if place.contact_id in world.contact_ids]
    assert (other.status, other.skip_reasons) == ("waiting", "redial-lock")


def test_a_declined_call_keeps_the_number_at_rest(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, file=campaign_file(**_retries(declined={"minutes": 5})))
    _call(rt, "ringing", "busy")
    [place] = places(rt)
    assert (place.last_disposition, place.tries_by_kind) == ("declined", {"declined": 1})
    advance(rt, 6 * 60)
    assert plan_calls(rt) == 0
    [place] = places(rt)
    assert place.skip_reasons == "redial-lock"
    with rt.db.read() as tx:
        assert place.next_try_at - tx.now == timedelta(minutes=54)


def test_who_declines_the_call_at_the_promised_moment_is_left_in_peace_like_others(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, file=campaign_file(**_retries(declined={"minutes": 5})), fragility=1)
    with rt.db.begin() as tx:
        tx.update(campaign_contact, sa.true(), priority=PROMISED)
    _call(rt, "ringing", "busy")
    advance(rt, 6 * 60)
    assert plan_calls(rt) == 0
    [place] = places(rt)
    assert (place.priority, place.skip_reasons) == (10, "redial-lock")


def test_an_engaged_line_is_tried_again_soon(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, file=campaign_file(**_retries(busy={"minutes": 5, "number": "same"})))
    _call(rt, "busy")
    advance(rt, 5 * 60)
    _call(rt)


def test_the_policy_of_a_kind_keeps_the_number_or_goes_on_to_the_next(rt: Runtime) -> None:
    policies = {"busy": {"minutes": 5, "number": "same"}, "no-answer": {"minutes": 5}}
    start_campaign(rt, NUMBER, file=campaign_file(**_retries(**policies)), numbers=(SECOND,))
    _call(rt, "busy")
    advance(rt, 300)
    _call(rt, "ringing", "no-answer")
    advance(rt, 300)
    _call(rt)
    assert [call.to for call in rt.carrier.calls.values()] == [NUMBER, NUMBER, SECOND]  # type: ignore[attr-defined]


def test_an_sms_follows_a_try_of_the_kind_that_asks_for_it_once(rt: Runtime) -> None:
    fallback = {"sender": "+33199000199", "text": {"fr": "Nous avons cherché à vous joindre."}}
    policies = _retries(**{"no-answer": {"minutes": 5, "sms": True}})
    start_campaign(rt, NUMBER, file=campaign_file(sms_fallback=fallback, **policies))
    for _ in range(2):
        _call(rt, "ringing", "no-answer")
        advance(rt, 300)
    with rt.db.read() as tx:
        assert len(tx.all(sa.select(message))) == 1


def test_a_retry_knows_when_its_window_closes(rt: Runtime) -> None:
    start_campaign(rt, NUMBER, file=campaign_file(**_retries(**{"no-answer": {"minutes": 60}})))
    _call(rt, "ringing", "no-answer")
    assert places(rt)[0].call_by == datetime(2020, 11, 16, 19, 0, tzinfo=UTC)  # 20:00 in Paris


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "May be called now.|Not called yet: others come first."),
        (11 * 3600, "Not called yet: it is outside the hours in which they may be called; possible from"),
    ],
)
def test_why_not_yet_is_one_sentence(rt: Runtime, seconds: int, said: str) -> None:
    start_campaign(rt, NUMBER)
    advance(rt, seconds)
    assert any(_why(rt).sentence.startswith(one) for one in said.split("|"))


def test_who_was_passed_over_waits_for_what_was_noted_then(rt: Runtime) -> None:
    start_campaign(rt, NUMBER)
    advance(rt, 11 * 3600)  # 21:00 in Paris
    assert plan_calls(rt) == 0
    assert _why(rt).sentence == (
        "Not called yet: it is outside the hours in which they may be called; possible from Tuesday "
        "17 November at 08:00."
    )


HOURS = "it is outside the hours in which they may be called; possible from Monday 16 November at 14:00"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("fixed", "Will not be written to: numbers of this kind are not used."),
        ("mobile", f"Not written to yet: {HOURS}."),
    ],
)
def test_in_a_campaign_by_sms_the_question_is_about_sms(rt: Runtime, kind: str, said: str) -> None:
    afternoon = {"windows": [{"days": ["mon", "tue"], "from": "14:00", "to": "18:00"}]}
    publish_library(rt, "preferences")
    start_campaign(
        rt, NUMBER, file=campaign_file(flow="preferences", channel="sms", sms=afternoon), kind=kind
    )
    assert _why(rt).sentence == said
    with rt.db.read() as tx:
        told = preview(tx, "tracing")
    assert (told.never.total(), told.later.total()) == ((1, 0) if kind == "fixed" else (0, 1))


def test_the_delay_after_a_try_and_what_holds_then_are_one_sentence(rt: Runtime) -> None:
    policies = _retries(declined={"minutes": 5})
    start_campaign(rt, NUMBER, file=campaign_file(**policies))
    _call(rt, "ringing", "busy")
    told = _why(rt)
    assert told.sentence == (
        "Not called yet: the time of the next try has not come and the number rests after a call that ended "
        "badly; possible from Monday 16 November at 11:00."
    )
    assert told.chosen_for == "longest-wait" and told.before == "longest-wait"
