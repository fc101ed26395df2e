"""``sms_fallback``: what is sent to whom no call reached."""

from pydantic import Field

from callsvc.campaigns.definitions.part import Part


class SmsFallback(Part):
    """One SMS to a person whom no call reached; it names neither purpose nor health."""

    sender: str = Field(min_length=1)
    text: dict[str, str] = Field(min_length=1)
