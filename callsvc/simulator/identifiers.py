"""The carrier's identifiers: two letters that say what it is and 32 hexadecimal digits, or a plain UUID."""

from __future__ import annotations

import uuid
from contextvars import ContextVar

# Set once by a server before it starts: `prefixed`, or `uuid` as other carriers write them.
SHAPE: ContextVar[str] = ContextVar("shape", default="prefixed")


def new_sid(prefix: str) -> str:
    """A fresh identifier, such as `CA` + 32 digits.

    Random and never seeded: a restarted carrier must not give one out again.
    """
    return str(uuid.uuid4()) if SHAPE.get() == "uuid" else prefix + uuid.uuid4().hex
