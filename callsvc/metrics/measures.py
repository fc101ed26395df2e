"""What one raw event adds to which sums. The roll-up is nothing but this, added up."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from callsvc.metrics.rules import SHORT_S, THRESHOLD_S

Facts = Mapping[str, Any]
Increment = tuple[str, float]

HELPED_BY = "helped_by:"  # + the agent's region: the matrix of who helped whom


def measures_of(name: str, facts: Facts) -> Iterator[Increment]:
    """(measure, increment) pairs of an event; an unknown name adds nothing."""
    if name in _MEASURES:
        yield from _MEASURES[name](facts)


def _one(measure: str) -> Callable[[Facts], Iterator[Increment]]:
    return lambda _facts: iter([(measure, 1.0)])


def _attempt_ended(facts: Facts) -> Iterator[Increment]:
    yield "attempts_ended", 1
    if facts["answered"]:
        yield "answered_by_machines" if facts["machine"] else "answered_by_people", 1


def _call_received(facts: Facts) -> Iterator[Increment]:
    yield "calls_received", 1
    if facts["repeat"]:
        yield "repeat_calls", 1


def _entry_connected(facts: Facts) -> Iterator[Increment]:
    yield "connected", 1
    yield "wait_s", facts["waited_s"]
    yield HELPED_BY + facts["agent_region"], 1
    if facts["waited_s"] <= THRESHOLD_S:
        yield "connected_in_time", 1
    if facts["overflow"]:
        yield "overflow", 1


def _entry_left(facts: Facts) -> Iterator[Increment]:
    # A callback queued is a promise kept later, not a lost call; a call moved to another queue waits there.
    if facts["how"] not in ("callback", "reassigned"):
        yield "left", 1
    if facts["how"] == "hung-up":
        yield "abandoned", 1
        if facts["waited_s"] <= THRESHOLD_S:
            yield "abandoned_in_time", 1
        if facts["waited_s"] <= SHORT_S:
            yield "abandoned_short", 1


def _conversation_ended(facts: Facts) -> Iterator[Increment]:
    yield "talks", 1
    yield "talk_s", facts["talk_s"]


def _wrap_up_ended(facts: Facts) -> Iterator[Increment]:
    yield "handled", 1
    yield "handle_s", facts["handle_s"]


_MEASURES: dict[str, Callable[[Facts], Iterator[Increment]]] = {
    "attempt-placed": _one("attempts"),
    "attempt-not-placed": _one("attempts_not_placed"),
    "attempt-ended": _attempt_ended,
    "call-received": _call_received,
    "entry-queued": _one("queued"),
    "entry-connected": _entry_connected,
    "entry-left": _entry_left,
    "conversation-ended": _conversation_ended,
    "wrap-up-ended": _wrap_up_ended,
    "contact-finished": _one("contacts_finished"),
    "contact-reached": _one("contacts_reached"),
}
