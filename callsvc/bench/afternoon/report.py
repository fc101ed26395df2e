"""What an afternoon showed, as text and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from callsvc.bench.afternoon.living import Lived
from callsvc.bench.afternoon.measuring import MEASURES
from callsvc.bench.afternoon.plan import SPIKED, Plan
from callsvc.bench.afternoon.predicting import Interval
from callsvc.bench.meter import quantile


@dataclass(frozen=True, kw_only=True)
class Afternoon:
    """Everything that was found; ``queued`` calls reached their queue, of all ``called``."""

    plan: Plan
    called: int
    queued: int
    measured: dict[str, float]
    predicted: dict[str, Interval]
    runs: int
    takes: list[tuple[float, float]]  # as drawn_trace wants it
    missed: int  # offers that came too late to be taken
    lived: Lived

    @property
    def outside(self) -> list[str]:
        """The measures that lie outside their interval."""
        return [name for name, one in self.predicted.items() if not one.holds(self.measured[name])]

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "plan": asdict(self.plan),
            "called": self.called,
            "queued": self.queued,
            "runs": self.runs,
            "measures": {
                name: {"measured": self.measured[name], **asdict(one), "inside": name not in self.outside}
                for name, one in self.predicted.items()
            },
            "outside": self.outside,
            "set_up_s": _spread([set_up_s for set_up_s, _ in self.takes]),
            "overhead_s": _spread([overhead_s for _, overhead_s in self.takes]),
            "answers_s": _spread(self.lived.answers_s),
            "unanswered": self.lived.unanswered,
            "calls_late_s": self.lived.calls_late_s,
            "missed_offers": self.missed,
            "found_late": self.lived.found_late,
            "processor": self.lived.processor,
            "machine": self.lived.machine,
        }


def lines(found: Afternoon) -> list[str]:
    """The report in words."""
    plan = found.plan
    start, end = (second / 60 for second in plan.spike_s)
    return [
        f"{plan.minutes:g} lived minutes at {plan.speed:g} times life, {plan.load:g} erlangs an agent",
        f"{sum(plan.staff.values())} agents in {len(plan.staff)} regions",
        f"Region {SPIKED} at {plan.times:g} times its load from minute {start:.0f} to {end:.0f}",
        f"{found.called} calls, {found.queued} queued; {found.runs} runs of the twin of the same arrivals",
        "",
        f"{'':34}{'measured':>10}{'95 of 100 runs':>20}{'middle':>9}",
        *(_line(found, name, one) for name, one in found.predicted.items()),
        "",
        *_service(found),
    ]


def _line(found: Afternoon, name: str, one: Interval) -> str:
    told = f"{MEASURES[name][0]:34}{found.measured[name]:>10.1f}{f'{one.low:.1f} to {one.high:.1f}':>20}"
    return f"{told}{one.middle:>9.1f}  {'OUTSIDE' if name in found.outside else 'inside'}"


def _service(found: Afternoon) -> list[str]:
    """What the service itself took, in lived seconds, and what it cost."""
    lived = found.lived
    used = ", ".join(f"{name} {share:.2f}" for name, share in lived.processor.items())
    return [
        f"From the offer to the conversation: {_words([set_up_s for set_up_s, _ in found.takes])}",
        f"An agent is busy beyond what was drawn: {_words([overhead_s for _, overhead_s in found.takes])}",
        "The twin draws from both.",
        f"A webhook's answer: {_words(lived.answers_s)}; {lived.unanswered} had none",
        f"Callers rang at most {lived.calls_late_s:.2f} s late",
        f"Offers that came too late to be taken: {found.missed}",
        f"Changes of a desk no stream had told of: {lived.found_late}",
        f"Processor, parts of a core: {used}; the machine was busy for {lived.machine:.0%} of what it has",
    ]


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    return {
        "mean": fmean(seconds) if seconds else 0.0,
        "p50": quantile(seconds, 0.5),
        "p99": quantile(seconds, 0.99),
        "most": max(seconds, default=0.0),
    }


def _words(seconds: Sequence[float]) -> str:
    spread = _spread(seconds)
    return (
        f"mean {spread['mean']:.2f} s, 99 of 100 within {spread['p99']:.2f} s, worst {spread['most']:.2f} s"
    )
