"""Who the demonstration calls: people of four regions, Grand Est with four times the load of
Île-de-France."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from callsvc.core.france import department_of, region_of
from callsvc.demo.names import FIRST_NAMES, last_name

PEOPLE_IN: Final = MappingProxyType({"44": 400, "11": 100, "84": 80, "04": 50})
"""Region -> people. Grand Est is the region that must be helped."""

POSTCODES: Final = MappingProxyType(
    {
        "44": ("67000", "67500", "57000", "57100", "54000", "68100", "51100", "10000"),
        "11": ("75011", "75019", "93200", "94000", "77000"),
        "84": ("69003", "69100", "38000", "42000", "63000"),
        "04": ("97400", "97410", "97420"),
    }
)
_FIXED: Final = MappingProxyType({"44": "35301", "11": "19900", "84": "46571"})
_SECOND_NUMBERS: Final = 60  # people with a second number
_HOUSEHOLDS: Final = MappingProxyType({"44": 4, "11": 1, "84": 1})  # region -> pairs with one number
OPPOSED: Final = 8  # people marked in the opposition column
_CASE_SIZE: Final = 20  # contacts an index case names


@dataclass(slots=True)
class Contact:
    """An invented person as the back office knows them. `numbers` are E.164, the preferred first."""

    reference: str
    first_name: str
    last_name: str
    birth_year: int
    postcode: str
    numbers: list[str]
    language: str = "fr"
    fragile: bool = False
    opposed: bool = False
    housemate: "Contact | None" = field(default=None, repr=False)

    @property
    def department(self) -> str:
        """The department of the postcode."""
        return department_of(self.postcode) or ""

    @property
    def region(self) -> str:
        """The region of the postcode."""
        return region_of(self.department) or ""


def invent_cast(chance: random.Random) -> list[Contact]:
    """Everybody, in the order of the list: by index case, so that one case's contacts stand together.

    Numbers are reserved ones on the mainland (mobile 06 39 98, or the region's fixed range) and generated
    ones, to be imported as synthetic, in La Réunion. About one person in ten speaks English, one in seven
    is fragile.
    """
    mobiles = _numbers("63998", chance)
    fixed = {region: _numbers(start, chance) for region, start in _FIXED.items()}
    overseas = iter(f"+262692{place:06}" for place in chance.sample(range(1_000_000), 200))
    everybody: list[Contact] = []
    for region, people in PEOPLE_IN.items():
        for place in range(people):
            if region == "04":
                number = next(overseas)
            else:
                number = next(mobiles if chance.random() < 0.75 else fixed[region])
            case = f"D20-{region}{place // _CASE_SIZE + 1:03}"
            everybody.append(_person(case, region, number, chance))
    mainland = [contact for contact in everybody if contact.region != "04"]
    for contact in chance.sample(mainland, _SECOND_NUMBERS):
        contact.numbers.append(next(fixed[contact.region]))
    _marry(mainland, chance)
    alone = [contact for contact in everybody if contact.housemate is None]
    for contact in chance.sample(alone, OPPOSED):
        contact.opposed = True
    return everybody


def _numbers(start: str, chance: random.Random) -> Iterator[str]:
    """The numbers of a range reserved for fiction, shuffled."""
    return iter([f"+33{start}{place:04}" for place in chance.sample(range(10_000), 2000)])


def _person(case: str, region: str, number: str, chance: random.Random) -> Contact:
    return Contact(
        reference=case,
        first_name=chance.choice(FIRST_NAMES),
        last_name=last_name(chance),
        birth_year=chance.randrange(1930, 2003),
        postcode=chance.choice(POSTCODES[region]),
        numbers=[number],
        language="en" if chance.random() < 0.1 else "fr",
        fragile=chance.random() < 0.15,
    )


def _marry(mainland: list[Contact], chance: random.Random) -> None:
    """Give some pairs one address, one family name and one telephone."""
    free = [contact for contact in mainland if len(contact.numbers) == 1]
    for region, pairs in _HOUSEHOLDS.items():
        chosen = chance.sample([contact for contact in free if contact.region == region], pairs * 2)
        for first, second in zip(chosen[::2], chosen[1::2], strict=True):
            _share(first, second)


def _share(first: Contact, second: Contact) -> None:
    """Make two people of one region housemates with the first one's telephone."""
    second.reference, second.last_name, second.postcode = first.reference, first.last_name, first.postcode
    if second.first_name == first.first_name:
        second.first_name = next(name for name in FIRST_NAMES if name != first.first_name)
    second.numbers = list(first.numbers)
    second.housemate = first
    first.housemate = second
    first.language = second.language = "fr"
