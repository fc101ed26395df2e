"""What every figure means. Pure arithmetic on counts; ``docs/metrics.md`` says the same in words.

A figure is None, never 0, when nothing happened that it could be a share of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

INTERVAL = timedelta(minutes=15)
THRESHOLD_S = 20.0  # lived seconds within which an answer counts as in time
SHORT_S = 5.0  # who hangs up sooner never really waited (V5 only)
REPEAT_WITHIN = timedelta(days=7)
DEFAULT_VARIANT = "V1"

Sums = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class QueueCounts:
    """Entries that left a queue in the same time: answered by an agent, or abandoned by the person."""

    answered: float
    abandoned: float
    answered_in_time: float
    abandoned_in_time: float
    short: float = 0.0


# ICMI, "Service Level Calculations" (2002), and the manuals of contact-centre switches. V1 is the strictest.
SERVICE_LEVELS: dict[str, Callable[[QueueCounts], tuple[float, float]]] = {
    "V1": lambda c: (c.answered_in_time, c.answered + c.abandoned),
    "V2": lambda c: (c.answered_in_time, c.answered),
    "V3": lambda c: (c.answered_in_time + c.abandoned_in_time, c.answered + c.abandoned),
    "V4": lambda c: (c.answered_in_time, c.answered + c.abandoned - c.abandoned_in_time),
    "V5": lambda c: (
        c.answered_in_time + c.abandoned_in_time - c.short,
        c.answered + c.abandoned - c.short,
    ),
}


def service_level(counts: QueueCounts, variant: str = DEFAULT_VARIANT) -> float | None:
    """Share answered in time, by one of five definitions.

    >>> counts = QueueCounts(
    ...     answered=1000, abandoned=60, answered_in_time=860, abandoned_in_time=20, short=10)
    >>> [round(100 * (service_level(counts, v) or 0)) for v in ("V3", "V2", "V1", "V4")]
    [83, 86, 81, 83]
    """
    return ratio(*SERVICE_LEVELS[variant](counts))


def ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def interval_of(at: datetime) -> datetime:
    """The start of the 15 minutes an instant lies in (UTC; every French zone is a multiple away)."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def queue_counts(sums: Sums) -> QueueCounts:
    return QueueCounts(
        answered=sums.get("connected", 0),
        abandoned=sums.get("abandoned", 0),
        answered_in_time=sums.get("connected_in_time", 0),
        abandoned_in_time=sums.get("abandoned_in_time", 0),
        short=sums.get("abandoned_short", 0),
    )


def figures(sums: Sums, variant: str = DEFAULT_VARIANT) -> dict[str, float | None]:
    """Every figure of a report's line, from the sums of its measures."""

    def get(name: str) -> float:
        return sums.get(name, 0.0)

    return {
        "attempts": get("attempts"),
        "answered": get("answered_by_people") + get("answered_by_machines"),
        "people": get("answered_by_people"),
        "machines": get("answered_by_machines"),
        "contact_rate": ratio(get("answered_by_people"), get("attempts_ended")),
        "finished": get("contacts_finished"),
        "reached": get("contacts_reached"),
        "reach_rate": ratio(get("contacts_reached"), get("contacts_finished")),
        "received": get("calls_received"),
        "repeat_calls": get("repeat_calls"),
        "repeat_rate": ratio(get("repeat_calls"), get("calls_received")),
        "queued": get("queued"),
        "connected": get("connected"),
        "overflow": get("overflow"),
        "abandoned": get("abandoned"),
        "answer_rate": ratio(get("connected"), get("left")),
        "abandonment_rate": ratio(get("abandoned"), get("left")),
        "service_level": service_level(queue_counts(sums), variant),
        "mean_speed_of_answer_s": ratio(get("wait_s"), get("connected")),
        "mean_handle_time_s": ratio(get("handle_s"), get("handled")),
        "mean_talk_time_s": ratio(get("talk_s"), get("talks")),
    }
