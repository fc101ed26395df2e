"""Phone numbers, applications, notifications and the account, through the carrier's SDKs."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from callsvc.simulator.testing import RunningSimulator
from tests.contract.sdks import Refused, Sdk
from tests.simulator.service import OURS, Service, eventually

pytestmark = pytest.mark.xdist_group("contract")  # one process, as what they covered is counted

Person = Callable[..., str]
HANG_UP = "<Response><Hangup/></Response>"
_bought = itertools.count(1)


def fresh_number() -> str:
    return f"+3319900{next(_bought) + 5000:04d}"


def test_a_number_is_bought_set_and_given_back(
    sdk: Sdk, person: Person, service: Service, contract_simulator: RunningSimulator
) -> None:
    """IncomingPhoneNumber resource: "voice_url: the URL we call when the phone number receives a call";
    "capabilities"; "friendly_name: by default ... a formatted version of the phone number"."""
    number, caller = fresh_number(), person()
    made = sdk.ask(
        "incoming_phone_numbers", "create", phone_number=number, voice_url=f"{service.address}/one"
    )
    path = f"incoming_phone_numbers/{made['sid']}"
    assert (made["phone_number"], made["voice_method"]) == (number, "POST")
    service.documents |= {"/one": HANG_UP, "/two": HANG_UP}
    first = contract_simulator.call_in(caller, number)
    eventually(lambda: service.at("/one"))
    assert sdk.ask(f"calls/{first}", "fetch")["phone_number_sid"] == made["sid"]
    changed = {
        "voice_url": f"{service.address}/two",
        "voice_method": "GET",
        "friendly_name": "Ligne nationale",
        "status_callback": f"{service.address}/status",
        "status_callback_method": "GET",
        "sms_url": f"{service.address}/sms",
    }
    assert sdk.ask(path, "update", **changed)["friendly_name"] == "Ligne nationale"
    contract_simulator.call_in(caller, number)
    assert eventually(lambda: service.at("/two"))[0].method == "GET"
    assert eventually(lambda: service.at("/status"))[0].form["CallStatus"] == "completed"
    contract_simulator.text_in(caller, number, "Bonjour")
    assert eventually(lambda: service.at("/sms"))[0].form["Body"] == "Bonjour"
    (listed,) = sdk.ask("incoming_phone_numbers", "list", phone_number=number)
    assert listed["sid"] == sdk.ask(path, "fetch")["sid"] == made["sid"]
    assert sdk.ask("incoming_phone_numbers", "list", friendly_name="Ligne nationale", phone_number=number)
    sdk.ask(path, "delete")
    assert sdk.ask("incoming_phone_numbers", "list", phone_number=number) == []


def test_the_simulators_own_interface_sets_the_same_numbers(
    sdk: Sdk, contract_simulator: RunningSimulator
) -> None:
    """IncomingPhoneNumber resource, Read multiple: "PhoneNumber: ... pattern"."""
    number = fresh_number()
    contract_simulator.set_number(number=number, voice_url="http://127.0.0.1:9/voice")
    (listed,) = sdk.ask("incoming_phone_numbers", "list", phone_number=number)
    assert listed["voice_url"] == "http://127.0.0.1:9/voice"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"phone_number": "0199"}, 21421),
        ({"phone_number": "+33199007001", "voice_url": "nowhere"}, 21402),
        ({"phone_number": "+33199007002", "voice_method": "PUT"}, 21403),
        ({"area_code": "510"}, 21452),
    ],
)
def test_what_a_number_may_not_be(sdk: Sdk, wish: dict[str, str], code: int) -> None:
    """Errors 21402 "Invalid Url", 21403 "Invalid Method", 21421 "PhoneNumber is invalid", 21422 "is not
    available", 21452 "No phone numbers found in area code"."""
    with pytest.raises(Refused) as refusal:
        sdk.ask("incoming_phone_numbers", "create", **wish)
    assert (refusal.value.code, refusal.value.status) == (code, 400)


