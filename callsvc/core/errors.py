"""Everything that can go wrong, in one tree.

    CallsvcError
    ├── NotFound      the thing named does not exist, or is not yours to see     404
    ├── Conflict      true, but not in the state the thing is in now             409
    ├── Invalid       the input breaks a rule; details say which and where       422
    ├── Forbidden     you may not                                                403
    └── Unavailable   a part we need does not answer; trying again may help      503

Each error has a stable kebab-case ``id`` and a sentence that says what to do. Only ``callsvc.app`` turns
kinds into HTTP codes, and only ``callsvc.cli`` turns them into exit codes.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class CallsvcError(Exception):
    """Base of all our errors: ``raise NotFound("campaign-unknown", "No campaign is called x.")``."""

    kind: ClassVar[str] = "error"

    def __init__(self, id: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.id = id
        self.message = message
        self.details: Mapping[str, Any] = details

    def __str__(self) -> str:
        return f"{self.id}: {self.message}"


class NotFound(CallsvcError):
    kind = "not-found"


class Conflict(CallsvcError):
    kind = "conflict"


class Invalid(CallsvcError):
    kind = "invalid"


class Forbidden(CallsvcError):
    kind = "forbidden"


class Unavailable(CallsvcError):
    kind = "unavailable"
