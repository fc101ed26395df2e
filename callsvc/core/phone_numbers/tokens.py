"""What stands in a cell: runs of digits, and the words that say what they are."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

_ASIDE: Final = re.compile(
    r"(?P<email>[^\s;,/]*@[^\s;,/]*)"
    r"|(?P<link>(?:https?://|www\.)\S*|\b[a-z][a-z0-9-]*\.(?:fr|com|org|net|re)\b)"
    r"|(?P<time>(?<![\d.])(?:[01]?\d|2[0-4])\s?(?:h\s?(?:[0-5]\d)?(?!\w)|:[0-5]\d(?![\d:])))",
    re.IGNORECASE,
)
_MARK: Final = "\ue000"  # stands where something was set aside; a private-use character no keyboard types
_TOKEN: Final = re.compile(
    r"(?P<word>[^\W\d_]+|\#)|(?P<run>\(?\+[\s(]*\d(?:[^\w#\ue000]*\d)*|\d(?:[^\w#\ue000]*\d)*)"
)
_FAX: Final = frozenset(("fax", "telecopie", "telecopieur", "telefax"))
_PHONE: Final = frozenset(("tel", "telephone", "phone", "mobile", "portable", "port", "mob", "fixe", "gsm"))
_EXTENSION: Final = frozenset(("poste", "ext", "extension", "p", "x", "#", "interne"))
_JOIN: Final = frozenset(("ou", "et", "or", "and", "a", "puis", "o"))
_QUIET: Final = (
    _FAX | _PHONE | _EXTENSION | _JOIN | {"n", "no", "num", "numero", "dom", "domicile", "bureau", "pro"}
)


@dataclass(slots=True)
class Run:
    """A stretch of digits and separators, and what the words around it make of it."""

    text: str
    fax: bool = False
    extension: bool = False
    joined: bool = False


@dataclass(slots=True)
class Found:
    """A cell taken apart; `instead` is the reason to give when no run remains."""

    runs: list[Run] = field(default_factory=list)
    ignored_text: bool = False
    instead: str = "text-not-number"


def tokens_of(text: str) -> Found:
    """Take a cleaned cell apart.

    Example: `0555961246 et fax 0555962833` is two runs, the second one a fax; `0555848200 et 0555257350
    (fax)` likewise, because a word in brackets speaks of what stands before it, as does a last word.
    """
    found = Found()
    words: list[str] = []
    text = _ASIDE.sub(lambda match: _set_aside(match, found), text)
    for match in _TOKEN.finditer(text):
        if match["run"]:
            found.runs.append(_run(match["run"], words, first=not found.runs))
            words = []
        else:
            word = _bare(match["word"])
            if word in _FAX and found.runs and _in_brackets(text, match):
                found.runs[-1].fax = True
            else:
                words.append(word)
            found.ignored_text |= word not in _QUIET
    if found.runs and _FAX.intersection(words):
        found.runs[-1].fax = True
    return found


def _run(text: str, words: list[str], *, first: bool) -> Run:
    said = set(words)
    return Run(
        text,
        fax=bool(said & _FAX) and not said & _PHONE,
        extension=bool(words) and words[-1] in _EXTENSION and not first,
        joined=bool(words) and said <= _JOIN,
    )


def _set_aside(match: re.Match[str], found: Found) -> str:
    """Note an address, a link or an hour, so that its digits are not read as part of a number."""
    found.ignored_text = True
    if match["email"]:
        found.instead = "email-not-number"
    elif match["time"] and found.instead != "email-not-number":
        found.instead = "hours-not-number"
    return f" {_MARK} "


def _in_brackets(text: str, match: re.Match[str]) -> bool:
    return text[: match.start()].rstrip().endswith("(") and text[match.end() :].lstrip(". ").startswith(")")


def _bare(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
