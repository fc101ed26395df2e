"""What a routing decision looks at: plain values, loaded once, so that the rules are arithmetic.

Times are lived. A *group* is (skill, language): agents of one group may replace each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Group = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A call that waits for an agent."""

    id: str
    region: str
    platform: str
    pool: str  # '' when the platform answers alone
    skill: str
    language: str
    entered_at: datetime
    refused_by: frozenset[str] = (
        frozenset()
    )  # who let its last offer pass: asked again only if nobody else is

    @property
    def group(self) -> Group:
        return (self.skill, self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeAgent:
    """An agent who is ready, idle, and has the entry's skill and language."""

    id: str
    region: str
    platform: str
    pool: str
    idle_since: datetime
    last_aid_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionView:
    """A region at the instant of a decision. Counts of people, now."""

    code: str
    name: str
    waiting: Mapping[Group, int]  # entries not offered to anybody yet
    on_duty: int  # agents who declared themselves ready, talking or not
    idle: int
    on_duty_for: Mapping[Group, int]
    idle_for: Mapping[Group, int]
    aid_in: Mapping[Group, int] = field(default_factory=dict)  # calls of ours that other regions hold now
    aid_out: int = 0  # calls of other regions that our agents hold now
    reserve: int = 1  # idle agents it does not lend now: declared, or from its floor
    declared: bool = False
    ledger: float = 0.0  # how it keeps its floor lately, in calls (``rules.ledgers``)
    floor: float = 0.7
    opted_out: bool = False
    active: bool = False  # is being aided

    @property
    def waiting_total(self) -> int:
        return sum(self.waiting.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """``aiding`` takes calls of ``aided``; thresholds are predicted waits in lived seconds at home."""

    aided: str
    aiding: str
    rank: int
    activate_wait_s: int
    release_wait_s: int
    cap: int  # most calls of this pair at once
    in_progress: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Aid:
    """The second half of a snapshot, loaded only when nobody at home is free."""

    home: RegionView
    agreements: tuple[Agreement, ...]
    helpers: Mapping[str, RegionView]
    free: Mapping[str, tuple[FreeAgent, ...]]  # by aiding region
    deciding: frozenset[str] = frozenset()  # helpers another transaction is deciding about right now


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All a decision needs. ``aid`` is None when somebody at home is free: it is not looked at then."""

    region_name: str
    platform_name: str
    free: tuple[FreeAgent, ...]  # of the home region, the best few
    aid: Aid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who is offered the entry, or why nobody is; kept with its inputs and one sentence."""

    kind: str  # platform, pool, region, aid, wait
    agent_id: str | None
    to_region: str | None
    reason: str  # a wait is stored again only when this changes
    inputs: Mapping[str, Any]
    sentence_fr: str
    sentence_en: str
    active: bool | None = None  # whether home is being aided from now on; None = not looked at
