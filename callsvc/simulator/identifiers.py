"""The carrier's identifiers: two letters that say what it is, then 32 hexadecimal digits."""

from __future__ import annotations

import uuid


def new_sid(prefix: str) -> str:
    """A fresh identifier, such as `CA` + 32 digits.

    Random and never seeded: a restarted carrier must not give one out again.
    """
    return prefix + uuid.uuid4().hex
