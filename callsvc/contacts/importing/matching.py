"""Is it the same person? Two rows that share a number are, or are two people of one household."""

from typing import Final, Literal, TypeAlias

from callsvc.contacts.importing.fields import bare, folded_name

Likeness: TypeAlias = Literal["same", "spelled-differently", "another"]

_SHORT: Final = 6
"""Letters below which one wrong letter is the most that is forgiven in a last name; two otherwise."""


def same_person(known: tuple[str, str, int | None], new: tuple[str, str, int | None]) -> Likeness:
    """Compare two (first name, last name, birth year) that share a telephone number.

    Accents, capitals, hyphens and the order of names never matter. Beyond that the first names must be equal
    (Léo and Léa MARTIN, born the same year, are twins), the birth years must not differ, and the last names
    may differ by a letter or two (DUPOND, DUPONT) or by a second name (DUPONT, DUPONT MARTIN).
    """
    if folded_name(known[0], known[1]) == folded_name(new[0], new[1]):
        return "same"
    if known[2] is not None and new[2] is not None and known[2] != new[2]:
        return "another"
    first, other_first = bare(known[0]), bare(new[0])
    last, other_last = bare(known[1]), bare(new[1])
    if not first or not last or not other_last or first.replace(" ", "") != other_first.replace(" ", ""):
        return "another"
    words, other_words = set(last.split()), set(other_last.split())
    if words <= other_words or other_words <= words:
        return "spelled-differently"
    forgiven = 1 if min(len(last), len(other_last)) < _SHORT else 2
    return "spelled-differently" if _distance_within(last, other_last, forgiven) else "another"


def _distance_within(one: str, other: str, limit: int) -> bool:
    """Whether at most `limit` letters were added, lost or changed between two short words."""
    if abs(len(one) - len(other)) > limit:
        return False
    previous = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, other_letter in enumerate(other, 1):
            current.append(
                min(
                    previous[column] + 1,
                    current[column - 1] + 1,
                    previous[column - 1] + (letter != other_letter),
                )
            )
        previous = current
    return previous[-1] <= limit
