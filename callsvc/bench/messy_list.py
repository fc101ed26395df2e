"""A long list with the mess that real lists have, written by itself: the same seed, the same list."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from callsvc.core.france import DEPARTMENTS

HEADER: Final = (
    "N° dossier;Nom;Prénom;Téléphone;Tél. 2;Date de naissance;Code postal;Langue;Fragile;"
    "Date de signalement;Ne plus appeler"
)
_FIRST: Final = (
    *("Zoé", "Léo", "Camille", "Nour", "Jean-Pierre", "Anaïs", "Mohamed", "Françoise", "Inès", "Théo", "Aya"),
    *("Louise", "Marie-Claude", "Ibrahim", "Chloé", "Wei", "Gaëlle", "Sacha", "Fatoumata", "Björn", "Ana"),
)
_STARTS: Final = (
    "LE ",
    "DE ",
    "BEL",
    "MAR",
    "VAL",
    "GUÉ",
    "DUR",
    "CHA",
    "PER",
    "MON",
    "SAINT-",
    "BEN ",
    "O'",
)
_MIDDLES: Final = ("TIN", "RAN", "LIÈ", "GOU", "VER", "SSI", "NAR", "DEL", "MOU", "PHÉ", "RRE")
_ENDS: Final = ("ET", "IER", "EAU", "ARD", "OUX", "AND", "ÈS", "IN", "ONT", "AC", "Y")
_SECOND: Final = 0.35  # share of people with a second number
_AGAIN: Final = 0.02  # share of lines that repeat a person
_HOUSEHOLD: Final = 0.02  # share of lines whose first number is the line's above
_OPPOSED: Final = 0.005
_METROPOLITAN: Final = tuple(code for code, one in DEPARTMENTS.items() if one.territory == "FR")
_PREFIXES: Final = ("01", "02", "03", "04", "05", "06", "06", "06", "07", "07", "09")
_LANGUAGES: Final = ("Français",) * 17 + ("Anglais", "arabe", "inconnue")
_FRAGILE: Final = ("non",) * 8 + ("oui", "forte")
_RUINED: Final = (
    *("3,36E+10", "2,62263E+11", "DOCTOLIB UNIQUEMENT", "contact@exemple.fr", "48.573405", "9h-12h"),
    *("39 75", "0899 12 34 56", "fax 03 88 12 34 56", "06 12 34 56", "0000000000"),
)


def write_messy_list(path: Path, rows: int, seed: int = 7) -> None:
    """Write `rows` people in Windows-1252, semicolons and CRLF, below a title line, above a total."""
    chance = random.Random(seed)  # noqa: S311 - an invented list
    with path.open("w", encoding="cp1252", errors="replace", newline="") as file:
        file.write(f"Personnes à joindre;;;;;;;;;;\r\n{HEADER}\r\n")
        file.writelines(_lines(rows, chance))
        file.write(f"Total;{rows};;;;;;;;;\r\n")


def phone_cells(path: Path) -> Iterator[str]:
    """The telephone cells of a list written here, as they are."""
    with path.open(encoding="cp1252", newline="") as file:
        for line in file:
            cells = line.split(";")
            if cells[0][:1] == "D":
                yield from filter(None, cells[3:5])


def _lines(rows: int, chance: random.Random) -> Iterator[str]:
    surnames = [start + middle + end for start in _STARTS for middle in _MIDDLES for end in _ENDS]
    above: list[str] = []
    for row in range(rows):
        if above and chance.random() < _AGAIN:
            yield ";".join([above[0], above[1].upper(), *above[2:]]) + "\r\n"
            continue
        above = _person(row, surnames, above, chance)
        yield ";".join(above) + "\r\n"


def _person(row: int, surnames: list[str], above: list[str], chance: random.Random) -> list[str]:
    """A person; some 6,300 postcodes in all, as France has."""
    phone = above[3] if above and chance.random() < _HOUSEHOLD else _cell(chance)
    return [
        f"D{row // 12:06}",
        chance.choice(surnames),
        chance.choice(_FIRST),
        phone,
        _cell(chance) if chance.random() < _SECOND else "",
        f"{chance.randrange(1, 29):02}/{chance.randrange(1, 13):02}/{chance.randrange(1930, 2008)}",
        f"{chance.choice(_METROPOLITAN).replace('A', '0').replace('B', '2')}{chance.randrange(66) * 10:03}",
        chance.choice(_LANGUAGES),
        chance.choice(_FRAGILE),
        f"16/11/2020 {chance.randrange(7, 20):02}:{chance.randrange(60):02}",
        "oui" if chance.random() < _OPPOSED else "",
    ]


def _cell(chance: random.Random) -> str:
    """A telephone cell: most as people write them, one in twelve with one of the accidents of the trade."""
    number = chance.choice(_PREFIXES) + f"{chance.randrange(10**8):08}"
    pairs = [number[start : start + 2] for start in range(0, 10, 2)]
    kind = chance.random()
    if kind < 0.58:
        return " ".join(pairs)
    if kind < 0.76:
        return number
    if kind < 0.84:
        return number[1:]  # the spreadsheet took the zero
    if kind < 0.88:
        return ".".join(pairs)
    if kind < 0.92:
        return f"+33{number[1:]}"
    return _accident(number, pairs, chance)


def _accident(number: str, pairs: list[str], chance: random.Random) -> str:
    other = chance.choice(_PREFIXES) + f"{chance.randrange(10**8):08}"
    return chance.choice(
        (
            "\xa0".join(pairs),
            f"33{number[1:]}",
            f"0033 {number[1]} {' '.join(pairs[1:])}",
            f"+33 (0){number[1]} {' '.join(pairs[1:])}",
            f"{' '.join(pairs)} / {other}",
            f"{number} ou {other}",
            f"{number} poste {number[-4:]}",
            f"0692{number[4:]}",
            f"{' '.join(pairs)}.",
            chance.choice(_RUINED),
        )
    )
