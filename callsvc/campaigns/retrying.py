"""When and how somebody is tried again: arithmetic over the flags of the last try."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callsvc.campaigns.calendar import edges
from callsvc.campaigns.definitions.retries import Retries
from callsvc.campaigns.definitions.spread import Spread
from callsvc.campaigns.dispositions import Flags

COMPLETION = "completion"  # tries that were answered and broke off, whatever their kind
_RINGS_SINCE = timedelta(seconds=8)  # a line that is engaged says so at once; after so long it has rung


@dataclass(frozen=True)
class Tries:
    """Of one person in one campaign, the last one included. ``by_kind``: by ``Flags.retry_after``."""

    total: int = 0
    by_kind: Mapping[str, int] = field(default_factory=dict)

    def with_one(self, flags: Flags) -> "Tries":
        """The same after one more try."""
        return Tries(self.total + 1, self._counted(flags, 1))

    def instead(self, thought: Flags, was: Flags) -> "Tries":
        """The same after better evidence of what the last try was."""
        without = Tries(self.total, self._counted(thought, -1))
        return Tries(self.total, without._counted(was, 1))

    def _counted(self, flags: Flags, more: int) -> dict[str, int]:
        kinds = [flags.retry_after] * bool(flags.retry_after) + [COMPLETION] * flags.broken_off
        changed = {kind: max(0, self.by_kind.get(kind, 0) + more) for kind in kinds}
        return {kind: count for kind, count in {**self.by_kind, **changed}.items() if count}


def next_retry(
    retries: Retries,
    flags: Flags,
    tries: Tries,
    ended_at: datetime,
    *,
    spread: Spread | None = None,
    zone: ZoneInfo | None = None,
) -> datetime | None:
    """When to try again after a try with these flags; None when there is no further try.

    Delays count from the carrier's fact (the try ended), never from queueing. ``spread`` and ``zone`` say
    what another part of the day is.
    """
    if flags.final or not _may_try_again(retries, flags, tries):
        return None
    policy = retries.policy(flags.retry_after)
    again = ended_at + policy.delay(max(1, tries.by_kind.get(flags.retry_after, 1)))
    if policy.other_part_of_day and zone is not None:
        return _in_another_part(again, ended_at, (spread or Spread()).bounds(), zone)
    return again


def _may_try_again(retries: Retries, flags: Flags, tries: Tries) -> bool:
    """Who answered is tried again to complete the call; those tries and the others have a limit each."""
    of_kind = retries.policy(flags.retry_after).most_tries
    if of_kind and tries.by_kind.get(flags.retry_after, 0) >= of_kind:
        return False
    completions = tries.by_kind.get(COMPLETION, 0)
    if flags.broken_off:
        return completions <= retries.completion_tries
    return tries.total - completions < retries.most_tries


def _in_another_part(
    again: datetime, tried_at: datetime, bounds: tuple[int, ...], zone: ZoneInfo
) -> datetime:
    """``again``, or the first instant after it that is not in the part of the day of the last try.

    The same part of another day is no other part: who is never at home in the morning is not tried then.
    """

    def part(at: datetime) -> int:
        local = at.astimezone(zone)
        return bisect_right(bounds, local.hour * 60 + local.minute)

    if part(again) != part(tried_at):
        return again
    return next((edge for edge in edges(zone, bounds, again) if part(edge) != part(tried_at)), again)


def turn_of(retries: Retries, tries: Tries) -> int:
    """How often the number has been changed: the number to try next is this one of them, in a circle.

    A try whose policy says ``same`` changes nothing; one that never had a kind changes it.
    """
    stayed = sum(
        count
        for kind, count in tries.by_kind.items()
        if kind != COMPLETION and retries.policy(kind).number == "same"
    )
    return max(0, tries.total - stayed)


def was_declined(
    status: str, claimed_at: datetime | None, rang_at: datetime | None, ended_at: datetime
) -> bool:
    """Busy after it rang: somebody looked at the telephone and pressed the call away.

    When no word of the ringing came, the time that passed tells the two apart.
    """
    if status != "busy":
        return False
    return rang_at is not None or (claimed_at is not None and ended_at - claimed_at >= _RINGS_SINCE)
