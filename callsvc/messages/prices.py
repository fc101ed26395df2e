"""What an SMS costs: its segments at the price of its country, over ``CALLSVC_SMS_PRICES``."""

from collections.abc import Mapping

from callsvc.campaigns.definition import CampaignFile
from callsvc.core.settings import Settings
from callsvc.core.tariffs import MICRO
from callsvc.messages.segments import count

_ANY = "*"


def prices_of(settings: Settings, config: CampaignFile) -> dict[str, float]:
    """Euros for a segment by country: the campaign's own over those of the settings."""
    pairs = (pair.split("=") for pair in settings.callsvc_sms_prices.split(",") if pair)
    return {country: float(price) for country, price in pairs} | config.sms.prices


def price_of(prices: Mapping[str, float], country: str) -> float | None:
    """Euros for one segment to this country.

    >>> price_of({"FR": 0.08, "*": 0.1}, "RE"), price_of({"FR": 0.08}, "RE")
    (0.1, None)
    """
    return prices.get(country, prices.get(_ANY))


def cost_of_text(prices: Mapping[str, float], country: str, text: str) -> int:
    """Micro-euros of one SMS, for a budget: to a country without a price, at the dearest there is.

    >>> cost_of_text({"FR": 0.08}, "FR", "a" * 161), cost_of_text({"FR": 0.08}, "RE", "a")
    (160000, 80000)
    """
    price = price_of(prices, country)
    dearest = max(prices.values(), default=0.0)
    return count(text).segments * round((dearest if price is None else price) * MICRO)
