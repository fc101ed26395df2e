"""When somebody who was not reached is tried again: the service's own rule, in seconds of a day."""

from datetime import UTC, datetime, timedelta
from typing import Final

from callsvc.campaigns.definitions.retries import Retries
from callsvc.campaigns.dispositions import Flags, flags_of
from callsvc.campaigns.retrying import Tries, next_retry

_BEGINS: Final = datetime(2020, 11, 16, tzinfo=UTC)
"""Delays are counted from an instant; which day it is changes nothing."""


def try_again(retries: Retries, flags: Flags, tries: Tries, ended_s: float) -> float | None:
    """When the next try is due after one that ended then; None when there is none."""
    at = next_retry(retries, flags, tries, _BEGINS + timedelta(seconds=ended_s))
    return None if at is None else (at - _BEGINS).total_seconds()


def next_try(retries: Retries, in_vain: int, ended_s: float) -> float | None:
    """The same after so many tries that nobody answered.

    >>> next_try(Retries(), 1, 60.0), next_try(Retries(), 3, 60.0)
    (7260.0, None)
    """
    flags = flags_of("no-answer")
    return try_again(retries, flags, Tries(in_vain, {flags.retry_after: in_vain}), ended_s)
