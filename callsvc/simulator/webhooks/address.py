"""A webhook's address and the connection overrides its fragment carries.

"Connection Overrides: #ct (connect time-out, ms), #rt (read time-out, ms), #tt (total, ms), #rc (retry
count, 0-5), #rp (retry policy: 4xx, 5xx, ct, rt, all)". The fragment is never sent and never signed.
Time-outs are machine seconds: the service does not work faster because the day runs faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlsplit

_ASCII = "".join(chr(code) for code in range(0x21, 0x7F))


@dataclass(frozen=True)
class Address:
    """Where to post (`url`, exactly as signed and sent) and how patiently, in machine seconds."""

    url: str
    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    def retries_on(self, failure: str) -> bool:
        """Whether this kind of failure (ct, rt, 4xx, 5xx) is tried again; the default is ct only."""
        return "all" in self.policy or failure in self.policy


@lru_cache(maxsize=4096)
def parse_address(url: str) -> Address:
    """Split off the fragment; ValueError when this is no absolute HTTP address."""
    whole, _, fragment = url.partition("#")
    parts = urlsplit(whole)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("not an absolute http or https URL")
    sent = quote(whole, safe=_ASCII)
    wanted = dict(parse_qsl(fragment))
    return Address(
        url=sent,
        connect=_seconds(wanted, "ct", 5.0, 10.0),
        read=_seconds(wanted, "rt", 15.0, 15.0),
        total=_seconds(wanted, "tt", 15.0, 15.0),
        retries=int(min(5, max(0, _number(wanted, "rc", 1)))),
        policy=frozenset(filter(None, wanted.get("rp", "ct").split(","))),
    )


def _seconds(wanted: dict[str, str], name: str, default: float, most: float) -> float:
    return min(most, max(0.1, _number(wanted, name, default * 1000) / 1000))


def _number(wanted: dict[str, str], name: str, default: float) -> float:
    try:
        return float(wanted.get(name, default))
    except ValueError:
        return default
