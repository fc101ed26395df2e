"""One planned fault as data: where it strikes (`on`), what happens (`kind`), when, how often.

`seconds` are machine seconds, because what a delay meets is the service's or our own HTTP time-out; only a
clock's skew counts in lived seconds. `from` and `until` are lived: seconds since the plan was accepted, or
instants in ISO 8601.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from callsvc.simulator.dates import iso

REST_PLACES = (
    "calls.create", "calls.update", "calls.fetch", "calls.list",
    "messages.create", "messages.fetch", "messages.list", "participants.create",
)  # fmt: skip
POST_PLACES = (
    "status-callback", "conference-callback", "message-callback", "amd-callback", "voice-webhook",
    "message-webhook", "recording-callback",
)  # fmt: skip
# place -> kind -> what it means. docs/simulator.md holds the same table.
REST_KINDS = {
    "error-before": "503, nothing was done",
    "error-after": "500, it was done",
    "lose-answer": "it was done, the connection closes without an answer",
    "slow-answer": "it was done at once, the answer comes `seconds` later",
    "delay": "it is done `seconds` later, whether or not the client still waits",
    "time-out": "nothing is done; the connection closes without an answer after `seconds`",
    "throttle": "429",
}
POST_KINDS = {
    "drop": "never posted",
    "duplicate": "posted twice, one after the other",
    "duplicate-late": "posted, and once more `seconds` later, when others may have come between",
    "delay": "posted `seconds` later; those after it wait",
    "reorder": "posted after the one that follows it",
    "error-before": "the service refused the connection",
    "time-out": "the service never answered: given up after `seconds`",
    "lose-answer": "posted; its answer never came",
    "slow-answer": "posted; its answer came `seconds` later",
}
KINDS: dict[str, Mapping[str, str]] = {
    **dict.fromkeys(REST_PLACES, REST_KINDS),
    **dict.fromkeys(POST_PLACES, POST_KINDS),
    "clock": {"skew": "dates we write are `seconds` (lived) ahead, or behind when negative"},
    "carrier": {"restart": "dies, and is back `seconds` later"},
}
FIELDS = ("on", "kind", "seconds", "times", "probability", "from", "until", "seed")


@dataclass(kw_only=True)
class Fault:
    """One plan. `seen` counts the events it was asked about, `struck` those it struck."""

    id: int
    on: str
    kind: str
    seed: str
    seconds: float = 1.0
    times: int | None = None
    probability: float = 1.0
    since: datetime | None = None
    until: datetime | None = None
    seen: int = 0
    struck: int = 0

    def in_force(self, now: datetime) -> bool:
        """Whether it may strike at this instant."""
        if self.times is not None and self.struck >= self.times:
            return False
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)

    def listed(self) -> dict[str, Any]:
        """The plan as JSON."""
        return asdict(self) | {"since": iso(self.since), "until": iso(self.until)}


def read_faults(wanted: Any, *, seed: str, first_id: int, now: datetime) -> list[Fault]:
    """The plans of one entry; `on` may name several places. ValueError names the field that is wrong."""
    if not isinstance(wanted, dict):
        raise ValueError("a fault is an object such as {on: calls.create, kind: throttle}")
    unknown = set(wanted) - set(FIELDS)
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]}: no such field; those known are {', '.join(FIELDS)}")
    on = wanted.get("on", "")
    places = on if isinstance(on, list) else [on]
    return [_read(wanted, str(place), seed, first_id + index, now) for index, place in enumerate(places)]


def _read(wanted: dict[str, Any], place: str, seed: str, number: int, now: datetime) -> Fault:
    kind = str(wanted.get("kind", ""))
    if place not in KINDS:
        raise ValueError(f"on: unknown place {place!r}: one of {', '.join(KINDS)}")
    if kind not in KINDS[place]:
        raise ValueError(f"kind: unknown kind {kind!r} for {place}: one of {', '.join(KINDS[place])}")
    probability = _number(wanted, "probability", 1.0)
    if not 0 <= probability <= 1:
        raise ValueError("probability: give a number from 0 to 1")
    seconds = _number(wanted, "seconds", 1.0)
    if seconds < 0 and kind != "skew":
        raise ValueError("seconds: give 0 or more")
    times = wanted.get("times")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ValueError("times: give a whole number from 1, or leave it out for no limit")
    return Fault(
        id=number,
        on=place,
        kind=kind,
        seed=str(wanted.get("seed", seed)),
        seconds=seconds,
        times=times,
        probability=probability,
        since=_instant(wanted, "from", now),
        until=_instant(wanted, "until", now),
    )


def _number(wanted: dict[str, Any], name: str, default: float) -> float:
    value = wanted.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}: {value!r} is no number")
    return float(value)


def _instant(wanted: dict[str, Any], name: str, now: datetime) -> datetime | None:
    value = wanted.get(name)
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return now + timedelta(seconds=value)
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{name}: give lived seconds from now, or an instant in ISO 8601") from None
    if instant.tzinfo is None:
        raise ValueError(f"{name}: the instant needs an offset, as in 2026-11-20T08:00:00+01:00")
    return instant.astimezone(UTC)
