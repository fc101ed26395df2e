"""The highest rate of calls the real service keeps up with, the simulator beside it on the same cores.

People call the national number, faster from step to step; each is answered by the front desk's flow and
hangs up after some seconds. A step counts as kept when every call of it was answered by the flow and the
service's answers to voice webhooks came within the limit (99 of 100). The first step that is not kept ends
the ramp.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from callsvc.bench.meter import quantile
from callsvc.flows.service import publish
from callsvc.platforms.service import load_france
from callsvc.processes.running import RunningStack, running_stack
from ivr_flows.library import flow_text

STEPS = (2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0)  # calls a second
_STEP_S, _LIVES_S = 6.0, 4.0
_NATIONAL = "+33199000100"
UNANSWERED_MS = 60_000.0  # what a webhook counts that never was answered


@dataclass(frozen=True)
class Step:
    """One rate, held for six seconds. Milliseconds are of the service's answers to voice webhooks."""

    calls_per_s: float
    placed_per_s: float
    answered: float
    p50_ms: float
    p99_ms: float
    webhooks_per_s: float
    kept: bool

    def line(self) -> str:
        """The figures in words."""
        word = "kept" if self.kept else "not kept"
        return (
            f"answered {self.answered:.0%}, p50 {self.p50_ms:.0f} ms, p99 {self.p99_ms:.0f} ms, "
            f"{self.webhooks_per_s:.0f} webhooks/s: {word}"
        )


@dataclass(frozen=True)
class Kept:
    """The ramp: the highest rate kept (0: not even the first) with its webhooks a second, and every step."""

    highest_per_s: float
    webhooks_per_s: float
    limit_ms: float
    steps: list[dict[str, Any]]


def ramp(limit_ms: float, database: str, show: Callable[[Step], None]) -> Kept:
    """Raise the rate until the service no longer keeps up."""
    extra = {"SIMULATOR_CPS": "1000"} | ({"DATABASE_URL": database} if database else {})
    steps: list[Step] = []
    with (
        tempfile.TemporaryDirectory(prefix="callsvc-bench-") as directory,
        running_stack(Path(directory), extra=extra) as stack,
        requests.Session() as session,
    ):
        session.trust_env = False
        _found(stack)
        person: dict[str, Any] = {"prefix": "+3363998", "hangs_up": {"after": _LIVES_S}}
        session.post(f"{stack.simulator_url}/_simulator/people", json=person, timeout=5)
        for rate in STEPS:
            steps.append(_hold(session, stack.simulator_url, rate, limit_ms))
            show(steps[-1])
            if not steps[-1].kept:
                break
    kept = [step for step in steps if step.kept]
    best = kept[-1] if kept else None
    return Kept(
        best.calls_per_s if best else 0.0,
        best.webhooks_per_s if best else 0.0,
        limit_ms,
        [asdict(step) for step in steps],
    )


def _found(stack: RunningStack) -> None:
    """France and the flow that answers; nothing else is needed to be called."""
    rt = stack.runtime()
    try:
        with rt.db.begin() as tx:
            load_france(tx)
            publish(tx, flow_text("front-desk"), "bench")
    finally:
        rt.db.engine.dispose()


def _hold(session: requests.Session, simulator: str, rate: float, limit_ms: float) -> Step:
    began, sids = time.monotonic(), list[str]()
    for number in range(int(rate * _STEP_S)):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        call = {"from": f"+3363998{number % 10_000:04d}", "to": _NATIONAL}
        sids.append(session.post(f"{simulator}/_simulator/calls", json=call, timeout=10).json()["sid"])
    took = time.monotonic() - began
    time.sleep(_LIVES_S + limit_ms / 1000)  # the last of them are heard and hang up
    told = [session.get(f"{simulator}/_simulator/ledger/calls/{sid}", timeout=10).json() for sid in sids]
    answers = [answer for call in told for answer in answers_ms(call["timeline"])]
    answered = sum(any(line["kind"] == "said" for line in call["timeline"]) for call in told) / len(told)
    posts = sum(line["kind"] in ("response", "callback") for call in told for line in call["timeline"])
    late = quantile(answers, 0.99)
    return Step(
        calls_per_s=rate,
        placed_per_s=len(sids) / took,
        answered=answered,
        p50_ms=quantile(answers, 0.5),
        p99_ms=late,
        webhooks_per_s=posts / took,
        kept=answered == 1.0 and late <= limit_ms and len(sids) / took > 0.9 * rate,
    )


def answers_ms(timeline: list[dict[str, Any]]) -> list[float]:
    """From each voice webhook to its answer; one that never was answered counts as a minute."""
    found, asked = [], None
    for line in timeline:
        at = datetime.fromisoformat(line["at"])
        if line["kind"] == "request":
            asked = at
        elif line["kind"] == "response" and asked is not None:
            found.append((at - asked).total_seconds() * 1000 if not line["code"] else UNANSWERED_MS)
            asked = None
    return found if asked is None else [*found, UNANSWERED_MS]
