"""What choosing an agent looks at: plain values, so that the rules are arithmetic.

Times are lived. A *group* is (skill, language): agents of one group may replace each other.
"""

from dataclasses import dataclass
from datetime import datetime

Group = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeAgent:
    """An agent who is ready, idle, and has the entry's skill and language."""

    id: str
    region: str
    platform: str
    pool: str
    idle_since: datetime
    last_aid_at: datetime | None = None
