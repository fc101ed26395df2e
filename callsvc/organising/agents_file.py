"""A list of agents as it is kept in a spreadsheet, read line by line. Pure.

Columns, in any order, in French or English; only the first three are needed:

| column | example |
|---|---|
| softphone, poste | ``agent-0001`` (letters, digits, ``.``, ``_``, ``-``): one for each agent, for ever |
| name, nom | ``Agent 1`` |
| platform, plateforme | ``67`` |
| team, equipe | ``Suivi A`` |
| languages, langues | ``fr ar`` (the first preferred; French without it) |
| skills, competences | ``tracing:2 front-desk`` (levels 1 to 3; 1 without one) |
| channels, canaux | ``voice sms`` (voice without it) |
| email, courriel | makes an account with the role agent |
| left, parti | ``yes``, ``oui``, ``1``, ``x``: does not work here any more |
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from callsvc.core.errors import Invalid

COLUMNS = {
    "softphone": "softphone", "poste": "softphone", "name": "name", "nom": "name",
    "platform": "platform", "plateforme": "platform", "team": "team", "equipe": "team",
    "languages": "languages", "langues": "languages", "skills": "skills", "competences": "skills",
    "channels": "channels", "canaux": "channels", "email": "email", "e-mail": "email", "courriel": "email",
    "left": "left", "parti": "left",
}  # fmt: skip
NEEDED = ("softphone", "name", "platform")
CHANNELS = ("voice", "sms")
MOST_LEVEL = 3
_YES = frozenset({"yes", "oui", "1", "x", "true", "vrai"})
_SOFTPHONE = re.compile(r"[A-Za-z0-9._-]{1,60}")
_SKILL = re.compile(r"([a-z][a-z0-9-]{0,39})(?::(\d))?")
_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, kw_only=True)
class AgentLine:
    line: int  # as a person counts: the header is line 1
    softphone: str
    name: str
    platform: str
    team: str
    languages: tuple[str, ...]
    skills: dict[str, int] = field(default_factory=dict)
    channels: tuple[str, ...] = ("voice",)
    email: str = ""
    left: bool = False


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A line that was not taken: where, what stands there, why, and what to do."""

    line: int
    column: str
    cell: str
    reason: str
    sentence: str


def read_agents(text: str) -> Iterator[AgentLine | Refused]:
    """Each line as an agent or as a refusal; ``agents-file-invalid`` for a list without a usable header."""
    sample = text[:4096].partition("\n")[0]
    delimiter = max(";,\t", key=sample.count)
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=None), delimiter=delimiter)
    header = [COLUMNS.get(_plain(cell), "") for cell in next(rows, [])]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise Invalid(
            "agents-file-invalid",
            f"The first line must name the columns; {', '.join(missing)} is not among them.",
        )
    seen: set[str] = set()
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        said = {
            name: cell.strip() for name, cell in zip(header, cells, strict=False) if name and cell.strip()
        }
        found = _line(rows.line_num, said)
        if isinstance(found, AgentLine) and found.softphone in seen:
            found = _refuse(rows.line_num, "softphone", found.softphone, "softphone-twice",
                            "This softphone is in the list already: one line for each agent.")  # fmt: skip
        if isinstance(found, AgentLine):
            seen.add(found.softphone)
        yield found


def _line(number: int, said: dict[str, str]) -> AgentLine | Refused:
    for name in NEEDED:
        if name not in said:
            return _refuse(number, name, "", "cell-empty", f"Write the {name}.")
    if not _SOFTPHONE.fullmatch(said["softphone"]):
        return _refuse(number, "softphone", said["softphone"], "softphone-invalid",
                       "Letters, digits, dot, underscore and hyphen; 60 at most.")  # fmt: skip
    words = {name: re.split(r"[\s,/+]+", said[name].lower()) for name in ("languages", "skills", "channels")
             if name in said}  # fmt: skip
    skills: dict[str, int] = {}
    for word in words.get("skills", ()):
        match = _SKILL.fullmatch(word)
        level = int((match and match[2]) or 1)
        if match is None or not 1 <= level <= MOST_LEVEL:
            return _refuse(number, "skills", word, "skill-invalid",
                           f"Write skills as tracing or tracing:2, levels 1 to {MOST_LEVEL}.")  # fmt: skip
        skills[match[1]] = level
    for word in words.get("languages", ()):
        if not _LANGUAGE.fullmatch(word):
            return _refuse(number, "languages", word, "language-invalid", "Two letters each: fr ar.")
    for word in words.get("channels", ()):
        if word not in CHANNELS:
            return _refuse(number, "channels", word, "channel-unknown", f"One of {', '.join(CHANNELS)}.")
    left = said.get("left", "").lower() in _YES
    if not skills and not left:
        return _refuse(number, "skills", "", "agent-without-skill", "An agent needs at least one skill.")
    return AgentLine(
        line=number, softphone=said["softphone"], name=said["name"][:120], platform=said["platform"].upper(),
        team=said.get("team", "")[:80], languages=tuple(dict.fromkeys(words.get("languages", ("fr",)))),
        skills=skills, channels=tuple(dict.fromkeys(words.get("channels", ("voice",)))),
        email=said.get("email", ""), left=left,
    )  # fmt: skip


def _refuse(line: int, column: str, cell: str, reason: str, sentence: str) -> Refused:
    return Refused(line=line, column=column, cell=cell, reason=reason, sentence=sentence)


def _plain(cell: str) -> str:
    bare = unicodedata.normalize("NFKD", cell.removeprefix("\ufeff")).encode("ascii", "ignore").decode()
    return bare.strip().lower()
