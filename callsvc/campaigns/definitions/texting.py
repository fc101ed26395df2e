"""``sms``: how a campaign writes, where that differs from how it calls."""

from pydantic import Field

from callsvc.campaigns.definitions.windows import Window
from callsvc.core.yaml_files import Part


class Texting(Part):
    """Hours and prices of SMS.

    ``windows`` are the campaign's own unless given. ``prices`` are euros a segment by country (``"*"``: any
    other), over those of ``CALLSVC_SMS_PRICES``; they are for the estimate and the budget of euros.
    """

    windows: list[Window] = Field(default_factory=list)
    prices: dict[str, float] = Field(default_factory=dict)
