"""One cell to one value, for every column but the telephone. None means unreadable: the caller says so."""

import re
import unicodedata
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

_YES: Final = frozenset(
    (
        "oui",
        "o",
        "yes",
        "y",
        "vrai",
        "true",
        "x",
        "1",
        "ok",
        "coche",
        "fragile",
        "vulnerable",
        "a risque",
        "ald",
    )
)
_NO: Final = frozenset(("non", "n", "no", "faux", "false", "0", "neant", "aucun", "aucune", "ras", "sans"))
_OPPOSED: Final = frozenset(
    (
        "oppose",
        "opposee",
        "opposition",
        "refus",
        "refuse",
        "stop",
        "arret",
        "ne plus appeler",
        "ne pas appeler",
    )
)
_LEVELS: Final = MappingProxyType(
    {"faible": 1, "legere": 1, "moyenne": 2, "moderee": 2, "forte": 3, "elevee": 3, "haute": 3, "severe": 3}
)
_LANGUAGES: Final = MappingProxyType(
    {
        "fr": ("fr", "fra", "fre", "francais", "french"),
        "en": ("en", "eng", "anglais", "english"),
        "ar": ("ar", "ara", "arabe", "arabic"),
        "es": ("es", "spa", "espagnol", "spanish"),
        "pt": ("pt", "por", "portugais", "portuguese"),
        "de": ("de", "deu", "ger", "allemand", "german"),
        "it": ("it", "ita", "italien", "italian"),
        "tr": ("tr", "tur", "turc", "turkish"),
        "ru": ("ru", "rus", "russe", "russian"),
        "zh": ("zh", "chi", "zho", "chinois", "mandarin", "chinese"),
        "ro": ("ro", "ron", "roumain", "romanian"),
        "pl": ("pl", "pol", "polonais", "polish"),
        "uk": ("uk", "ukr", "ukrainien", "ukrainian"),
        "rcf": ("rcf", "creole", "creole reunionnais"),
        "swb": ("swb", "shimaore", "mahorais"),
    }
)
_BASES: Final = MappingProxyType(
    {
        "consent": ("consentement", "consent", "accord", "consenti"),
        "public-interest": ("interet public", "mission d interet public", "public interest"),
        "legal-obligation": ("obligation legale", "legal obligation"),
        "vital-interest": ("interet vital", "interets vitaux", "vital interest"),
        "legitimate-interest": ("interet legitime", "legitimate interest"),
        "contract": ("contrat", "contract"),
    }
)
_BASIS_BY_WORD: Final = {word: code for code, words in _BASES.items() for word in words}
_KINDS: Final = MappingProxyType(
    {
        "mobile": ("mobile", "portable", "gsm", "port", "cell", "cell phone"),
        "fixed": ("fixe", "domicile", "maison", "fixed", "landline", "home"),
    }
)
_KIND_BY_WORD: Final = {word: kind for kind, words in _KINDS.items() for word in words}
_BY_WORD: Final = {word: code for code, words in _LANGUAGES.items() for word in words}
_MOMENTS: Final = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%d-%m-%Y",
    "%d.%m.%Y",
)
_NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]+")
_FRENCH_MOMENT: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})(?: (\d\d):(\d\d))?", re.ASCII)
_YEAR: Final = re.compile(r"(1[89]\d\d|20\d\d)(?:[.,]0+)?")


def bare(text: str) -> str:
    """A word for comparison: no accents, no capitals, no punctuation at its ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_A_LETTER.sub(" ", text.lower()).strip()


def read_yes_no(text: str) -> bool | None:
    """`oui`, `X`, `1`, `vrai` are True; `non`, `0`, `néant` False; anything else None."""
    word = bare(text)
    return True if word in _YES else False if word in _NO else None


def read_opposition(text: str) -> bool | None:
    """True when the person does not want calls, False when the cell clearly says no, None when unclear."""
    return True if bare(text) in _OPPOSED else read_yes_no(text)


def read_fragility(text: str) -> int | None:
    """A level from 0 (not fragile) to 3 (most): `2`, `forte` (3), `oui` (1), `non` (0); else None."""
    word = bare(text)
    if re.fullmatch("[0-3]", word):
        return int(word)
    level = _LEVELS.get(word)
    if level is not None:
        return level
    said = read_yes_no(text)
    return None if said is None else int(said)


def read_language(text: str) -> str | None:
    """An ISO 639 code: `Français`, `FR`, `fra`, `fr-FR` are all `fr`; None when it is not one we know."""
    word = bare(text)
    return _BY_WORD.get(word) or _BY_WORD.get(word.split(" ")[0])


def read_priority(text: str) -> int | None:
    """From -9 (last) to 9 (first): `haute` is 3, `basse` -3, `normale` 0; None for anything else."""
    word = bare(text)
    if re.fullmatch(r"-?[0-9]", text.strip(), re.ASCII):
        return int(text)
    if word in ("basse", "faible", "low"):
        return -3
    if word in ("normale", "moyenne", "normal", "medium"):
        return 0
    return 3 if word in ("haute", "elevee", "urgente", "urgent", "high") else None


def read_basis(text: str) -> str | None:
    """Why the person may be called: `intérêt public` is `public-interest`; None for another word."""
    word = bare(text)
    return _BASIS_BY_WORD.get(word) or (word.replace(" ", "-") if word.replace(" ", "-") in _BASES else None)


def read_preferred(text: str) -> str | None:
    """Which number comes first: `mobile`, `fixed`, or the place of its column (`1`, `2`...); else None."""
    word = bare(text)
    if re.fullmatch("[1-9]", word):
        return word
    return _KIND_BY_WORD.get(word)


def read_birth_year(text: str, today: date) -> int | None:
    """The year of birth: `1957`, `12/03/1957`, `1957-03-12 00:00:00`; None for `57` (which century?)."""
    text = text.strip()
    if match := _YEAR.fullmatch(text):
        year = int(match[1])
    else:
        moment = read_moment(text)
        if moment is None:
            return None
        year = moment.year
    return year if 1900 <= year <= today.year else None


def read_moment(text: str) -> datetime | None:
    """A French (day first) or ISO date, with or without an hour, as a local time without zone; else None."""
    if match := _FRENCH_MOMENT.fullmatch(text):  # most of them, and ten times faster than trying each form
        day, month, year, hour, minute = match.groups(default="00")
        text = f"{year}-{month}-{day}T{hour}:{minute}"
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    text = re.sub(r"\s+(?:à\s+)?", " ", text.strip())
    text = re.sub(r"\b(\d{1,2})h(\d\d)?\b", lambda match: f"{match[1]}:{match[2] or '00'}", text)
    for pattern in _MOMENTS:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is the person's, added by the caller
        except ValueError:
            continue
    return None


def split_name(text: str) -> tuple[str, str]:
    """Last and first name of one cell, by capitals: `MARTIN Zoé` and `Zoé MARTIN` are `("MARTIN", "Zoé")`.

    A cell without both kinds of word is a last name whole: nothing is guessed.
    """
    words = text.split()
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    others = [word for word in words if not (word.isupper() and len(word) > 1)]
    if capitals and others:
        return " ".join(capitals), " ".join(others)
    return " ".join(words), ""


def folded_name(first_name: str, last_name: str) -> str:
    """A name for comparison: no accents, capitals, hyphens, nor order: `Zoé MARTIN` is `MARTIN-ZOE`."""
    return " ".join(sorted(bare(f"{first_name} {last_name}").split()))
