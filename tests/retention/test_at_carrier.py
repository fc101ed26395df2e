"""What the carrier holds of somebody goes before they are forgotten here, as far as is set."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from twilio.rest import Client

from callsvc.calls.tables import leg, webhook_event
from callsvc.campaigns.service import change_state
from callsvc.carrier.memory import MemoryCarrier
from callsvc.carrier.port import InDoubt, Refused, Unsent
from callsvc.carrier.twilio import TwilioCarrier
from callsvc.contacts.numbers import find_number
from callsvc.contacts.tables import contact
from callsvc.core.errors import Unavailable
from callsvc.core.incidents import incident
from callsvc.core.settings import Settings
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.messages.sending import send_messages
from callsvc.messages.service import plan_message
from callsvc.retention.at_carrier import Held, forget_at_carrier
from callsvc.retention.passing import forget_due
from callsvc.runtime import Runtime
from callsvc.simulator.testing import RunningSimulator, running_simulator
from tests.factories import advance, campaign_file, places, start_campaign
from tests.simulator.service import OURS, eventually

GONE, KEPT = "+33639980001", "+33639980002"
DAY = 86_400.0


def _set(rt: Runtime, how: str) -> Runtime:
    rt.db.settings = rt.settings.model_copy(update={"callsvc_retention_at_carrier": how})
    return replace(rt, settings=rt.db.settings)


def _spoken_with(rt: Runtime) -> MemoryCarrier:
    """A campaign that is over and one that goes on; in each somebody was written to, called and recorded."""
    carrier: Any = rt.carrier
    for name, number in (("tracing", GONE), ("later", KEPT)):
        start_campaign(rt, number, file=campaign_file(id=name))
        plan_calls(rt)
        with rt.db.begin() as tx:
            number_id = find_number(tx, number) or ""
            place = places(rt, name)[0].id
            plan_message(
                tx, number_id=number_id, body=f"Bonjour {name}", sender="+33199000199", purpose="p",
                cause=name, campaign_contact_id=place,
            )  # fmt: skip
        jobs = rt.jobs.take()  # type: ignore[attr-defined]
        send_messages(rt, [one for job, ids in jobs if job == "send_messages" for one in ids])
        place_attempts(rt, [one for job, ids in jobs if job == "place_calls" for one in ids])
        with rt.db.begin() as tx:
            row = tx.first(sa.select(leg).where(leg.c.number_id == number_id))
            assert row is not None and row.sid
            said = {"facts": {}, "answer": tx.keyring.encrypt("Bonjour", name)}
            at = {"received_at": tx.now, "received_machine_at": tx.now}
            tx.insert(webhook_event, key=name, leg_id=row.id, **at, **said)
        carrier.recordings[f"RE{name}"] = row.sid
        carrier.set_status(row.sid, "canceled")
        with rt.db.begin() as tx:
            tx.update(leg, leg.c.id == row.id, ended_at=tx.now, status="canceled")
            tx.execute(sa.text("DELETE FROM live_call"))
    change_state(rt, "tracing", "close", "test")
    advance(rt, 91 * DAY)
    return carrier  # type: ignore[no-any-return]


def _erased(rt: Runtime) -> int:
    with rt.db.read() as tx:
        gone = sa.select(sa.func.count()).select_from(contact).where(contact.c.erased_at.is_not(None))
        return int(tx.scalar(gone))


@pytest.mark.parametrize(
    ("how", "texts", "recordings"),
    [
        ("keep", ["Bonjour tracing", "Bonjour later"], ["REtracing", "RElater"]),
        ("empty", ["", "Bonjour later"], ["RElater"]),
        ("delete", ["Bonjour later"], ["RElater"]),
    ],
)
def test_the_carrier_forgets_with_us_as_far_as_is_set_and_nobody_else(
    rt: Runtime, how: str, texts: list[str], recordings: list[str]
) -> None:
    rt = _set(rt, how)
    carrier = _spoken_with(rt)
    assert forget_due(rt, at_once=True) == (1, 1)
    assert [one.body for one in carrier.messages.values()] == texts
    assert list(carrier.recordings) == recordings
    assert forget_due(rt, at_once=True) == (0, 0)


@pytest.mark.parametrize("error", [InDoubt("time-out"), Unsent("refused")])
def test_while_the_carrier_is_away_the_walk_waits_and_then_goes_on(rt: Runtime, error: Any) -> None:
    rt = _set(rt, "empty")
    carrier = _spoken_with(rt)
    carrier.fail_next_question(error)
    assert forget_due(rt) == (0, 0) and _erased(rt) == 0
    carrier.fail_next_question(error)
    with pytest.raises(Unavailable, match="try again"):
        forget_due(rt, at_once=True)
    assert _erased(rt) == 0
    assert forget_due(rt) == (1, 1) and not carrier.recordings.keys() & {"REtracing"}


def test_what_the_carrier_will_not_give_up_is_reported_once_and_holds_nobody(rt: Runtime) -> None:
    rt = _set(rt, "empty")
    carrier = _spoken_with(rt)
    carrier.fail_next_question(Refused(20009, "not complete"))
    assert forget_due(rt, at_once=True) == (1, 1)
    with rt.db.read() as tx:
        [row] = tx.all(sa.select(incident).where(incident.c.kind == "carrier-keeps"))
    assert row.details == {"code": 20009} and GONE not in str(tuple(row))


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(speed=50.0) as running:
        yield running


@pytest.mark.enable_socket
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["empty", "delete"])
def test_a_compatible_carrier_is_asked_as_its_own_sdk_asks(
    rt: Runtime, simulator: RunningSimulator, settings: Settings, how: str
) -> None:
    """Messages resource: "Redact a message: set Body to an empty string"; Recordings: "Delete"."""
    account, token = simulator.settings.account_sid, simulator.settings.auth_token
    names = {
        "twilio_api_base_url": simulator.address,
        "twilio_account_sid": account,
        "twilio_auth_token": token,
    }
    ours = TwilioCarrier(settings.model_copy(update=names))
    rt = replace(_set(rt, how), carrier=ours)
    simulator.add_people([{"number": GONE, "answers": "human"}])
    theirs: Client = ours._client
    text = theirs.messages.create(to=GONE, from_=OURS, body="Bonjour Camille")
    call = theirs.calls.create(
        to=GONE, from_=OURS, twiml="<Response><Pause length='5'/></Response>", record=True
    )
    recorded = eventually(lambda: theirs.recordings.list(call_sid=call.sid))
    eventually(lambda: theirs.recordings(recorded[0].sid).fetch().status == "completed")
    eventually(lambda: theirs.messages(text.sid).fetch().status == "delivered")
    for _ in range(2):  # also after a death half way
        forget_at_carrier(rt, Held([text.sid], [call.sid]))
    assert theirs.recordings.list(call_sid=call.sid) == []
    left = [(one.sid, one.body) for one in theirs.messages.list(to=GONE)]
    assert (text.sid, "") in left if how == "empty" else text.sid not in dict(left)
    with rt.db.read() as tx:
        assert tx.first(sa.select(incident)) is None
    theirs.http_client._session.close()