def test_a_number_is_bought_once(sdk: Sdk) -> None:
    """Error 21422: "PhoneNumber is not available"."""
    number = fresh_number()
    sdk.ask("incoming_phone_numbers", "create", phone_number=number)
    with pytest.raises(Refused) as refusal:
        sdk.ask("incoming_phone_numbers", "create", phone_number=number)
    assert refusal.value.code == 21422


def test_an_application_answers_for_numbers_calls_and_messages(
    sdk: Sdk, person: Person, service: Service, contract_simulator: RunningSimulator
) -> None:
    """Application resource; IncomingPhoneNumber: "If a voice_application_sid is present, we ignore all of the
    voice urls"; Call resource: "ApplicationSid: the application that will handle the call"."""
    service.documents |= {"/application": HANG_UP, "/ignored": HANG_UP}
    made = sdk.ask(
        "applications",
        "create",
        friendly_name="Ligne",
        voice_url=f"{service.address}/application",
        voice_method="GET",
        message_status_callback=f"{service.address}/texts",
    )
    number, caller = fresh_number(), person()
    wish = {"phone_number": number, "voice_application_sid": made["sid"]}
    bought = sdk.ask("incoming_phone_numbers", "create", voice_url=f"{service.address}/ignored", **wish)
    assert bought["voice_application_sid"] == made["sid"]
    contract_simulator.call_in(caller, number)
    eventually(lambda: len(service.at("/application")) == 1)
    sdk.ask("calls", "create", to=person(), from_=OURS, application_sid=made["sid"])
    eventually(lambda: len(service.at("/application")) == 2)
    assert service.at("/ignored") == []
    sdk.ask("messages", "create", to=person(), from_=OURS, body="Oui", application_sid=made["sid"])
    eventually(lambda: service.at("/texts"))
    path = f"applications/{made['sid']}"
    assert sdk.ask(path, "update", friendly_name="Autre")["friendly_name"] == "Autre"
    assert sdk.ask(path, "fetch")["voice_url"] == f"{service.address}/application"
    assert [one["sid"] for one in sdk.ask("applications", "list", friendly_name="Autre")] == [made["sid"]]
    sdk.ask(path, "delete")
    with pytest.raises(Refused) as refusal:
        sdk.ask(path, "fetch")
    assert refusal.value.code == 20404


def test_an_error_of_a_document_is_a_notification(sdk: Sdk, person: Person, service: Service) -> None:
    """Notification resource: "log: 0 is ERROR, 1 is WARNING"; "request_url", "response_body"."""
    service.documents["/broken"] = "<Response><Say>Bonjour</Response>"
    call = sdk.ask("calls", "create", to=person(), from_=OURS, url=f"{service.address}/broken")
    path = f"calls/{call['sid']}/notifications"
    (listed,) = eventually(lambda: sdk.ask(path, "list"))
    assert (listed["error_code"], listed["log"]) == ("12100", "0")
    assert listed["request_url"] == f"{service.address}/broken"
    assert "12100" in listed["message_text"]
    whole = sdk.ask(f"{path}/{listed['sid']}", "fetch")
    assert whole["response_body"] == "<Response><Say>Bonjour</Response>"
    assert f"CallSid={call['sid']}" in whole["request_variables"]
    assert sdk.ask(f"notifications/{listed['sid']}", "fetch")["call_sid"] == call["sid"]
    assert listed["sid"] in [one["sid"] for one in sdk.ask("notifications", "list", log=0, limit=20)]
    assert sdk.ask(path, "list", log=1) == []
    with pytest.raises(Refused) as refusal:
        sdk.ask("notifications/NO" + "f" * 32, "fetch")
    assert refusal.value.code == 20404


def test_the_account_is_there(sdk: Sdk, contract_simulator: RunningSimulator) -> None:
    """Account resource: "status: closed, suspended or active"; "type: Trial or Full"."""
    sid = contract_simulator.settings.account_sid
    account = sdk.ask(f"accounts/{sid}", "fetch")
    assert (account["sid"], account["status"], account["type"]) == (sid, "active", "Full")
    assert [one["sid"] for one in sdk.ask("accounts", "list", status="active")] == [sid]
    assert sdk.ask("accounts", "list", status="closed") == []
