"""The part of FLOIP's expressions that decides and fills in: comparisons, AND, OR, and variables in text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from ivr_flows.expressions import ExpressionError, parse
from ivr_flows.importing.source import NotExpressible
from ivr_flows.importing.values import cases, quoted

LONGEST = 480
DEEPEST = 12
_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"]*\"|'[^']*'|[\u2018\u201c][^\u2019\u201d]*[\u2019\u201d])"
    r"|(?P<number>-?\d{1,15}(?:\.\d{1,6})?)|(?P<name>@?[A-Za-z_]\w*(?:\.\w+)*)|(?P<sign><>|<=|>=|!=|==|[=<>(),]))"
)
_IN_TEXT = re.compile(r"@@|@\(([^()]*)\)|@\(|@([A-Za-z_]\w*(?:\.\w+)*)")
_COMPARED = {"=", "==", "<>", "!=", "<", ">", "<=", ">="}
_ROOTS = frozenset({"contact", "flow", "block", "channel", "date", "results", "run", "parent", "child"})

T = TypeVar("T")
Name = Callable[[str], str]
"""From a dotted name of the source to a variable of ours."""


def condition(source: str, name: Name) -> str:
    """A test as a condition of ours; raises :class:`NotExpressible`.

    >>> condition("AND(block.value >= 18, flow.sex = 'F')", lambda path: path)
    "(block.value >= 18) and (flow.sex in ['F', 'f'])"
    """
    written = source.strip()
    if written.startswith("@(") and written.endswith(")"):
        written = written[2:-1]
    made = _Parser(_tokens(written), name).whole()
    if len(made) > LONGEST:
        raise NotExpressible("The test is too long.")
    try:
        parse(made)
    except ExpressionError as error:
        raise NotExpressible(f"The test {source[:60]!r} is no condition of ours: {error}.") from None
    return made


def words(text: str, name: Name) -> str:
    """A text as a template of ours; raises :class:`NotExpressible` when it computes something."""
    made, end = "", 0
    for match in _IN_TEXT.finditer(text):
        made += _plain(text[end : match.start()]) + _place(match, name)
        end = match.end()
    return made + _plain(text[end:])


def _plain(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _place(match: re.Match[str], name: Name) -> str:
    whole, inner, bare = match.group(0), match.group(1), match.group(2)
    if whole == "@@":
        return "@"
    found = (inner or "").strip() if bare is None else bare
    if bare is not None and bare.partition(".")[0].lower() not in _ROOTS:
        return _plain(whole)
    if not re.fullmatch(r"[A-Za-z_]\w*(\.\w+)*", found):
        raise NotExpressible(f"The words {whole[:40]!r} are computed.")
    return f"{{{name(found)}}}"


def _tokens(source: str) -> list[tuple[str, str]]:
    found, position, end = [], 0, len(source.rstrip())
    while position < end:
        match = _TOKEN.match(source, position)
        if match is None:
            raise NotExpressible(f"The test {source[:60]!r} computes something, or cannot be read.")
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
        position = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], name: Name) -> None:
        self.tokens, self.name, self.position, self.depth = tokens, name, 0, 0

    def whole(self) -> str:
        made = self.test()
        if self.position < len(self.tokens):
            raise NotExpressible(f"The test has {self.tokens[self.position][1]!r} where none is expected.")
        return made

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")

    def take(self, *signs: str) -> str | None:
        kind, text = self.peek()
        if kind == "sign" and text in signs:
            self.position += 1
            return text
        return None

    def test(self) -> str:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotExpressible("The test is nested too deeply.")
        left, constant = self.operand()
        sign = self.take(*_COMPARED)
        if sign is not None:
            left = _compared(left, constant, sign, *self.operand())
        self.depth -= 1
        return left

    def operand(self) -> tuple[str, str | int | float | bool | None]:
        """What it is in our words, and its value when it is a constant text or number."""
        if self.take("("):
            inner = self.test()
            self.close()
            return f"({inner})", None
        kind, text = self.peek()
        self.position += 1
        match kind:
            case "text":
                return quoted(text[1:-1]), text[1:-1]
            case "number":
                value = float(text) if "." in text else int(text)
                return quoted(value), value
            case "name" if text.lower() in ("true", "false", "null"):
                return text.lower(), None
            case "name" if self.take("("):
                return self.function(text.upper()), None
            case "name":
                return self.name(text.removeprefix("@")), None
        raise NotExpressible("The test stops too early.")

    def function(self, called: str) -> str:
        if called in ("AND", "OR"):
            return f" {called.lower()} ".join(f"({each})" for each in self.listed(self.test))
        if called == "NOT":
            return f"not ({self.listed(self.test)[0]})"
        arguments = self.listed(self.operand)
        match called, [made for made, _ in arguments]:
            case "BETWEEN", [value, low, high]:
                return f"({value} >= {low} and {value} <= {high})"
            case "CONTAINS", [needle, haystack]:
                return f"{needle} in {haystack}"
            case "IN", [value, array] if array.startswith("["):
                return f"{value} in {array}"
            case "ARRAY", constants:
                return f"[{', '.join(constants)}]"
            case "LOWER" | "UPPER" | "CLEAN" | "TRIM", [value]:
                return value
        raise NotExpressible(f"The function {called} computes something.")

    def listed(self, read: Callable[[], T]) -> list[T]:
        found = [read()]
        while self.take(","):
            found.append(read())
        self.close()
        return found

    def close(self) -> None:
        if not self.take(")"):
            raise NotExpressible("The test lacks a bracket.")


def _compared(
    left: str,
    first: str | int | float | bool | None,
    sign: str,
    right: str,
    second: str | int | float | bool | None,
) -> str:
    if sign not in ("=", "==", "<>", "!="):
        return f"{left} {sign} {right}"
    if first is not None and second is None:
        left, right, second = right, left, first
    made = f"{left} == {right}" if second is None else _among(left, second)
    return made if sign in ("=", "==") else f"not ({made})"


def _among(name: str, value: str | int | float | bool) -> str:
    """Text is compared without case; a number is also meant when it was kept as text."""
    constants = [quoted(each) for each in cases(value)] if isinstance(value, str) else [quoted(value)]
    if isinstance(value, int):
        constants.append(quoted(str(value)))
    return f"{name} == {constants[0]}" if len(constants) == 1 else f"{name} in [{', '.join(constants)}]"
