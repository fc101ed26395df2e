"""News about campaigns."""

from dataclasses import dataclass

from callsvc.core.events import Event


@dataclass(frozen=True, kw_only=True)
class CampaignStopped(Event):
    """Stop was pressed: what is queued or rings must be cancelled."""

    campaign_id: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class ContactFinished(Event):
    """A person's place in a campaign has its outcome."""

    campaign_contact_id: str
    campaign_id: str
    region_code: str
    outcome: str
