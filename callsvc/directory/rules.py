"""Whether a call may be transferred to a target now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from callsvc.core.weekdays import WEEKDAYS

Why = Literal["", "not-for-you", "not-this-region", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRule:
    """Who may be transferred to a target, and when; ``serves`` empty means every region."""

    used_by: Collection[str]  # flows, agents
    serves: Collection[str]
    days: Collection[str]
    opens: str  # HH:MM, local
    closes: str
    zone: str  # IANA


def why_not(rule: TransferRule, *, used_by: str, region: str, now: datetime) -> Why:
    """Empty if a call of this region may be transferred now, else the first reason against it.

    >>> from datetime import UTC
    >>> rule = TransferRule(used_by=["flows"], serves=["44"], days=["mon"], opens="08:00", closes="18:00",
    ...     zone="Europe/Paris")
    >>> why_not(rule, used_by="flows", region="44", now=datetime(2020, 11, 16, 17, 30, tzinfo=UTC))
    'closed'
    """
    if used_by not in rule.used_by:
        return "not-for-you"
    if rule.serves and region not in rule.serves:
        return "not-this-region"
    return "" if open_at(rule, now) else "closed"


def open_at(rule: TransferRule, now: datetime) -> bool:
    """Whether somebody answers there at this instant, by the local clock of the target."""
    local = now.astimezone(ZoneInfo(rule.zone))
    return WEEKDAYS[local.weekday()] in rule.days and rule.opens <= local.strftime("%H:%M") < rule.closes
