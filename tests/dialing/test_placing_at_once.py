"""Several requests to the carrier at once: its answer time is not the pace, and a claim is taken once."""

from threading import Barrier
from typing import Any

from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from tests.factories import campaign_file, start_campaign

NUMBERS = [f"+3363998{n:04}" for n in range(4)]


def _planned(rt: Runtime) -> list[str]:
    rt.db.settings = rt.settings.model_copy(update={"callsvc_calls_per_second": 10.0})
    start_campaign(rt, *NUMBERS, file=campaign_file(pacing={"calls_per_second": 10}))
    plan_calls(rt)
    return [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids]  # type: ignore[attr-defined]


def test_requests_go_out_together_and_each_call_is_made_once(rt: Runtime) -> None:
    carrier: Any = rt.carrier
    planned, together, place = _planned(rt), Barrier(4), carrier.create_call

    def slowly(order: Any) -> Any:
        together.wait(20)  # nobody passes before all four have asked
        return place(order)

    carrier.create_call = slowly
    place_attempts(rt, [*planned, *planned], at_once=4)
    assert len(planned) == 4 and sorted(one.to for one in carrier.calls.values()) == NUMBERS


def test_one_that_goes_wrong_holds_up_nobody(rt: Runtime) -> None:
    carrier: Any = rt.carrier
    planned, place, asked = _planned(rt), carrier.create_call, list[Any]()

    def badly(order: Any) -> Any:
        asked.append(order)
        if order.to == NUMBERS[1]:
            raise ArithmeticError("a bug")
        return place(order)

    carrier.create_call = badly
    place_attempts(rt, planned, at_once=4)
    assert len(asked) == 4 and len(carrier.calls) == 3
