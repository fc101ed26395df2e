"""News about numbers and people."""

from dataclasses import dataclass

from callsvc.core.events import Event


@dataclass(frozen=True, kw_only=True)
class NumberSuppressed(Event):
    """A new do-not-contact entry: calls and messages under way must end."""

    number_id: str
    scope: str
    purpose: str
