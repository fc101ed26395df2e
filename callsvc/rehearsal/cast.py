"""Who picks up: a mixture of personas, and telephones that nobody has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callsvc.dialing.rehearsing import Stratum

# Weights as a first campaign of strangers meets them by day; each person is drawn by the simulator's seed.
MIXTURE: Final = {
    "cooperative": 34.0,
    "hesitant": 9.0,
    "elderly-slow": 8.0,
    "hurried": 6.0,
    "distracted": 5.0,
    "silent": 4.0,
    "talkative": 4.0,
    "voicemail": 12.0,
    "voicemail-short": 2.0,
    "never-answers": 9.0,
    "busy-then-free": 3.0,
    "hostile-opt-out": 2.0,
    "wrong-number": 2.0,
}
FOREIGN: Final = "non-french-speaker"


@dataclass(frozen=True)
class Role:
    """One person of the play: a number reserved for fiction, and the stratum they stand for."""

    number: str
    stratum: Stratum


def cast_of(strata: Sequence[Stratum]) -> list[Role]:
    """One role for each person of each stratum."""
    wanted = [stratum for stratum in strata for _ in range(stratum.people)]
    return [Role(number, stratum) for number, stratum in zip(_numbers(), wanted, strict=False)]


def telephones(roles: Sequence[Role]) -> list[dict[str, Any]]:
    """The simulator's file of people for these roles."""
    return [
        {"number": role.number, "personas": MIXTURE}
        if role.stratum.language == "fr"
        else {"number": role.number, "persona": FOREIGN}
        for role in roles
    ]


def _numbers() -> Iterator[str]:
    """Mobile numbers reserved for fiction: 06 39 98 and four digits."""
    yield from (f"+3363998{last:04d}" for last in range(10_000))
