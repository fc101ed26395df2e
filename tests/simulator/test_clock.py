"""The two time scales."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from callsvc.simulator.clock import ScaledClock, SteppedClock
from callsvc.simulator.dates import from_iso, iso, rfc2822
from callsvc.simulator.testing import running_simulator
from tests.simulator.service import eventually

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
