"""What a minute costs, by territory and kind of number; estimates, until the carrier's bill says better.

``FR:fixed=0.012,FR:mobile=0.035,RE=0.06,*=0.20``: euros a minute. The most telling entry wins: territory and
kind, territory, then the star, which must be there so that no call is ever thought to be free.
"""

from collections.abc import Mapping
from functools import lru_cache

MICRO = 1_000_000  # of a euro: sums are whole numbers


@lru_cache(maxsize=8)
def read_tariffs(text: str) -> Mapping[str, int]:
    """Entry -> micro-euros a minute. Raises ValueError with a sentence for whoever wrote it."""
    tariffs: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, euros = part.partition("=")
        try:
            tariffs[name.strip()] = round(float(euros) * MICRO)
        except ValueError:
            raise ValueError(f"{part!r} is no tariff; write FR:mobile=0.035") from None
    if "*" not in tariffs or any(rate < 0 for rate in tariffs.values()):
        raise ValueError(
            "a table of tariffs has an entry for all others, such as *=0.20, and nothing below 0"
        )
    return tariffs


def rate_of(tariffs: Mapping[str, int], country: str, kind: str) -> int:
    """Micro-euros a minute to such a number.

    >>> rate_of(read_tariffs("FR:mobile=0.035,*=0.2"), "FR", "mobile")
    35000
    """
    for entry in (f"{country}:{kind}", country):
        if entry in tariffs:
            return tariffs[entry]
    return tariffs["*"]


def cost_of(rate: int, seconds: int) -> int:
    """Micro-euros of a call: carriers bill begun minutes. A call that was not answered costs nothing.

    >>> cost_of(35000, 61)
    70000
    """
    return rate * -(-seconds // 60)
