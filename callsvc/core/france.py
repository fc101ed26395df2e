"""The map of France the service needs: regions, departments, postcodes, territories and their clocks.

Codes are INSEE's (18 regions; 101 departments and the overseas collectivities that have a postcode).
A *territory* is the ISO 3166 code a phone number belongs to: `FR` for the mainland and Corsica, `RE`, `YT`,
`GP`... for the others. Clocks matter because a call at 09:00 in Paris rings at 03:00 in Fort-de-France.

Everything here is data and arithmetic: no database, no file, no network.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

PARIS: Final = "Europe/Paris"

REGIONS: Final = MappingProxyType(
    {
        "01": "Guadeloupe",
        "02": "Martinique",
        "03": "Guyane",
        "04": "La Réunion",
        "06": "Mayotte",
        "11": "Île-de-France",
        "24": "Centre-Val de Loire",
        "27": "Bourgogne-Franche-Comté",
        "28": "Normandie",
        "32": "Hauts-de-France",
        "44": "Grand Est",
        "52": "Pays de la Loire",
        "53": "Bretagne",
        "75": "Nouvelle-Aquitaine",
        "76": "Occitanie",
        "84": "Auvergne-Rhône-Alpes",
        "93": "Provence-Alpes-Côte d'Azur",
        "94": "Corse",
    }
)
"""INSEE region code -> name: the 18 regions."""

ZONES: Final = MappingProxyType(
    {
        "FR": PARIS,
        "RE": "Indian/Reunion",
        "YT": "Indian/Mayotte",
        "GP": "America/Guadeloupe",
        "MQ": "America/Martinique",
        "GF": "America/Cayenne",
        "PM": "America/Miquelon",
        "BL": "America/St_Barthelemy",
        "MF": "America/Marigot",
        "WF": "Pacific/Wallis",
        "PF": "Pacific/Tahiti",
        "NC": "Pacific/Noumea",
    }
)
"""Territory -> IANA time zone. Polynesia's outer islands (Marquesas, Gambier) are read as Tahiti, where
nearly all its people live: at most one hour away."""

# region: "department name" pairs; a department without a region is an overseas collectivity.
_MAP: Final = """
84: 01 Ain|03 Allier|07 Ardèche|15 Cantal|26 Drôme|38 Isère|42 Loire|43 Haute-Loire|63 Puy-de-Dôme
84: 69 Rhône|73 Savoie|74 Haute-Savoie
32: 02 Aisne|59 Nord|60 Oise|62 Pas-de-Calais|80 Somme
93: 04 Alpes-de-Haute-Provence|05 Hautes-Alpes|06 Alpes-Maritimes|13 Bouches-du-Rhône|83 Var|84 Vaucluse
44: 08 Ardennes|10 Aube|51 Marne|52 Haute-Marne|54 Meurthe-et-Moselle|55 Meuse|57 Moselle|67 Bas-Rhin
44: 68 Haut-Rhin|88 Vosges
76: 09 Ariège|11 Aude|12 Aveyron|30 Gard|31 Haute-Garonne|32 Gers|34 Hérault|46 Lot|48 Lozère
76: 65 Hautes-Pyrénées|66 Pyrénées-Orientales|81 Tarn|82 Tarn-et-Garonne
28: 14 Calvados|27 Eure|50 Manche|61 Orne|76 Seine-Maritime
75: 16 Charente|17 Charente-Maritime|19 Corrèze|23 Creuse|24 Dordogne|33 Gironde|40 Landes
75: 47 Lot-et-Garonne|64 Pyrénées-Atlantiques|79 Deux-Sèvres|86 Vienne|87 Haute-Vienne
24: 18 Cher|28 Eure-et-Loir|36 Indre|37 Indre-et-Loire|41 Loir-et-Cher|45 Loiret
27: 21 Côte-d'Or|25 Doubs|39 Jura|58 Nièvre|70 Haute-Saône|71 Saône-et-Loire|89 Yonne
27: 90 Territoire de Belfort
53: 22 Côtes-d'Armor|29 Finistère|35 Ille-et-Vilaine|56 Morbihan
52: 44 Loire-Atlantique|49 Maine-et-Loire|53 Mayenne|72 Sarthe|85 Vendée
11: 75 Paris|77 Seine-et-Marne|78 Yvelines|91 Essonne|92 Hauts-de-Seine|93 Seine-Saint-Denis
11: 94 Val-de-Marne|95 Val-d'Oise
94: 2A Corse-du-Sud|2B Haute-Corse
01: 971 Guadeloupe
02: 972 Martinique
03: 973 Guyane
04: 974 La Réunion
06: 976 Mayotte
--: 975 Saint-Pierre-et-Miquelon|977 Saint-Barthélemy|978 Saint-Martin|986 Wallis-et-Futuna
--: 987 Polynésie française|988 Nouvelle-Calédonie
"""

_TERRITORIES: Final = {
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}

_ISLAND_POSTCODES: Final = {"97133": "977", "97150": "978"}
"""Saint-Barthélemy and Saint-Martin kept Guadeloupean postcodes when they became collectivities."""


@dataclass(frozen=True, slots=True)
class Department:
    """A department, or an overseas collectivity that has one's kind of code.

    Example: `DEPARTMENTS["974"]` is `Department("974", "La Réunion", region="04", territory="RE")`.
    """

    code: str
    name: str
    region: str | None
    territory: str


def _read_map() -> dict[str, Department]:
    found: dict[str, Department] = {}
    for line in _MAP.strip().splitlines():
        region, departments = line.split(": ")
        for entry in departments.split("|"):
            code, name = entry.split(" ", 1)
            found[code] = Department(
                code, name, None if region == "--" else region, _TERRITORIES.get(code, "FR")
            )
    return dict(sorted(found.items()))


DEPARTMENTS: Final = MappingProxyType(_read_map())
"""Department code -> department: 101 departments and six overseas collectivities."""


def _plain(text: str) -> str:
    """Compare names without accents, case or punctuation: `Val d’Oise` is `val d oise`."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip()


