"""The last requests in both directions, whole: what a developer wants to read and the ledger need not keep.

Addresses, parameters and documents of webhooks would make the ledger of a long day several times as large;
so they are kept in memory, the newest only, and are gone after a restart. The timeline remains.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

KEPT = 5000
LARGEST = 20_000  # characters of one document or answer
SECRET = ("token", "secret", "signature", "password", "authorization")
_SUBJECTS = ("CallSid", "ConferenceSid", "MessageSid", "QueueSid")


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer. `at` is lived, `took` is machine seconds; `place` as in planned faults.

    `status` 0 means that no answer came; `code` and `reason` then say why, in the vendor's codes.
    """

    subject: str
    at: datetime
    place: str
    method: str
    url: str
    parameters: tuple[tuple[str, str], ...]
    status: int
    body: str = ""
    code: int = 0
    reason: str = ""
    tries: int = 1
    took: float = 0.0

    def value(self, name: str) -> str:
        """The value of one parameter, or nothing."""
        return next((value for key, value in self.parameters if key == name), "")


class Exchanges:
    """The newest exchanges of everything, oldest first."""

    def __init__(self, now: Callable[[], datetime], kept: int = KEPT) -> None:
        self.now = now
        self._since = now()
        self._kept: deque[Exchange] = deque(maxlen=kept)

    def keep(self, exchange: Exchange) -> None:
        """Keep one more; the oldest falls out."""
        self._kept.append(exchange)

    def covers(self, instant: datetime) -> bool:
        """Whether everything that began since then is still kept."""
        full = len(self._kept) == self._kept.maxlen
        return instant >= (self._kept[0].at if full else self._since)

    def about(self, subject: str) -> list[Exchange]:
        """Those of one call, message or conference, in the order in which they began."""
        return sorted((one for one in self._kept if one.subject == subject), key=lambda one: one.at)


def subject_of(parameters: Mapping[str, str]) -> str:
    """What a webhook is about: its call before its conference, as both are read on the call's page."""
    return next((parameters[name] for name in _SUBJECTS if parameters.get(name)), "")


def shown(url: str, parameters: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The parameters of a request with those of its address, secrets left out."""
    pairs = [*parse_qsl(urlsplit(url).query, keep_blank_values=True), *parameters.items()]
    return tuple((name, "…" if _is_secret(name) else value) for name, value in pairs)


@lru_cache(maxsize=1024)  # names come again with every request
def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET)
