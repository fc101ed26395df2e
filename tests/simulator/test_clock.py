"""The two time scales."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError

import pytest
import requests

from callsvc.simulator.clock import ScaledClock
from callsvc.simulator.dates import from_iso, iso, rfc2822
from callsvc.simulator.settings import DEFAULT_AUTH_TOKEN
from callsvc.simulator.stepping import SteppedClock
from callsvc.simulator.testing import RunningSimulator, running_simulator
from tests.simulator.service import OURS, Reply, Service, eventually

MORNING = datetime(2020, 11, 16, 9, 0, tzinfo=UTC)


def test_every_process_reads_the_same_lived_time() -> None:
    environment = {
        "CALLSVC_CLOCK_ORIGIN": "2020-11-16T10:00:00+01:00",
        "CALLSVC_CLOCK_REAL_ORIGIN": "1000000000.0",
        "CALLSVC_CLOCK_SPEED": "30",
    }
    one, other = ScaledClock.from_environment(environment), ScaledClock.from_environment(environment)
    assert one.origin == MORNING
    assert abs((one.now() - other.now()).total_seconds()) < 1
    assert one.now() > MORNING + timedelta(days=365)


def test_without_settings_lived_time_is_real_time() -> None:
    clock = ScaledClock.from_environment({})
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 1


@pytest.mark.parametrize(
    "environment", [{"CALLSVC_CLOCK_SPEED": "0"}, {"CALLSVC_CLOCK_ORIGIN": "2020-11-16T10:00:00"}]
)
def test_a_clock_that_cannot_run_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="CALLSVC_CLOCK"):
        ScaledClock.from_environment(environment)


def test_a_stepped_clock_does_what_falls_due_in_order() -> None:
    async def day() -> list[tuple[str, datetime]]:
        clock, done = SteppedClock(MORNING), []

        async def wait(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            done.append((name, clock.now()))

        tasks = [asyncio.create_task(wait(name, seconds)) for name, seconds in (("late", 30), ("soon", 5))]
        clock.call_later(10, lambda: done.append(("never", clock.now()))).cancel()
        await clock.advance(20)
        assert [name for name, _ in done] == ["soon"]
        await clock.advance(20)
        await asyncio.gather(*tasks)
        return done

    assert asyncio.run(day()) == [
        ("soon", MORNING + timedelta(seconds=5)),
        ("late", MORNING + timedelta(seconds=30)),
    ]


def test_dates_are_written_as_the_vendor_writes_them() -> None:
    assert rfc2822(MORNING) == "Mon, 16 Nov 2020 09:00:00 +0000"
    assert from_iso(iso(MORNING)) == MORNING
    assert rfc2822(None) is iso(None) is None


def test_a_call_that_was_called_off_leaves_the_clock_idle() -> None:
    async def day() -> None:
        clock = SteppedClock(MORNING)
        clock.call_later(10, lambda: None).cancel()
        assert (await clock.advance(0)).idle
        timer = clock.call_later(10, lambda: None)
        assert (await clock.advance(1)).next_at == MORNING + timedelta(seconds=10)
        timer.cancel()
        timer.cancel()
        step = await clock.advance_until_idle()
        assert (step.ran, step.idle, clock.now()) == (0, True, MORNING + timedelta(seconds=1))

    asyncio.run(day())


def test_a_minute_of_ringing_passes_at_once(service: Service) -> None:
    with running_simulator(stepped=True, origin=MORNING) as running:
        running.add_people([{"number": "+33639980001", "answers": "no-answer"}])
        place(running, "+33639980001", service, Timeout="60")
        began = time.monotonic()
        step = running.step(until="idle")
        assert time.monotonic() - began < 5
        assert step["idle"] and step["clock"] == iso(MORNING + timedelta(seconds=61))
        told = [(post.form["CallStatus"], post.form["Timestamp"]) for post in service.at("/status")]
        assert told == [
            ("initiated", rfc2822(MORNING)),
            ("ringing", rfc2822(MORNING + timedelta(seconds=1))),
            ("no-answer", rfc2822(MORNING + timedelta(seconds=61))),
        ]


def test_time_goes_on_only_when_the_service_has_answered(service: Service) -> None:
    """A slow document (0.2 machine seconds) costs no lived time, and two runs have the same timeline."""
    service.documents["/voice"] = Reply("<Response><Say>Bonjour.</Say></Response>", after=0.2)

    def timeline() -> list[tuple[str, str]]:
        with running_simulator(stepped=True, origin=MORNING) as running:
            running.add_people([{"number": "+33639980001", "ring": 5}, {"number": "+33639980002", "ring": 5}])
            sids = [place(running, number, service) for number in ("+33639980001", "+33639980002")]
            running.step(3600)
            lines = [line for sid in sids for line in running.call(sid)["timeline"]]
            return [(line["at"], line["kind"]) for line in lines]

    first = timeline()
    assert first == timeline()
    ended = max(at for at, _ in first)
    assert ended == iso(MORNING + timedelta(seconds=7.001))  # 1,000 calls a second, a ring, a word


def test_a_step_goes_to_an_instant_and_never_back() -> None:
    with running_simulator(stepped=True, origin=MORNING) as running:
        noon = MORNING + timedelta(hours=3)
        assert running.step(until=noon)["clock"] == iso(noon)
        for body in ({"until": MORNING.isoformat()}, {"seconds": -1}, {"until": "2020-11-16T12:00:00"}, {}):
            with pytest.raises(HTTPError) as refusal:
                running.ask("POST", "/clock/step", body)
            assert refusal.value.code == 400
        assert running.ask("GET", "/clock") == {"clock": iso(noon), "stepped": True}


def test_a_clock_that_runs_by_itself_is_not_stepped() -> None:
    with running_simulator() as running, pytest.raises(HTTPError) as refusal:
        running.step(1)
    assert "clock-not-stepped" in refusal.value.msg


def place(running: RunningSimulator, number: str, service: Service, **more: str) -> str:
    form = {
        "To": number,
        "From": OURS,
        "Url": f"{service.address}/voice",
        "StatusCallback": f"{service.address}/status",
        **more,
    }
    events = [("StatusCallbackEvent", event) for event in ("initiated", "ringing", "answered", "completed")]
    account = running.settings.account_sid
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            f"{running.address}/2010-04-01/Accounts/{account}/Calls.json",
            data=[*form.items(), *events],
            auth=(account, running.settings.auth_token),
            timeout=10,
        )
    return str(answer.json()["sid"])


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service(DEFAULT_AUTH_TOKEN)
    yield service
    service.stop()


def test_a_simulator_can_live_by_a_stepped_clock() -> None:
    with running_simulator(clock=SteppedClock(MORNING)) as running:
        running.add_people([{"number": "+33639980001", "hangs_up": {"after": 20}}])
        running.set_webhooks(voice_url="http://127.0.0.1:1/nobody")
        sid = running.call_in("+33639980001", "+33199000001")
        eventually(lambda: running.call(sid)["answered_at"])
        assert running.call(sid)["answered_at"] == iso(MORNING)
        running.advance(60)
        end = running.call(sid)
        assert end["duration"] == 4  # the apology
        assert end["ended_by"] == "service"
