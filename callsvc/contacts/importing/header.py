"""The line of column names: where it is, and which field each column holds."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from callsvc.core.errors import Invalid

FIELDS: Final = (
    "phone",
    "first_name",
    "last_name",
    "full_name",
    "birth_year",
    "language",
    "postcode",
    "department",
    "fragility",
    "priority",
    "reported_at",
    "elicited_at",
    "opposition",
    "consent",
    "consent_basis",
    "consent_on",
    "preferred",
    "reference",
    "synthetic",
    "ignore",
)
"""What a column can be mapped to; several columns may be `phone`."""

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "first_name": ("prenom", "prenoms", "first name", "firstname", "given name"),
    "last_name": (
        *("nom", "nom de famille", "nom usuel", "nom d usage", "nom de naissance", "nom patient"),
        *("nom du patient", "last name", "lastname", "surname", "family name"),
    ),
    "full_name": (
        *("nom complet", "nom prenom", "nom et prenom", "nom prenoms", "prenom nom", "prenom et nom"),
        *("patient", "full name", "name", "nom de la personne"),
    ),
    "birth_year": (
        *("date de naissance", "date naissance", "naissance", "ne le", "ne e le", "nee le", "ddn", "dob"),
        *("annee de naissance", "annee naissance", "annee", "birth date", "birthdate", "date of birth"),
        *("birth year", "year of birth"),
    ),
    "language": ("langue", "langue parlee", "langue maternelle", "language", "lang"),
    "postcode": (
        "code postal",
        "cp",
        "code post",
        "codepostal",
        "postal code",
        "postcode",
        "zip",
        "zip code",
    ),
    "department": ("departement", "dept", "dep", "dpt", "departement de residence", "department"),
    "fragility": (
        *("fragile", "fragilite", "personne fragile", "vulnerable", "vulnerabilite", "a risque"),
        *("niveau de fragilite", "fragility"),
    ),
    "reported_at": (
        *("date de signalement", "date du signalement", "date signalement", "signalement", "signale le"),
        *("date de declaration", "reported at", "reported", "report date"),
    ),
    "elicited_at": (
        *("date de recueil", "recueilli le", "date d identification", "identifie le", "date de contact"),
        *("elicited at", "elicited"),
    ),
    "priority": ("priorite", "priority"),
    "opposition": (
        *("opposition", "oppose", "ne plus appeler", "ne pas appeler", "refus d appel", "opt out", "optout"),
        *("do not call", "stop"),
    ),
    "consent": ("consentement", "consent", "accord", "accord de la personne"),
    "consent_basis": ("base legale", "base juridique", "fondement", "consent basis", "legal basis"),
    "consent_on": (
        *("date de consentement", "date du consentement", "date consentement", "consenti le"),
        *("date d accord", "consent date", "consented on"),
    ),
    "preferred": (
        *("numero prefere", "telephone prefere", "tel prefere", "numero a privilegier"),
        *("preference telephone", "preferred number", "preferred phone", "preferred"),
    ),
    "reference": (
        *("n dossier", "no dossier", "num dossier", "numero de dossier", "numero dossier", "dossier"),
        *("n de dossier", "reference", "ref", "ref dossier", "id dossier", "case number", "case"),
    ),
    "synthetic": ("synthetique", "synthetic", "fictif", "numero fictif"),
}
_BY_NAME: Final = {name: field for field, names in _NAMES.items() for name in names}
_PHONE: Final = frozenset(
    ("tel", "tels", "telephone", "telephones", "portable", "mobile", "gsm", "phone", "tph", "fixe", "msisdn")
)
_SOMEONE_ELSE: Final = frozenset(
    ("fax", "telecopie", "medecin", "traitant", "employeur", "confiance", "tuteur", "labo", "laboratoire")
)
"""A phone column with one of these words is not the person's: it is read only when mapped by hand."""

HEADER_WITHIN: Final = 30
"""Records among which the header is looked for."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name as written, and the field it holds (None: not used)."""

    name: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Header:
    """The header line: its line number and its columns, in order."""

    line: int
    columns: tuple[Column, ...]

    def places(self, field: str) -> tuple[int, ...]:
        """The positions of the columns that hold a field."""
        return tuple(place for place, column in enumerate(self.columns) if column.field == field)


def plain(name: str) -> str:
    """A column name for comparison: `N° Dossier`, `n_dossier` and `N. DOSSIER` are all `n dossier`."""
    bare = unicodedata.normalize("NFKD", name.replace("°", " ").replace("œ", "oe")).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9]+", " ", bare.decode().lower()).strip()


def field_of(name: str) -> str | None:
    """The field a column name means, or None: `Tél. 2` is `phone`, `Téléphone du médecin` is nobody's."""
    bare = plain(name)
    if not bare or len(bare) > 60:
        return None
    words = {word.rstrip("0123456789") for word in bare.split()}
    if "cp" in words and len(words) <= 2:
        return "postcode"
    if _BY_NAME.get(bare) == "preferred":
        return "preferred"
    if words & _PHONE:
        return None if words & _SOMEONE_ELSE else "phone"
    return _BY_NAME.get(bare) or _BY_NAME.get(re.sub(r" ?\d+$", "", bare))


def read_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """`("Tél=phone",)` to `{"tel": "phone"}`; Invalid `mapping-unreadable` or `mapping-unknown-field`."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        name, equals, field = pair.rpartition("=")
        if not equals or not name.strip():
            raise Invalid("mapping-unreadable", f'Write a mapping as "column=field", not {pair!r}.')
        if field.strip() not in FIELDS:
            raise Invalid(
                "mapping-unknown-field", f"{field.strip()!r} is not a field; use one of {', '.join(FIELDS)}."
            )
        mapping[plain(name)] = field.strip()
    return mapping


def columns_of(cells: Sequence[str], mapping: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns a line would make if it were the header; the mapping outranks our reading of a name."""
    found = []
    for cell in cells:
        mapped = mapping.get(plain(cell))
        field = mapped or field_of(cell)
        found.append(Column(cell.strip(), None if field == "ignore" else field))
    while found and not found[-1].name:
        found.pop()
    return tuple(found)


def choose_header(candidates: Sequence[tuple[int, Sequence[str]]], mapping: Mapping[str, str]) -> Header:
    """The first of the candidate lines that names most fields, among those with a phone column.

    Raises Invalid: `mapping-column-missing` when a mapped column is in no line, `no-phone-column` with the
    names that were found when nothing looks like a telephone, both saying which option helps.
    """
    best: Header | None = None
    best_score = 0
    widest: tuple[Column, ...] = ()
    for line, cells in candidates:
        columns = columns_of(cells, mapping)
        score = len({column.field for column in columns if column.field})
        if score > best_score and any(column.field == "phone" for column in columns):
            best, best_score = Header(line, columns), score
        widest = max(widest, columns, key=len)
    if best is None:
        names = ", ".join(column.name[:30] for column in widest[:12] if column.name) or "none"
        raise Invalid(
            "no-phone-column",
            f"No line of the first {HEADER_WITHIN} names a telephone column (found: {names}). Add a header "
            'line, or say which column it is: --map "Column=phone".',
        )
    present = {plain(column.name) for column in best.columns}
    for name in mapping:
        if name not in present:
            raise Invalid(
                "mapping-column-missing",
                f"The header on line {best.line} has no column {name!r}: check --map.",
            )
    return best
