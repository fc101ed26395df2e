"""The contact list as a French back office exports it, with everything that goes wrong on the way.

Windows-1252, semicolons, CRLF, a title line above the header, accents in the headers, a trailing total.
Telephone cells in a dozen forms, some ruined by the spreadsheet, some that never held a number.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from callsvc.demo.cast import Contact
from callsvc.demo.names import FIRST_NAMES, last_name, misspelled

HEADER: Final = (
    *("N° dossier", "Nom", "Prénom", "Date de naissance", "Téléphone", "Tél. 2", "Courriel"),
    *("Code postal", "Langue", "Fragile", "Date de signalement", "Ne plus appeler"),
)
SPELLED_TWICE: Final = 30
"""People who stand a second time in the list, their name written otherwise."""

GARBAGE: Final = (
    *(
        "3,36E+10",
        "3,36E+10",
        "2,62693E+11",
        "3,34E+10",
        "06 39 98 12",
        "39 75",
        "DOCTOLIB UNIQUEMENT",
        "néant",
    ),
    *("standard@exemple.fr", "48.573405", "9h-12h / 14h-17h", "0899 12 34 56", "fax 03 53 01 00 00", ""),
    *("0000000000", "15"),
)
"""Telephone cells of rows that cannot be called at all."""

_SECOND_CELLS: Final = ("3,36E+10", "idem", "voir fille", "09h-12h", "3646")
_LANGUAGES: Final = {"fr": ("Français", "", "FR", "français"), "en": ("Anglais", "anglais", "EN", "English")}


@dataclass(frozen=True, slots=True)
class ListFile:
    """The bytes of the list and what is in it: data rows, people, rows refused, people opposed."""

    content: bytes
    rows: int
    contacts: int
    refused: int
    twice: int
    opposed: int


def write_list(everybody: list[Contact], day: date, chance: random.Random) -> ListFile:
    """The list of a day: people in order, some again with another spelling, garbage rows strewn in."""
    rows = [_row(contact, day, chance) for contact in everybody]
    alone = [contact for contact in everybody if contact.housemate is None and not contact.opposed]
    for contact in chance.sample(alone, SPELLED_TWICE):
        place = everybody.index(contact)
        rows.append(_spelled_again(contact, rows[place], chance))
    for cell in GARBAGE:
        rows.insert(chance.randrange(len(rows)), _garbage_row(cell, day, chance))
    width = len(HEADER)
    lines = [
        [f"Personnes contacts à joindre – export du {day:%d/%m/%Y}"] + [""] * (width - 1),
        [""] * width,
        list(HEADER),
        *rows,
        [""] * width,
        ["Total", str(len(rows))] + [""] * (width - 2),
    ]
    text = "".join(";".join(map(_quoted, line)) + "\r\n" for line in lines)
    return ListFile(
        content=text.encode("cp1252"),
        rows=len(rows),
        contacts=len(everybody),
        refused=len(GARBAGE),
        twice=SPELLED_TWICE,
        opposed=sum(contact.opposed for contact in everybody),
    )


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ';"\n') else cell


def _row(contact: Contact, day: date, chance: random.Random) -> list[str]:
    second = ""
    if len(contact.numbers) > 1 and chance.random() < 0.7:
        second = _as_written(contact.numbers[1], chance)
        first = _as_written(contact.numbers[0], chance)
    else:
        first = " ou ".join(_national(number) for number in contact.numbers)
        if len(contact.numbers) == 1:
            first = _as_written(contact.numbers[0], chance)
            second = chance.choice(_SECOND_CELLS) if chance.random() < 0.04 else ""
    return [
        contact.reference,
        contact.last_name,
        contact.first_name,
        _birth(contact.birth_year, chance),
        first,
        second,
        f"{contact.first_name[0].lower()}{chance.randrange(1000)}@exemple.fr"
        if chance.random() < 0.2
        else "",
        contact.postcode,
        chance.choice(_LANGUAGES[contact.language]),
        chance.choice(("oui", "X", "OUI") if contact.fragile else ("non", "", "")),
        f"{_reported(contact, day):%d/%m/%Y %H:%M}",
        chance.choice(("oui", "X", "ne plus appeler")) if contact.opposed else "",
    ]


def _birth(year: int, chance: random.Random) -> str:
    if chance.random() < 0.25:
        return str(year)
    return f"{chance.randrange(1, 29):02}/{chance.randrange(1, 13):02}/{year}"


def _reported(contact: Contact, day: date) -> datetime:
    """The evening before: the same for all contacts of a case."""
    minutes = sum(map(ord, contact.reference)) * 7 % 300
    return datetime.combine(day - timedelta(days=1), time(14)) + timedelta(minutes=minutes)


def _national(e164: str) -> str:
    return "0" + e164.removeprefix("+262" if e164.startswith("+262") else "+33")


def _as_written(e164: str, chance: random.Random) -> str:
    """A number as people type it: in pairs, with dots, abroad-style, or after the spreadsheet had it."""
    national = _national(e164)
    pairs = [national[place : place + 2] for place in range(0, 10, 2)]
    forms = [
        *(" ".join(pairs), national, " ".join(pairs), national, ".".join(pairs), "-".join(pairs)),
        *(national[1:], "\u00a0".join(pairs), f"{' '.join(pairs)}.", f"Tél : {' '.join(pairs)}"),
    ]
    if e164.startswith("+33"):
        rest = " ".join(pairs)[1:]
        forms += [e164, f"+33 (0){rest}", f"0033{national[1:]}", e164[1:]]
    if chance.random() < 0.02:
        return f"{' '.join(pairs)} (après 18h)"
    return chance.choice(forms)


def _spelled_again(contact: Contact, row: list[str], chance: random.Random) -> list[str]:
    again = list(row)
    again[1] = misspelled(contact.last_name, chance)
    again[2] = contact.first_name.upper() if chance.random() < 0.5 else contact.first_name
    again[4] = _national(contact.numbers[0])
    again[5] = ""
    return again


def _garbage_row(cell: str, day: date, chance: random.Random) -> list[str]:
    name, first = last_name(chance), chance.choice(FIRST_NAMES)
    year = str(chance.randrange(1930, 2003))
    return ["D20-44001", name, first, year, cell, "", "", "67000", "", "", f"{day:%d/%m/%Y}", ""]
