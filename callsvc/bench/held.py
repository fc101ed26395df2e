"""What was measured of the simulator, and how it is said."""

from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Held:
    """A steady load. Lateness is of the `timed` webhooks, due at a known instant; `processor` of one core."""

    asked_per_s: float
    set_up_per_s: float
    simultaneous: int
    webhooks_per_s: float
    timed: int
    late_p50_ms: float
    late_p99_ms: float
    create_p99_ms: float
    refused: int
    processor: float
    memory_mib: float
    processor_ms_a_call: float


@dataclass(frozen=True)
class Figures:
    """All of one run. `bare_*` is the baseline; a call is worth `call_in_bare_requests` of its requests.

    `load` is the system's load average of the last minute, at the end.
    """

    pinned: bool
    bare_per_s: float
    bare_ms: float
    held: Held
    most_set_up_per_s: float
    call_in_bare_requests: float
    load: float


def show_figures(figures: Figures) -> None:
    """Print one run, each figure beside its goal or its baseline."""
    held, bare = figures.held, figures.bare_per_s
    where = "one core of its own" if figures.pinned else "whatever core was free (not pinned)"
    late = f"p50 {held.late_p50_ms:.1f} ms, p99 {held.late_p99_ms:.1f} ms" if held.timed else "none came back"
    asked = f"{held.asked_per_s:.0f}/s asked, {held.refused} refused"
    cost = f"{held.processor_ms_a_call:.1f} ms a call = {figures.call_in_bare_requests:.0f} bare requests"
    rows = [
        ("the simulator ran on", where),
        ("bare server, fixed body", f"{bare:,.0f} requests/s, {figures.bare_ms:.2f} ms processor each"),
        ("simultaneous calls", f"{held.simultaneous:,} (goal 1,000)"),
        ("set-ups while held", f"{held.set_up_per_s:.0f}/s of {asked} (goal 100/s)"),
        ("webhooks while held", f"{held.webhooks_per_s:.0f}/s"),
        ("webhook lateness", f"{late} (goal p99 < 50 ms)"),
        ("creation answered in", f"p99 {held.create_p99_ms:.1f} ms"),
        ("processor", f"{held.processor:.0%} of a core, {cost}"),
        (
            "what a core would hold",
            f"{1000 / held.processor_ms_a_call:.0f} calls/s, from the processor's time",
        ),
        ("memory", f"{held.memory_mib:.0f} MiB"),
        ("most set-ups, busy numbers", f"{figures.most_set_up_per_s:.0f}/s"),
        ("  of the bare server's", f"{figures.most_set_up_per_s / bare:.2f}"),
        ("load of the machine", f"{figures.load:.1f} runnable processes (a busy machine: trust the ratios)"),
    ]
    for name, value in rows:
        click.echo(f"{name:<28} {value}")
