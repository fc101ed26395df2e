"""Two rows that share a number: one person, or two of one household?"""

import pytest

from callsvc.contacts.importing.matching import same_person


@pytest.mark.parametrize(
    ("known", "new", "likeness"),
    [
        (("Zoé", "DUPRÉ", 1957), ("ZOE", "Dupre", 1957), "same"),
        (("Zoé", "DUPRÉ", 1957), ("Dupré", "Zoé", None), "same"),
        (("Jean", "DUPONT", 1957), ("Jean", "DUPOND", 1957), "spelled-differently"),
        (("Jean", "DUPONT", None), ("Jean", "DUPONT MARTIN", 1957), "spelled-differently"),
        (("Anne-Marie", "LE GOFF", 1957), ("Anne Marie", "LEGOFF", 1957), "spelled-differently"),
        (("Léo", "MARTIN", 2001), ("Léa", "MARTIN", 2001), "another"),
        (("Jean", "DUPONT", 1930), ("Jean", "DUPOND", 1960), "another"),
        (("Jean", "LEROY", 1957), ("Jean", "MARTIN", 1957), "another"),
        (("Jean", "ROY", 1957), ("Jean", "ROUX", 1957), "another"),
        (("", "DUPONT", None), ("", "DURAND", None), "another"),
        (("", "", None), ("", "", None), "same"),
    ],
)
def test_people_of_one_number_are_one_or_several(
    known: tuple[str, str, int | None], new: tuple[str, str, int | None], likeness: str
) -> None:
    assert same_person(known, new) == likeness
    assert same_person(new, known) == likeness
