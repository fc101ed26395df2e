"""The floor ledger: a running account of how a region keeps its promise to its own callers.

Each own call resolved (answered by anybody, or abandoned) books 1 - aim when it was answered in time and -aim
when it was not, clipped at both ends: no credit is saved up for long, no debt lasts for ever. Below zero, the
region lends less (``reserves.kept_idle``).
"""

from typing import Final

MOST: Final = 10.0
"""The account never leaves -10 to 10 calls."""


def booked(ledger: float, in_time: bool, aim: float) -> float:
    """The account after one own call. ``aim``: the floor plus its margin.

    >>> booked(0.0, False, 0.72), booked(9.9, True, 0.72)
    (-0.72, 10.0)
    """
    moved = ledger + (1.0 - aim if in_time else -aim)
    return MOST if moved > MOST else -MOST if moved < -MOST else moved
