"""Thousands of legs for the table of calls: every state, two regions, one campaign, three days."""

from datetime import timedelta
from typing import Any

from callsvc.calls.tables import call, leg
from callsvc.runtime import Runtime

# state, disposition, duration: what a page of calls looks like on an ordinary day
ENDS: tuple[tuple[str | None, str, str | None, int | None], ...] = (
    ("completed", "placed", "reached", 95),
    ("completed", "placed", "machine", 12),
    ("no-answer", "placed", "no-answer", None),
    ("busy", "placed", "busy", None),
    ("completed", "placed", "connected", 340),
    ("failed", "placed", "failed", None),
    (None, "refused", None, None),
    ("ringing", "placed", None, None),
)


def add_calls(rt: Runtime, count: int) -> None:
    """``count`` legs, one a half minute, the newest last; one in five from outside, one in ten an agent's."""
    calls: list[dict[str, Any]] = []
    legs: list[dict[str, Any]] = []
    with rt.db.begin() as tx:
        for number in range(count):
            at = tx.now - timedelta(seconds=30 * (count - number))
            status, placement, disposition, duration = ENDS[number % len(ENDS)]
            inbound = number % 5 == 0
            code, department = (("44", "67"), ("11", "75"), ("44", "67"), ("04", "974"))[number % 4]
            place = None if inbound else f"cct{number % 20}"
            calls.append(
                {
                    "id": f"many{number:06}", "direction": "inbound" if inbound else "outbound",
                    "region_code": code, "platform_code": department, "campaign_contact_id": place,
                    "started_at": at,
                }
            )  # fmt: skip
            legs.append(
                {
                    "id": f"leg{number:06}", "call_id": f"many{number:06}", "planned_at": at, "news_at": at,
                    "role": "agent" if number % 10 == 1 else "contact", "placement": placement,
                    "status": status, "disposition": disposition,
                    "duration_s": duration and duration + number % 50, "ended_at": at,
                }
            )  # fmt: skip
        tx.execute(call.insert(), calls)
        tx.execute(leg.insert(), legs)
