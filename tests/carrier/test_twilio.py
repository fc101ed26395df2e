"""The vendor's SDK against a real server: what each failure says about a call; nothing is sent twice."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from callsvc.carrier.port import (
    CALL_NOT_IN_PROGRESS,
    NOT_FOUND,
    CallOrder,
    InDoubt,
    Refused,
    Throttled,
    Unsent,
)
from callsvc.carrier.twilio import TwilioCarrier
from callsvc.core.settings import Settings
from callsvc.simulator.testing import RunningSimulator, running_simulator

OURS = "+33199000001"
NUMBERS = iter(f"+3363998{number:04d}" for number in range(1, 9999))


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(speed=1.0) as running:  # slow enough that a call stays where it is
        yield running


@pytest.fixture(autouse=True)
def fair_weather(simulator: RunningSimulator) -> Iterator[None]:
    yield
    simulator.clear_faults()


def _carrier(settings: Settings, address: str, simulator: RunningSimulator, **changes: Any) -> TwilioCarrier:
    return TwilioCarrier(
        settings.model_copy(
            update={
                "twilio_api_base_url": address,
                "twilio_account_sid": simulator.settings.account_sid,
                "twilio_auth_token": simulator.settings.auth_token,
                "callsvc_client_timeout_s": 0.3,
                **changes,
            }
        )
    )


@pytest.fixture(scope="module")
def carrier(settings: Settings, simulator: RunningSimulator) -> Iterator[TwilioCarrier]:
    made = _carrier(settings, simulator.address, simulator)
    yield made
    _close(made)


def _close(carrier: TwilioCarrier) -> None:
    carrier._client.http_client._session.close()  # type: ignore[attr-defined]


@pytest.fixture
def number(simulator: RunningSimulator) -> str:
    """Somebody who lets it ring."""
    number = next(NUMBERS)
    simulator.add_people([{"number": number, "ring": 60.0}])
    return number


def _order(number: str) -> CallOrder:
    url = "http://127.0.0.1:9/webhooks/voice/leg1"  # never reached: nobody answers in these tests
    return CallOrder(to=number, from_=OURS, answer_url=url, fallback_url=url, status_url=url)


def _at_the_carrier(simulator: RunningSimulator, kind: str, number: str) -> int:
    return sum(one["to"] == number for one in simulator.ledger()[kind])


# The last column: how many of it exist at the carrier; None, nobody can say.
FAULTS: list[tuple[str, type[Exception], int | None]] = [
    ("error-before", InDoubt, 0),
    ("error-after", InDoubt, 1),
    ("lose-answer", InDoubt, 1),
    ("delay", InDoubt, None),
    ("throttle", Throttled, 0),
]


@pytest.mark.parametrize(("kind", "error", "exist"), FAULTS)
def test_a_call_that_fails_is_in_doubt_unless_it_surely_was_not_placed_and_is_asked_for_once(
    carrier: TwilioCarrier,
    simulator: RunningSimulator,
    number: str,
    kind: str,
    error: type[Exception],
    exist: int | None,
) -> None:
    simulator.fault(on="calls.create", kind=kind, seconds=0.6)
    with pytest.raises(error):
        carrier.create_call(_order(number))
    plans = simulator.ask("GET", "/faults")["faults"]
    assert [plan["struck"] for plan in plans] == [1]  # a client that tried again would have been struck again
    simulator.clear_faults()
    assert exist is None or _at_the_carrier(simulator, "calls", number) == exist


@pytest.mark.parametrize(("kind", "error", "exist"), FAULTS)
def test_the_same_holds_for_a_message(
    carrier: TwilioCarrier,
    simulator: RunningSimulator,
    number: str,
    kind: str,
    error: type[Exception],
    exist: int | None,
) -> None:
    simulator.fault(on="messages.create", kind=kind, seconds=0.6)
    with pytest.raises(error):
        carrier.create_message(to=number, from_=OURS, body="Bonjour", status_url="")
    assert [plan["struck"] for plan in simulator.ask("GET", "/faults")["faults"]] == [1]
    simulator.clear_faults()
    assert exist is None or _at_the_carrier(simulator, "messages", number) == exist


def test_a_carrier_that_takes_no_connection_was_sent_nothing(
    settings: Settings, simulator: RunningSimulator
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        carrier = _carrier(settings, f"http://127.0.0.1:{closed.getsockname()[1]}", simulator)
        with pytest.raises(Unsent):
            carrier.create_call(_order(next(NUMBERS)))
        _close(carrier)


def test_a_carrier_that_answers_nonsense_leaves_a_call_in_doubt(
    settings: Settings, simulator: RunningSimulator
) -> None:
    """A proxy in between that answers 200 and an HTML page: perhaps it was placed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer_once, args=(server,))
        thread.start()
        carrier = _carrier(settings, f"http://127.0.0.1:{server.getsockname()[1]}", simulator)
        with pytest.raises(InDoubt):
            carrier.create_call(_order(next(NUMBERS)))
        thread.join()
        _close(carrier)


