"""Fetch what has had no news."""

from callsvc.dialing.settling import reconcile
from workers import current_runtime


def run(ids: list[str]) -> None:
    reconcile(current_runtime(), ids)
