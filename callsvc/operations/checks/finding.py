"""What a check says."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "wrong", "skipped"]


@dataclass(frozen=True)
class Finding:
    """One line of the report. ``advice`` says what to do, and only something wrong has any."""

    check: str
    state: State
    message: str
    advice: str = ""


def ok(check: str, message: str) -> Finding:
    return Finding(check, "ok", message)


def wrong(check: str, message: str, advice: str) -> Finding:
    return Finding(check, "wrong", message, advice)


def skipped(check: str, message: str) -> Finding:
    return Finding(check, "skipped", message)
