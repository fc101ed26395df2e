"""The one question, case by case; windows against an oracle of their own."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsvc.campaigns.calendar import LocalWindow
from callsvc.campaigns.definitions.spread import Spread
from callsvc.campaigns.lasting import Consent, Freshness
from callsvc.campaigns.rules import Facts, PastCall, may_contact
from callsvc.campaigns.spending import Spending
from callsvc.campaigns.whereabouts import Place
from callsvc.core.public_holidays import is_holiday

NINE_TO_EIGHT = LocalWindow(frozenset(range(5)), 9 * 60, 20 * 60)
MONDAY_TEN_IN_PARIS = datetime(2020, 11, 16, 9, 0, tzinfo=UTC)

STRASBOURG = Place("Europe/Paris", "67")
FACTS = Facts(
    campaign_state="running",
    purpose="contact-tracing",
    suppressions=(),
    places=(STRASBOURG,),
    windows=(NINE_TO_EIGHT,),
    preset="public-health",
    on_holidays=False,
    consent=Consent("public-interest", frozenset({"public-interest", "consent"})),
    number_kind="mobile",
    country="FR",
    countries=frozenset({"FR", "RE"}),
    synthetic=True,
    carrier_is_loopback=True,
    spread=Spread(per_part_of_day=0),
)


def _calls(*hours: float, **traits: Any) -> tuple[PastCall, ...]:
    """Claims so many hours before Monday, ten o'clock."""
    return tuple(PastCall(MONDAY_TEN_IN_PARIS - timedelta(hours=hour), **traits) for hour in hours)


def _at(zone: str, department: str = "") -> tuple[Place, ...]:
    return (Place(zone, department),)


def _ask(now: datetime = MONDAY_TEN_IN_PARIS, channel: Any = "voice", **changes: Any) -> tuple[str, ...]:
    return may_contact(replace(FACTS, **changes), channel, now).reasons


def test_an_ordinary_contact_on_a_monday_morning_may_be_called() -> None:
    assert may_contact(FACTS, "voice", MONDAY_TEN_IN_PARIS).yes


def _dated(given_on: date | None, days: int) -> Consent:
    return Consent("consent", FACTS.consent.accepted, given_on, days)


def _resting(hours: float) -> tuple[PastCall, ...]:
    ended_at = MONDAY_TEN_IN_PARIS - timedelta(hours=hours)
    return (PastCall(ended_at, ended_at=ended_at, rests=True),)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"campaign_state": "paused"}, "campaign-not-running"),
        ({"suppressions": (("all", ""),)}, "suppressed"),
        ({"suppressions": (("purpose", "contact-tracing"),)}, "suppressed"),
        ({"places": ()}, "zone-unknown"),
        ({"places": _at("Europe/Atlantis")}, "zone-unknown"),
        ({"places": (STRASBOURG, Place("Europe/Atlantis"))}, "zone-unknown"),
        ({"country": "BE"}, "country-not-allowed"),
        ({"number_kind": "premium"}, "number-kind-not-allowed"),
        ({"kinds": frozenset({"fixed"})}, "number-kind-not-allowed"),
        ({"carrier_is_loopback": False}, "fiction-number"),
        ({"consent": replace(FACTS.consent, basis="marketing")}, "no-consent-basis"),
        ({"preset": "france-commercial"}, "no-consent-basis"),
        ({"consent": _dated(date(2020, 10, 17), 30)}, "consent-expired"),
        ({"consent": _dated(None, 30)}, "no-consent-basis"),
        ({"freshness": Freshness(MONDAY_TEN_IN_PARIS - timedelta(days=7), 7)}, "too-old"),
        ({"starts_at": MONDAY_TEN_IN_PARIS + timedelta(minutes=1)}, "campaign-not-started"),
        ({"ends_at": MONDAY_TEN_IN_PARIS}, "campaign-ended"),
        ({"number_is_live": True}, "number-busy"),
        ({"calls": _calls(1, 2, 3)}, "cap-reached"),
        ({"calls": _calls(*range(30, 40))}, "week-cap-reached"),
        ({"calls": _calls(*range(200, 220))}, "month-cap-reached"),
        ({"calls": _calls(0.5, 0.9), "spread": Spread()}, "part-of-day-spent"),
        ({"calls": _calls(0.5), "spread": Spread(per_part_of_day=0, per_day=1)}, "day-spent"),
        ({"calls": _resting(0.9), "redial_lock": timedelta(hours=1)}, "redial-lock"),
        ({"spending": Spending(day=MONDAY_TEN_IN_PARIS.date(), calls=10, most_calls=10)}, "budget-spent"),
        ({"windows": ()}, "outside-window"),
    ],
)
def test_each_rule_alone_forbids_a_call(changes: dict[str, Any], reason: str) -> None:
    assert _ask(**changes) == (reason,)