_BY_NAME: Final = {_plain(entry.name.replace("'", " ")): code for code, entry in DEPARTMENTS.items()}


@lru_cache(maxsize=8192)  # a list repeats a few hundred of them
def department_code(text: str | None) -> str | None:
    """The department a cell names, or None: `1`, `01`, `2a`, `57 - Moselle`, `La Réunion` and `D974` all do.

    A name alone is looked up without accents; a number is padded, because Excel drops the zero of `01`.
    """
    if not text:
        return None
    match = re.match(r"\s*D?\s*(2[AB]|\d{1,3})(?![\dA-Z])", text.upper())
    if match:
        code = match.group(1).zfill(2)
        return code if code in DEPARTMENTS else None
    if found := department_of(text):
        return found
    plain = _plain(text.replace("'", " ").replace("’", " "))
    return _BY_NAME.get(plain) or _BY_NAME.get(f"la {plain}")


@lru_cache(maxsize=8192)
def postcode_of(text: str | None) -> str | None:
    """The five-digit postcode a cell holds, or None: `1000` (Excel), `75 001`, `F-67000` and `67000.0` do."""
    if not text:
        return None
    bare = re.sub(r"\s", "", text).upper().removeprefix("F-").removeprefix("FR-")
    bare = re.sub(r"[.,]0+$", "", bare)
    if not re.fullmatch(r"[0-9]{4,5}", bare):
        return None
    return bare.zfill(5)


@lru_cache(maxsize=8192)
def department_of(postcode: str | None) -> str | None:
    """The department of a postcode, or None when it has none (Monaco, an invented one).

    Corsica: 200xx and 201xx are Corse-du-Sud, 202xx to 206xx Haute-Corse. A few border communes are served
    from the next department's post office; their postcode says that one, as La Poste does.
    """
    code = postcode_of(postcode)
    if code is None:
        return None
    if code in _ISLAND_POSTCODES:
        return _ISLAND_POSTCODES[code]
    if code.startswith("20"):
        return "2A" if code < "20200" else "2B"
    candidate = code[:3] if code.startswith(("97", "98")) else code[:2]
    return candidate if candidate in DEPARTMENTS else None


def region_of(department: str | None) -> str | None:
    """The INSEE code of a department's region, or None for an overseas collectivity: `57` is in `44`."""
    entry = DEPARTMENTS.get(department or "")
    return entry.region if entry else None


def territory_of(department: str | None) -> str | None:
    """The ISO territory of a department: `974` is `RE`, `57` is `FR`; None when it is unknown."""
    entry = DEPARTMENTS.get(department or "")
    return entry.territory if entry else None


def departments_in(region: str) -> tuple[str, ...]:
    """The department codes of a region, in order: `departments_in("94")` is `("2A", "2B")`."""
    return tuple(code for code, entry in DEPARTMENTS.items() if entry.region == region)


def zone_of_department(department: str | None) -> str | None:
    """The time zone people of a department live in, or None when the department is unknown."""
    territory = territory_of(department)
    return ZONES[territory] if territory else None
