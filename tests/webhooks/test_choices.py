"""What somebody chooses in the preference flow, by key or by SMS, is what decides from then on."""

import pytest
import sqlalchemy as sa

from callsvc.app import create_app
from callsvc.calls.tables import leg
from callsvc.contacts.numbers import find_number
from callsvc.contacts.preferences import Preferences, preferences_of
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from callsvc.webhooks.texting import text_due
from tests.factories import advance, campaign_file, make_country, publish_library, start_campaign
from tests.webhooks.conftest import Phone

NUMBER = "+33639980001"


def _held(rt: Runtime) -> Preferences:
    with rt.db.read() as tx:
        number_id = find_number(tx, NUMBER) or ""
        return preferences_of(tx, [number_id])[number_id]


@pytest.mark.parametrize(
    ("keys", "chosen"), [("53", (18 * 60, "", "")), ("4", (0, "sms", "")), ("65", (0, "", "ar"))]
)
@pytest.mark.parametrize("channel", ["voice", "sms"])
def test_a_key_in_the_flow_is_a_choice_of_the_person(
    rt: Runtime, channel: str, keys: str, chosen: tuple[int, str, str]
) -> None:
    publish_library(rt, "preferences")
    start_campaign(rt, NUMBER, file=campaign_file(flow="preferences", channel=channel))
    phone = Phone(create_app(rt).test_client(), rt)
    if channel == "voice":
        leg_id = phone.ring()
        phone.voice(leg_id, 0, AnsweredBy="human")
    else:
        text_due(rt)
    for turn, key in enumerate(keys, start=1):
        if channel == "voice":
            phone.voice(leg_id, turn, Digits=key)
        else:
            given = {"MessageSid": f"SM{turn}", "From": NUMBER, "To": "+33199000199", "Body": key}
            phone.post("/webhooks/messages/inbound", given)
    held = _held(rt)
    assert (held.hours[0].opens if held.hours else 0, held.channel, held.language) == chosen
    assert set(held.source.values()) == {"key" if channel == "voice" else "sms"}


def test_the_chosen_hours_hold_for_the_next_campaign_that_calls(rt: Runtime) -> None:
    publish_library(rt, "preferences")
    start_campaign(rt, NUMBER, file=campaign_file(flow="preferences", channel="sms"))
    phone = Phone(create_app(rt).test_client(), rt)
    text_due(rt)
    for turn, key in enumerate("53"):
        given = {"MessageSid": f"SM{turn}", "From": NUMBER, "To": "+33199000199", "Body": key}
        phone.post("/webhooks/messages/inbound", given)
    start_campaign(rt, NUMBER, file=campaign_file(id="next"))
    assert plan_calls(rt) == 0
    advance(rt, 8.1 * 3600)
    assert plan_calls(rt) == 1


@pytest.mark.parametrize(
    ("keys", "chosen"), [("1713", (18 * 60, "", "")), ("173", (0, "sms", "")), ("1725", (0, "", "ar"))]
)
def test_whoever_calls_the_national_number_may_choose_there(
    rt: Runtime, keys: str, chosen: tuple[int, str, str]
) -> None:
    publish_library(rt, "front-desk")
    with rt.db.begin() as tx:
        make_country(tx)
    phone = Phone(create_app(rt).test_client(), rt)
    given = {"CallSid": "CAin", "From": NUMBER, "To": "+33199000100", "CallStatus": "ringing"}
    assert phone.post("/webhooks/voice/inbound", given).status_code == 200
    with rt.db.read() as tx:
        leg_id = str(tx.scalar(sa.select(leg.c.id)))
    for turn, key in enumerate(keys, start=1):
        phone.voice(leg_id, turn, Digits=key)
    held = _held(rt)
    assert (held.hours[0].opens if held.hours else 0, held.channel, held.language) == chosen
