"""The newest notifications: errors and warnings of any call or message."""

from __future__ import annotations

import json
from typing import Any

from callsvc.simulator.carrier import Carrier

_AMONG = 20_000  # the newest lines of the timeline: whoever looks at a page must not stop the calls


def recent_notices(carrier: Carrier, most: int) -> list[dict[str, Any]]:
    """`at`, `subject`, `of` (calls or messages), `code`, `message`; the newest first."""
    carrier.store.commit()
    rows = carrier.store.read(
        "select at, subject, facts, exists(select 1 from call where sid=subject) as called"
        " from timeline where kind='notification'"
        " and seq > (select coalesce(max(seq), 0) - ? from timeline) order by seq desc limit ?",
        (_AMONG, most),
    )
    return [
        {
            "at": row["at"],
            "subject": row["subject"],
            "of": "calls" if row["called"] else "messages",
            **json.loads(row["facts"]),
        }
        for row in rows
    ]
