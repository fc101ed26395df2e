"""Identifiers: time-sorted, 80 random bits, only ``[a-z0-9]``, so that they stand in any URL unescaped."""

import secrets
from base64 import b32encode
from collections import defaultdict
from functools import lru_cache
from typing import Protocol

from callsvc.core.clock import Clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_OURS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET.encode())


class Ids(Protocol):
    def new(self, kind: str) -> str:
        """A fresh id; ``kind`` is a short hint such as ``"leg"`` that readers of logs are grateful for."""
        ...

    def some(self, kind: str, count: int) -> list[str]:
        """As many fresh ids, for a list that is stored at once."""
        ...


@lru_cache(maxsize=8)  # of the instants that several ids share
def _base32(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        digits.append(_ALPHABET[rest])
    return "".join(reversed(digits))


class RandomIds:
    """``leg01jd3q5k8rab...``: kind, 48 bits of machine milliseconds, 80 bits of chance."""

    def __init__(self, machine: Clock) -> None:
        self._machine = machine

    def new(self, kind: str) -> str:
        chance = b32encode(secrets.token_bytes(10)).translate(_OURS).decode()
        return kind + _base32(int(self._machine.now().timestamp() * 1000), 10) + chance

    def some(self, kind: str, count: int) -> list[str]:
        """The same 80 random bits in base 16: four letters longer, and drawn for all at once.

        In ascending order: an index takes them at its right edge.
        """
        head = kind + _base32(int(self._machine.now().timestamp() * 1000), 10)
        chance = secrets.token_hex(10 * count)
        return sorted([head + chance[start : start + 20] for start in range(0, 20 * count, 20)])


class CountingIds:
    """``leg1``, ``leg2``...: ids a test can predict."""

    def __init__(self) -> None:
        self._next: defaultdict[str, int] = defaultdict(int)

    def new(self, kind: str) -> str:
        self._next[kind] += 1
        return f"{kind}{self._next[kind]}"

    def some(self, kind: str, count: int) -> list[str]:
        return [self.new(kind) for _ in range(count)]
