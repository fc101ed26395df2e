"""What SMS will cost is said before the first is sent, and agrees with what is sent."""

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.contacts.numbers import find_number
from callsvc.contacts.preferences import prefer
from callsvc.dialing.cli import campaign
from callsvc.flows.service import publish
from callsvc.messages.estimating import estimate
from callsvc.messages.segments import count
from callsvc.messages.sending import send_messages
from callsvc.runtime import Runtime
from callsvc.webhooks.texting import text_due
from tests.factories import campaign_file, make_contact, make_country, start_campaign

FLOW = """\
schema: 1
id: survey
title: {fr: Essai, en: Try}
languages: [fr, ar]
channels: [sms]
limits: {steps: 60, visits_per_step: 6}
prompts:
  ask:
    says: neutral
    fr: {text: "Répondez OUI ou NON. Assurance Maladie, pour vérifier : 01 99 00 01 00."}
    ar:
      text: >-
        أجيبوا نعم أو لا. التأمين الصحي الفرنسي، للتحقق: 01 99 00 01 00.
        لإيقاف الرسائل أجيبوا STOP في كل وقت.
  bye: {says: neutral, fr: {text: "Merci."}, ar: {text: "شكرًا."}}
steps:
  start:
    menu: {prompt: ask}
    keys: {"1": bye, "2": bye}
    words: {bye: [oui, non]}
  bye: {say: bye, end: reached}
"""


def _campaign(rt: Runtime, **changes: Any) -> None:
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
    apply_campaign(rt, campaign_file(flow="survey", channel="sms", **changes), "test")
    with rt.db.begin() as tx:
        people = [make_contact(tx, f"+3363998{place:04}") for place in range(1, 4)]
        people.append(make_contact(tx, "+33639980009", language="ar", country="RE"))
        people.append(make_contact(tx, "+33199000321", kind="fixed"))
        add_contacts(tx, "tracing", people)


def _estimate(rt: Runtime) -> Any:
    with rt.db.read() as tx:
        return estimate(tx, "tracing")


def test_it_counts_segments_by_language_and_euros_by_country(rt: Runtime) -> None:
    _campaign(rt, sms={"prices": {"FR": 0.07, "RE": 0.2}})
    cost = _estimate(rt)
    by_language = {text.language: text for text in cost.texts}
    assert (by_language["fr"].size.segments, by_language["ar"].size.segments) == (1, 2)
    assert (cost.people, cost.without_number, cost.segments) == (4, 1, (3 + 2, 3 * 2 + 3))
    assert cost.euros == (round(3 * 0.07 + 2 * 0.2, 2), round(6 * 0.07 + 3 * 0.2, 2))
    assert by_language["ar"].advice.kept and by_language["fr"].advice is None
    assert cost.unpriced == () and cost.lasts == timedelta(seconds=0.4)


def test_a_country_without_a_price_is_named(rt: Runtime) -> None:
    rt.db.settings = rt.settings.model_copy(update={"callsvc_sms_prices": "FR=0.08"})
    _campaign(rt)
    assert _estimate(rt).unpriced == ("RE",)


def test_at_least_is_what_the_carrier_then_bills_for_the_first_messages(rt: Runtime) -> None:
    _campaign(rt)
    before = _estimate(rt)
    change_state(rt, "tracing", "start", "test")
    text_due(rt)
    jobs: Any = rt.jobs
    for job, ids in jobs.take():
        if job == "send_messages":
            send_messages(rt, list(ids))
    carrier: Any = rt.carrier
    assert sum(count(one.body).segments for one in carrier.messages.values()) == before.segments[0]


@pytest.mark.parametrize(("can_move", "most"), [(True, 6), (False, 2)])
def test_announcements_and_fallbacks_of_calls_are_counted_too(rt: Runtime, can_move: bool, most: int) -> None:
    told = {"text": {"fr": "Nous vous appelons {day} de {from} a {to}."}, "can_move": can_move}
    fallback = {"sender": "36105", "text": {"fr": "Nous avons cherché à vous joindre."}}
    start_campaign(
        rt, "+33639980001", "+33639980002", file=campaign_file(announce=told, sms_fallback=fallback)
    )
    cost = _estimate(rt)
    assert {text.what for text in cost.texts} == {"announcement", "fallback"}
    assert cost.segments == (2, 2 * (1 + (2 if can_move else 0)) + 2) == (2, most + 2)


def test_the_preview_at_the_terminal_says_it_and_what_would_be_cheaper(rt: Runtime) -> None:
    text = "Assurance Maladie : nous vous appelons {day} de {from} à {to}… C’est promis. STOP"
    told = {"text": {"fr": text}}
    start_campaign(rt, "+33639980001", file=campaign_file(announce=told))
    run = CliRunner().invoke(campaign, ["preview", "tracing"], obj=lambda: rt)
    assert "SMS to 1 people: 2 to 6 segments, 0.16 to 0.48 EUR" in run.output, run.output
    assert "2 x UCS-2" in run.output and "; 1 with '...' for '…', \"'\" for '’'" in run.output
    run = CliRunner().invoke(campaign, ["preview", "tracing", "--format", "json"], obj=lambda: rt)
    assert json.loads(run.output)["sms"]["segments"] == [2, 6]


def test_whoever_chose_another_language_is_counted_and_written_to_in_it(rt: Runtime) -> None:
    _campaign(rt)
    with rt.db.begin() as tx:
        for number in ("+33639980001", "+33639980002"):
            prefer(tx, find_number(tx, number) or "", "language", "ar", source="test")
        prefer(tx, find_number(tx, "+33639980009") or "", "language", "ar", source="test")  # theirs already
    cost = _estimate(rt)
    assert {text.language: text.people for text in cost.texts} == {"fr": 1, "ar": 3}
    change_state(rt, "tracing", "start", "test")
    text_due(rt)
    bodies = [one for job, ids in rt.jobs.take() if job == "send_messages" for one in ids]  # type: ignore[attr-defined]
    send_messages(rt, bodies)
    arabic = [one for one in rt.carrier.messages.values() if "أجيبوا" in one.body]  # type: ignore[attr-defined]
    assert len(arabic) == 3