def test_an_sms_opt_out_leaves_calls_and_another_purpose_leaves_this_one() -> None:
    assert _ask(suppressions=(("sms", ""),)) == ()
    assert _ask(channel="sms", suppressions=(("sms", ""),)) == ("suppressed",)
    assert _ask(suppressions=(("purpose", "vaccination"),)) == ()


def test_an_sms_is_not_sent_to_a_landline() -> None:
    assert _ask(channel="sms", number_kind="fixed") == ("number-kind-not-allowed",)


def test_half_past_eight_in_la_reunion_is_too_late_though_paris_is_at_work() -> None:
    at = datetime(2020, 11, 16, 16, 30, tzinfo=UTC)  # 17:30 in Paris, 20:30 in Saint-Denis
    verdict = may_contact(replace(FACTS, places=_at("Indian/Reunion", "974")), "voice", at)
    assert verdict.reasons == ("outside-window",)
    assert verdict.earliest == datetime(2020, 11, 17, 5, 0, tzinfo=UTC)  # 09:00 there


def test_the_last_minute_of_a_window_is_not_used_for_a_call_that_rings_after_it() -> None:
    assert _ask(datetime(2020, 11, 16, 18, 59, 30, tzinfo=UTC)) == ("outside-window",)


def test_friday_evening_waits_for_monday() -> None:
    verdict = may_contact(FACTS, "voice", datetime(2020, 11, 13, 20, 0, tzinfo=UTC))
    assert verdict.earliest == datetime(2020, 11, 16, 8, 0, tzinfo=UTC)


def test_saint_stephens_day_is_a_holiday_in_strasbourg_only() -> None:
    saturday_too = LocalWindow(frozenset(range(7)), 9 * 60, 20 * 60)
    at = datetime(2020, 12, 26, 10, 0, tzinfo=UTC)
    assert _ask(at, windows=(saturday_too,)) == ("outside-window",)
    assert _ask(at, windows=(saturday_too,), places=_at("Europe/Paris", "75")) == ()
    assert not is_holiday(at.date(), "75")


def test_the_commercial_preset_keeps_lunch_free() -> None:
    at = datetime(2020, 11, 16, 12, 30, tzinfo=UTC)  # 13:30 in Paris
    consent = replace(FACTS.consent, basis="consent")
    assert _ask(at, preset="france-commercial", consent=consent) == ("outside-window",)


def test_the_cap_heals_when_the_oldest_counted_claim_is_a_day_old() -> None:
    verdict = may_contact(replace(FACTS, calls=_calls(23, 5, 1)), "voice", MONDAY_TEN_IN_PARIS)
    assert verdict.earliest == MONDAY_TEN_IN_PARIS + timedelta(hours=1)


ZONES = (
    "Europe/Paris",
    "Indian/Reunion",
    "America/Guadeloupe",
    "America/Cayenne",
    "Pacific/Noumea",
    "Indian/Mayotte",
)


@given(
    minute=st.integers(0, 2 * 366 * 24 * 60),
    zone=st.sampled_from(ZONES),
    opens=st.integers(0, 22 * 60),
    length=st.integers(2, 120),
)
def test_the_window_agrees_with_a_clock_on_the_wall(minute: int, zone: str, opens: int, length: int) -> None:
    """The oracle reads local wall time and knows nothing of windows as objects."""
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    window = LocalWindow(frozenset(range(7)), opens, opens + length)
    facts = replace(FACTS, places=_at(zone), windows=(window,), preset="none", on_holidays=True)
    verdict = may_contact(facts, "voice", now)

    def inside(at: datetime) -> bool:
        wall = at.astimezone(ZoneInfo(zone))
        return opens <= wall.hour * 60 + wall.minute < opens + length

    assert verdict.yes == (inside(now) and inside(now + timedelta(seconds=60)))
    if not verdict.yes and verdict.earliest is not None:
        assert inside(verdict.earliest) and verdict.earliest >= now