def _answer_once(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>")


def test_a_number_that_is_none_is_refused_with_the_vendors_code(
    carrier: TwilioCarrier, simulator: RunningSimulator
) -> None:
    # The manual, error 21211: the "To" phone number is not valid.
    with pytest.raises(Refused) as refusal:
        carrier.create_call(_order("+33"))
    assert refusal.value.code == 21211
    with pytest.raises(Refused) as refusal:
        carrier.create_message(to="+33", from_=OURS, body="Bonjour", status_url="")
    assert refusal.value.code == 21211


def test_a_wrong_token_is_a_refusal_and_no_doubt(
    settings: Settings, simulator: RunningSimulator, number: str
) -> None:
    carrier = _carrier(settings, simulator.address, simulator, twilio_auth_token="wrong")
    with pytest.raises(Refused) as refusal:
        carrier.create_call(_order(number))
    assert refusal.value.code == 20003 and _at_the_carrier(simulator, "calls", number) == 0
    _close(carrier)


def test_calls_are_listed_by_their_number_with_its_plus(
    carrier: TwilioCarrier, simulator: RunningSimulator, number: str
) -> None:
    """A `+` that is not encoded becomes a space, and a reconciler that finds nothing dials again."""
    placed = carrier.create_call(_order(number))
    other = next(NUMBERS)
    simulator.add_people([{"number": other, "ring": 60.0}])
    carrier.create_call(_order(other))
    [found] = carrier.list_calls(to=number)
    assert (found.sid, found.to) == (placed.sid, number)
    assert found.created_at is not None and found.created_at.tzinfo is not None
    assert carrier.list_calls(to=next(NUMBERS)) == []


def test_messages_are_listed_by_their_number_with_the_body_they_were_sent_with(
    carrier: TwilioCarrier, number: str
) -> None:
    body = "Rendez-vous à 9 h + café « été » 👋 100 %"
    sent = carrier.create_message(to=number, from_=OURS, body=body, status_url="")
    assert [(one.sid, one.body) for one in carrier.list_messages(to=number)] == [(sent.sid, body)]
    assert carrier.fetch_message(sent.sid).sid == sent.sid


def test_ending_what_is_over_is_refused_as_not_in_progress(carrier: TwilioCarrier, number: str) -> None:
    # The manual, error 21220: the call cannot be changed, as it is over.
    call = carrier.create_call(_order(number))
    carrier.cancel_call(call.sid)
    assert carrier.fetch_call(call.sid).status == "canceled"
    for change in (
        carrier.end_call,
        carrier.cancel_call,
        lambda sid: carrier.redirect_call(sid, "http://127.0.0.1:9/"),
    ):
        with pytest.raises(Refused) as refusal:
            change(call.sid)
        assert refusal.value.code == CALL_NOT_IN_PROGRESS


def test_a_call_nobody_knows_is_not_found(carrier: TwilioCarrier) -> None:
    with pytest.raises(Refused) as refusal:
        carrier.fetch_call("CA" + "0" * 32)
    assert refusal.value.code == NOT_FOUND


@pytest.mark.parametrize("kind", ["error-before", "lose-answer", "throttle"])
def test_a_change_that_fails_may_be_asked_for_again(
    carrier: TwilioCarrier, simulator: RunningSimulator, number: str, kind: str
) -> None:
    call = carrier.create_call(_order(number))
    simulator.fault(on="calls.update", kind=kind, times=1)
    with pytest.raises((InDoubt, Throttled)):
        carrier.cancel_call(call.sid)
    try:
        carrier.cancel_call(call.sid)
    except Refused as refusal:
        assert (kind, refusal.code) == ("lose-answer", CALL_NOT_IN_PROGRESS)
    assert carrier.fetch_call(call.sid).status == "canceled"
