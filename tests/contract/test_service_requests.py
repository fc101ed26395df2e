"""What the service asks of its carrier is what the vendor's description allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callsvc.carrier.port import CallOrder, Carrier, CarrierError, ParticipantChange
from callsvc.carrier.twilio import TwilioCarrier
from callsvc.core.settings import Settings
from callsvc.simulator.testing import RunningSimulator
from tests.contract.recorder import Recorder
from tests.contract.vendor import Broken, Vendor
from tests.simulator.service import OURS, eventually

pytestmark = pytest.mark.xdist_group("contract")  # one process, as what they covered is counted

ROOT = "/2010-04-01/Accounts/AC1"
NOWHERE = "http://127.0.0.1:9/webhooks/voice/leg1"  # nobody answers these calls, so nothing is fetched


class Counting:
    """The service's carrier; remembers which methods of the port were used."""

    def __init__(self, carrier: TwilioCarrier) -> None:
        self._carrier = carrier
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.used.add(name)
        return getattr(self._carrier, name)


@pytest.fixture
def carrier(settings: Settings, recorder: Recorder, contract_simulator: RunningSimulator) -> Any:
    changes = {
        "twilio_api_base_url": recorder.address,
        "twilio_account_sid": contract_simulator.settings.account_sid,
        "twilio_auth_token": contract_simulator.settings.auth_token,
    }
    made = TwilioCarrier(settings.model_copy(update=changes))
    yield Counting(made)
    made._client.http_client._session.close()  # type: ignore[attr-defined]


def test_every_request_of_the_service_is_in_the_vendors_description(
    carrier: Any, recorder: Recorder, vendor: Vendor, person: Callable[..., str]
) -> None:
    """OpenAPI file of the vendor: required parameters are there, none is unknown, each has its type, and
    StatusCallbackEvent is repeated ("specify each one in a separate parameter")."""
    begun = len(recorder.exchanges)
    number = person(ring=400)
    order = {
        "to": number,
        "from_": OURS,
        "answer_url": NOWHERE,
        "fallback_url": NOWHERE,
        "status_url": NOWHERE,
    }
    plain = carrier.create_call(CallOrder(**order))
    watched = carrier.create_call(
        CallOrder(**order, machine_detection="DetectMessageEnd", async_machine_url=NOWHERE)
    )
    carrier.fetch_call(plain.sid)
    carrier.list_calls(to=number)
    with pytest.raises(CarrierError):  # nobody answered yet; the request is what counts
        carrier.redirect_call(plain.sid, NOWHERE)
    with pytest.raises(CarrierError):  # nor is there such a conference
        carrier.change_participant("CF" + "0" * 32, plain.sid, ParticipantChange(held=True, hold_url=NOWHERE))
    carrier.cancel_call(plain.sid)
    carrier.end_call(watched.sid)
    text = carrier.create_message(to=number, from_=OURS, body="Bonjour", status_url=NOWHERE)
    carrier.fetch_message(text.sid)
    carrier.list_messages(to=number)
    eventually(lambda: carrier.fetch_message(text.sid).status == "delivered")
    carrier.empty_message(text.sid)
    carrier.delete_message(text.sid)
    assert carrier.list_recordings(plain.sid) == []
    with pytest.raises(CarrierError):  # nothing was recorded
        carrier.delete_recording("RE" + "0" * 32)
    assert carrier.used == {name for name in vars(Carrier) if not name.startswith("_")}
    asked = [
        vendor.check_request(one.method, one.path, one.query, one.form) for one in recorder.exchanges[begun:]
    ]
    expected = {"CreateCall", "UpdateCall", "ListCall", "CreateMessage", "ListMessage", "UpdateParticipant"}
    expected |= {"UpdateMessage", "DeleteMessage", "ListRecording", "DeleteRecording"}
    assert expected <= set(asked)
    for one in recorder.exchanges[begun:]:
        vendor.check_answer(one.method, one.path, one.status, one.body)


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("From=%2B33199000001", "'To' is a required property"),
        ("To=a&From=b&Shouted=true", "knows no Shouted"),
        ("To=a&From=b&Timeout=soon", "is not of type 'integer'"),
        ("To=a&From=b&StatusCallback=nowhere", "is not a 'uri'"),
        ("To=a&From=b&Method=PUT", "is not one of"),
        ("To=a&From=b&Url=http%3A%2F%2Fa&Url=http%3A%2F%2Fb", "comes twice"),
    ],
)
def test_the_check_finds_what_is_wrong(vendor: Vendor, form: str, fault: str) -> None:
    """The judge judges: a request like these would not pass."""
    with pytest.raises(Broken, match=fault):
        vendor.check_request("POST", f"{ROOT}/Calls.json", "", form)


def test_the_check_knows_no_other_operation(vendor: Vendor) -> None:
    """An address the vendor does not have is not passed over."""
    with pytest.raises(Broken):
        vendor.check_request("POST", f"{ROOT}/Cals.json", "", "")
    vendor.check_request(
        "POST",
        f"{ROOT}/Calls.json",
        "",
        "To=a&From=b&StatusCallbackEvent=initiated&StatusCallbackEvent=completed",
    )