@pytest.mark.parametrize(
    "night", [datetime(2020, 10, 24, 22, tzinfo=UTC), datetime(2021, 3, 27, 22, tzinfo=UTC)]
)
def test_both_nights_on_which_clocks_change_open_at_nine_local_time(night: datetime) -> None:
    every_day = LocalWindow(frozenset(range(7)), 9 * 60, 20 * 60)
    verdict = may_contact(replace(FACTS, windows=(every_day,)), "voice", night)
    assert verdict.earliest is not None
    local = verdict.earliest.astimezone(ZoneInfo("Europe/Paris"))
    assert (local.hour, local.minute) == (9, 0) and local.date() == (night + timedelta(days=1)).date()


def test_places_that_disagree_must_all_be_open_and_may_have_no_hour_in_common() -> None:
    both = (STRASBOURG, Place("Indian/Reunion", "974"))
    assert _ask(places=both) == ()  # ten o'clock here, one o'clock there
    evening = MONDAY_TEN_IN_PARIS + timedelta(hours=8)
    assert _ask(evening) == () and _ask(evening, places=both) == ("outside-window",)
    apart = (STRASBOURG, Place("Pacific/Noumea", "988"))
    short = LocalWindow(frozenset(range(5)), 10 * 60, 12 * 60)
    verdict = may_contact(replace(FACTS, places=apart, windows=(short,)), "voice", MONDAY_TEN_IN_PARIS)
    assert verdict.reasons == ("zones-disagree", "outside-window")
    assert verdict.final and verdict.earliest is None


def test_a_refusal_of_a_commercial_call_gives_sixty_days_of_peace() -> None:
    refused_at = MONDAY_TEN_IN_PARIS - timedelta(days=59)
    calls = (PastCall(refused_at, ended_at=refused_at, refused=True),)
    consent = replace(FACTS.consent, basis="consent")
    facts = replace(FACTS, calls=calls, preset="france-commercial", consent=consent)
    assert may_contact(facts, "voice", MONDAY_TEN_IN_PARIS).reasons == ("refused-recently",)
    assert may_contact(replace(facts, preset="public-health"), "voice", MONDAY_TEN_IN_PARIS).yes


def test_a_promise_is_not_broken_by_what_spares_people_calls_but_by_a_cap_it_is() -> None:
    spared = {"calls": (*_resting(0.5), *_calls(0.2)), "redial_lock": timedelta(hours=2), "spread": Spread()}
    assert set(_ask(**spared)) == {"redial-lock", "part-of-day-spent"}
    assert _ask(**spared, promised=True) == ()
    assert _ask(calls=_calls(1, 2, 3), promised=True) == ("cap-reached",)


def test_all_reasons_are_told_at_once_and_nothing_is_earliest_when_one_never_heals() -> None:
    verdict = may_contact(
        replace(FACTS, campaign_state="paused", calls=_calls(1, 2, 3), suppressions=(("all", ""),)),
        "voice",
        MONDAY_TEN_IN_PARIS,
    )
    assert verdict.reasons == ("suppressed", "campaign-not-running", "cap-reached")
    assert verdict.earliest is None and verdict.final


def test_what_time_heals_is_told_beside_what_waits_for_somebody() -> None:
    paused = replace(FACTS, campaign_state="paused")
    assert may_contact(paused, "voice", MONDAY_TEN_IN_PARIS).earliest is None
    night = may_contact(paused, "voice", datetime(2020, 11, 13, 20, 0, tzinfo=UTC))
    assert night.earliest == datetime(2020, 11, 16, 8, 0, tzinfo=UTC)


def test_a_consent_that_expires_before_the_number_is_free_leaves_no_moment() -> None:
    facts = replace(FACTS, calls=_calls(1, 2, 3), consent=_dated(date(2020, 10, 18), 30))
    assert may_contact(facts, "voice", MONDAY_TEN_IN_PARIS).earliest is None  # it ends with the 16th
