"""Queues and their members, through the carrier's SDKs for Python and Node.js."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.contract.sdks import Refused, Sdk
from tests.simulator.service import OURS, Service, eventually

pytestmark = pytest.mark.xdist_group("contract")  # one process, as what they covered is counted

Person = Callable[..., str]
_queues = itertools.count(1)


def test_a_queue_is_made_changed_and_deleted(sdk: Sdk) -> None:
    """Queue resource: "FriendlyName", "MaxSize: the maximum number of calls allowed to be in the queue, the
    default is 1000, the maximum is 5000"; "current_size", "average_wait_time"."""
    name = f"aide-{next(_queues)}"
    made = sdk.ask("queues", "create", friendly_name=name, max_size=5)
    path = f"queues/{made['sid']}"
    assert (made["friendly_name"], made["max_size"], made["current_size"]) == (name, 5, 0)
    assert sdk.ask(path, "update", max_size=6)["max_size"] == 6
    assert sdk.ask(path, "fetch")["max_size"] == 6
    assert made["sid"] in [one["sid"] for one in sdk.ask("queues", "list", limit=50)]
    sdk.ask(path, "delete")
    with pytest.raises(Refused) as refusal:
        sdk.ask(path, "fetch")
    assert refusal.value.code == 20404


def test_a_member_waits_and_is_taken_out(sdk: Sdk, person: Person, service: Service) -> None:
    """Member resource: "position: this member's current position", "wait_time"; update "Url: the absolute URL
    of the Queue resource's next TwiML"; "Front: the first member"."""
    name = f"attente-{next(_queues)}"
    made = sdk.ask("queues", "create", friendly_name=name)
    members = f"queues/{made['sid']}/members"
    twiml = f"<Response><Enqueue>{name}</Enqueue></Response>"
    call = sdk.ask("calls", "create", to=person(), from_=OURS, twiml=twiml)
    (member,) = eventually(lambda: sdk.ask(members, "list"))
    assert (member["call_sid"], member["position"]) == (call["sid"], 1)
    assert sdk.ask(f"{members}/{call['sid']}", "fetch")["queue_sid"] == made["sid"]
    service.documents["/out"] = "<Response><Hangup/></Response>"
    sdk.ask(f"{members}/Front", "update", url=f"{service.address}/out", method="GET")
    (asked,) = eventually(lambda: service.at("/out"))
    assert (asked.method, asked.form["CallSid"]) == ("GET", call["sid"])
    assert sdk.ask(members, "list") == []
