"""The Message resource, through the carrier's SDKs for Python and Node.js."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.sdks import Refused, Sdk
from tests.simulator.service import OURS, Service, eventually

pytestmark = pytest.mark.xdist_group("contract")  # one process, as what they covered is counted

Person = Callable[..., str]
SERVICE_SID = "MG" + "5" * 32


def delivered(sdk: Sdk, sid: str) -> dict[str, object]:
    found: dict[str, object] = eventually(
        lambda: (text := sdk.ask(f"messages/{sid}", "fetch"))["status"] == "delivered" and text
    )
    return found


def test_a_message_is_queued_and_delivered(sdk: Sdk, person: Person, service: Service) -> None:
    """Message resource: "num_segments: segments that make up the complete message"; "price: once sent"."""
    number = person()
    made = sdk.ask(
        "messages", "create", to=number, from_=OURS, body="Bonjour", status_callback=f"{service.address}/sms"
    )
    assert (made["status"], made["num_segments"], made["num_media"]) == ("queued", "1", "0")
    assert (made["direction"], made["price"], made["date_sent"]) == ("outbound-api", None, None)
    text = delivered(sdk, made["sid"])
    assert float(str(text["price"])) < 0
    assert text["date_sent"]
    told = eventually(lambda: len(service.at("/sms")) == 2 and service.at("/sms"))
    assert [post.form["MessageStatus"] for post in told] == ["sent", "delivered"]
    assert sdk.ask(f"messages/{made['sid']}/media", "list") == []
    now = datetime.now(UTC)
    after = f"{now - timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    assert [one["sid"] for one in sdk.ask("messages", "list", to=number, date_sent_after=after)] == [
        made["sid"]
    ]
    assert sdk.ask("messages", "list", to=number, date_sent_before=after) == []


def test_a_message_is_redacted_then_deleted(sdk: Sdk, person: Person) -> None:
    """Redact a message: "POST ... with an empty string for Body"; Delete a Message resource."""
    made = sdk.ask("messages", "create", to=person(), from_=OURS, body="Rendez-vous à 9 h")
    path = f"messages/{made['sid']}"
    with pytest.raises(Refused) as refusal:
        sdk.ask(path, "delete")
    assert refusal.value.code == 20009
    delivered(sdk, made["sid"])
    assert sdk.ask(path, "update", body="")["body"] == ""
    assert sdk.ask(path, "fetch")["body"] == ""
    sdk.ask(path, "delete")
    with pytest.raises(Refused) as gone:
        sdk.ask(path, "fetch")
    assert gone.value.code == 20404


def test_a_scheduled_message_is_called_off(sdk: Sdk, person: Person) -> None:
    """Message scheduling: "ScheduleType fixed ... MessagingServiceSid required"; "Status canceled"."""
    at = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    wish = {"to": person(), "body": "Bientôt", "schedule_type": "fixed", "send_at": at}
    made = sdk.ask("messages", "create", messaging_service_sid=SERVICE_SID, **wish)
    assert (made["status"], made["date_sent"]) == ("scheduled", None)
    assert sdk.ask(f"messages/{made['sid']}", "update", status="canceled")["status"] == "canceled"
    with pytest.raises(Refused) as refusal:
        sdk.ask("messages", "create", from_=OURS, **wish)
    assert refusal.value.code == 35118


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "0102"}, 21211),
        ({"to": OURS}, 21266),
        ({"from_": ""}, 21603),
        ({"from_": "+"}, 21606),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"status_callback": "nowhere"}, 21609),
        ({"application_sid": "AP" + "9" * 32}, 21218),
    ],
)
def test_what_a_message_may_not_ask_for(
    sdk: Sdk, person: Person, wrong: dict[str, object], code: int
) -> None:
    """Errors 21602 "Message body is required", 21603 "From required", 21604 "To required",
    21606 "not a valid, message-capable", 21609 "Invalid StatusCallback",
    21617 "exceeds the 1600 character limit"."""
    asked = {"to": person(), "from_": OURS, "body": "Bonjour", **wrong}
    with pytest.raises(Refused) as refusal:
        sdk.ask("messages", "create", **asked)
    assert (refusal.value.code, refusal.value.status) == (code, 400)
