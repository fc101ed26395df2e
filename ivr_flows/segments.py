"""How many SMS a text costs.

GSM 03.38: a text within the default alphabet has 160 septets in one message and 153 in each part
of a longer one; a character of the extension table costs two. Any other character (ê, ç, î, an
Arabic letter) turns the whole text into UCS-2: 70 units of 16 bits in one message, 67 in each part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENDED = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class Size:
    """``units`` are septets for GSM-7 and 16-bit units for UCS-2."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int


def measure(text: str) -> Size:
    """The cost of a text.

    >>> measure("Votre rendez-vous est confirmé."), measure("Reçu").encoding
    (Size(encoding='GSM-7', units=31, segments=1), 'UCS-2')
    """
    if all(c in GSM7 or c in GSM7_EXTENDED for c in text):
        costs = [2 if c in GSM7_EXTENDED else 1 for c in text]
        return Size("GSM-7", sum(costs), _parts(costs, 160, 153))
    costs = [2 if ord(c) > 0xFFFF else 1 for c in text]
    return Size("UCS-2", sum(costs), _parts(costs, 70, 67))


def _parts(costs: list[int], whole: int, part: int) -> int:
    """Count the messages; a character of two units is never cut in the middle."""
    if sum(costs) <= whole:
        return 1
    count, room = 1, part
    for cost in costs:
        if cost > room:
            count, room = count + 1, part
        room -= cost
    return count


def foreign(text: str) -> str:
    """The characters that turn a text into UCS-2, each once, in order.

    >>> foreign("Reçu : êtes-vous prêt ?")
    'çê'
    """
    return "".join(dict.fromkeys(c for c in text if c not in GSM7 and c not in GSM7_EXTENDED))
