"""The part of Liquid that exports use: ``{{widgets.menu.Digits | default: '0'}}`` inside text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr_flows.importing.source import NotExpressible

_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.DOTALL)
_OUTPUT = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_PART = re.compile(r"\s*(?:\.?([A-Za-z_][\w-]*(?: [\w-]+)*)|\[\s*(?:'([^']*)'|\"([^\"]*)\"|(\d+))\s*\])")
_PIECES = re.compile(r"'[^']*'|\"[^\"]*\"|[^|'\"]+|\|")
_LITERAL = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d{1,15}(?:\.\d{1,6})?)|(true|false|nil|null))\s*")


@dataclass(frozen=True, slots=True)
class Filter:
    """``name: argument``; only the first argument is kept, for only it matters here."""

    name: str
    argument: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable and what is done to it: ``("widgets", "menu", "Digits")``."""

    path: tuple[str, ...]
    filters: tuple[Filter, ...] = ()


Part = str | Reference


def parse(text: str) -> list[Part]:
    """Text and references by turns of any kind; raises :class:`NotExpressible`.

    >>> parse("Hi {{flow.data.name}}!")
    ['Hi ', Reference(path=('flow', 'data', 'name'), filters=()), '!']
    """
    text = _COMMENT.sub("", text)
    if "{%" in text:
        raise NotExpressible("It uses Liquid tags ({% ... %}), which a flow of ours does not compute.")
    parts: list[Part] = []
    end = 0
    for match in _OUTPUT.finditer(text):
        parts += [text[end : match.start()], _output(match.group(1))]
        end = match.end()
    parts.append(text[end:])
    return [part for part in parts if part != ""]


def literal(written: str) -> str | int | float | bool | None:
    """A constant as Liquid writes it; raises :class:`NotExpressible` when it is something else."""
    match = _LITERAL.fullmatch(written)
    if match is None:
        raise NotExpressible(f"The Liquid value {written.strip()[:60]!r} is not a constant.")
    single, double, numeral, word = match.groups()
    if numeral is not None:
        return float(numeral) if "." in numeral else int(numeral)
    if word is not None:
        return {"true": True, "false": False}.get(word)
    return single if single is not None else double


def references(text: str) -> list[Reference]:
    """The references in a text, also in one that cannot be expressed."""
    found = []
    for match in _OUTPUT.finditer(_COMMENT.sub("", text)):
        try:
            part = _output(match.group(1))
        except NotExpressible:
            continue
        if isinstance(part, Reference):
            found.append(part)
    return found


def _output(inside: str) -> Part:
    pieces = _PIECES.findall(inside)
    if "".join(pieces) != inside or not inside.strip():
        raise NotExpressible(f"The Liquid {inside.strip()[:60]!r} cannot be read.")
    head, *rest = "".join("\0" if piece == "|" else piece for piece in pieces).split("\0")
    filters = tuple(_filter(piece) for piece in rest)
    if _LITERAL.fullmatch(head):
        if filters:
            raise NotExpressible(f"The Liquid {inside.strip()[:60]!r} computes a value.")
        value = literal(head)
        return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return Reference(_path(head), filters)


def _filter(piece: str) -> Filter:
    name, _, argument = piece.partition(":")
    return Filter(name.strip(), argument.strip())


def _path(written: str) -> tuple[str, ...]:
    parts, position, written = [], 0, written.strip()
    while position < len(written):
        match = _PART.match(written, position)
        if match is None:
            raise NotExpressible(f"The Liquid {written[:60]!r} is not a variable.")
        parts.append(next(group for group in match.groups() if group is not None))
        position = match.end()
    return tuple(parts)
