"""Erase personal data that nobody needs any more."""

from callsvc.retention.passing import forget_due
from workers import current_runtime


def run(ids: list[str]) -> None:  # noqa: ARG001 - every job takes ids; this one needs none
    forget_due(current_runtime())
