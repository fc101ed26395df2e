"""News of imports."""

from dataclasses import dataclass

from callsvc.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ContactsImported(Event):
    """A batch of people was imported for a campaign: they must be put into it."""

    import_id: str
    campaign_id: str
    contact_ids: tuple[str, ...]
