"""``callsvc bench flows``: what one turn of a flow costs, beside the JSON round trip of its state.

The conversations beside each flow of the library are held again and again; every ``begin`` and every
``resume`` is timed by itself, and so is writing the state it leaves as JSON and reading it back, which no
engine with a stored session can do without. Processor time of this one process; nothing is sent or stored.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import click

from callsvc.bench import meter
from ivr_flows import Definition, begin, library, load, resume
from ivr_flows.conversations import Conversation, read_conversations

Result = TypeVar("Result")


@dataclass
class _Times:
    """Microseconds of processor time, one entry a turn."""

    begin: list[float] = field(default_factory=list)
    resume: list[float] = field(default_factory=list)
    baseline: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Figures:
    """Medians in microseconds; ``ratio`` is a ``resume`` over the JSON round trip of its state."""

    flow: str
    turns: int
    begin_us: float
    resume_us: float
    resume_p99_us: float
    baseline_us: float
    ratio: float


@click.command()
@click.option("--rounds", default=20, show_default=True, help="How often each conversation is held.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def flows(rounds: int, output: str) -> None:
    """Measure a turn of each flow of the library, in microseconds of processor time."""
    figures = [_measure(name, rounds) for name in library.names()]
    if output == "json":
        click.echo(json.dumps([asdict(one) for one in figures], indent=1))
        return
    click.echo(f"{'flow':22}{'turns':>8}{'begin':>10}{'resume':>10}{'p99':>10}{'baseline':>10}{'ratio':>8}")
    for one in figures:
        click.echo(
            f"{one.flow:22}{one.turns:8}{one.begin_us:10.1f}{one.resume_us:10.1f}"
            f"{one.resume_p99_us:10.1f}{one.baseline_us:10.1f}{one.ratio:8.1f}"
        )
    click.echo("microseconds of one core, medians; baseline: the state to JSON and back")


def _measure(name: str, rounds: int) -> Figures:
    definition = load(library.flow_text(name))
    conversations = read_conversations(library.conversations_text(name))
    times = _Times()
    for conversation in conversations:  # caches warm, nothing counts yet
        _hold(definition, conversation, _Times())
    for _ in range(rounds):
        for conversation in conversations:
            _hold(definition, conversation, times)
    baseline = meter.quantile(times.baseline, 0.5)
    resumed = meter.quantile(times.resume, 0.5)
    return Figures(
        flow=name,
        turns=len(times.begin) + len(times.resume),
        begin_us=meter.quantile(times.begin, 0.5),
        resume_us=resumed,
        resume_p99_us=meter.quantile(times.resume, 0.99),
        baseline_us=baseline,
        ratio=resumed / baseline if baseline else 0.0,
    )


def _hold(definition: Definition, conversation: Conversation, times: _Times) -> None:
    opening: dict[str, Any] = {
        "channel": conversation.channel,
        "language": conversation.language,
        "answered_by": conversation.answered_by,
        "now": conversation.now,
    }
    turn = _timed(times.begin, begin, definition, conversation.facts, **opening)
    for exchange in conversation.exchanges:
        state = _timed(times.baseline, _round_trip, turn.state)
        if exchange.given is None or turn.outcome is not None:
            return
        turn = _timed(times.resume, resume, definition, state, exchange.given, now=conversation.now)


def _round_trip(state: dict[str, Any]) -> dict[str, Any]:
    back: dict[str, Any] = json.loads(json.dumps(state))
    return back


def _timed(into: list[float], act: Callable[..., Result], *given: Any, **named: Any) -> Result:
    began = time.thread_time_ns()
    result = act(*given, **named)
    into.append((time.thread_time_ns() - began) / 1000)
    return result
