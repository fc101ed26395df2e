"""The carrier's identifiers: two letters that say what it is and 32 hexadecimal digits, or a plain UUID."""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar

# Set once by a server before it starts: `prefixed`, or `uuid` as other carriers write them.
SHAPE: ContextVar[str] = ContextVar("shape", default="prefixed")


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def new_sid(prefix: str) -> str:
    """A fresh identifier, such as `CA` + 32 digits.

    Random and never seeded: a restarted carrier must not give one out again.
    """
    return str(uuid.uuid4()) if SHAPE.get() == "uuid" else prefix + uuid.uuid4().hex


def is_sid(text: str, prefix: str) -> bool:
    """Whether this is written as this carrier writes the identifier of such a thing; it need not exist."""
    if SHAPE.get() == "uuid":
        return _UUID.fullmatch(text) is not None
    return re.fullmatch(f"{prefix}[0-9a-fA-F]{{32}}", text) is not None
