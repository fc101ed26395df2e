"""The small language of conditions: ``contact.language == 'fr' and not platform.open_now``.

Names, text in quotes, numbers, ``true false null``, lists, ``== != < <= > >= in``, ``and or not``
and brackets; nothing is called and nothing is computed, so that an administrator can read it and
nobody can do harm with it. Evaluation never fails: a name nobody knows is null, and things of
different kinds are neither equal nor ordered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ivr_flows.saying import say

Lookup = Callable[[str], Any]
Node = Callable[[Lookup], Any]

LONGEST = 500
DEEPEST = 20

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(?P<sign>==|!=|<=|>=|<|>|[()\[\],]))",
    re.ASCII,
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_WORDS = {"and", "or", "not", "in"}
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "in"}


class ExpressionError(ValueError):
    """The condition cannot be read; the message says where."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True)
class Expression:
    """A condition that was read: its source, the names it uses, and its value for some facts.

    >>> adult = parse("contact.birth_year < 2003 and contact.language in ['fr', 'en']")
    >>> adult.test({"contact.birth_year": 1980, "contact.language": "fr"}.get)
    True
    """

    source: str
    names: frozenset[str]
    _node: Node = field(repr=False, compare=False)

    def value(self, lookup: Lookup) -> Any:
        """What the expression is worth; ``lookup`` gives None for unknown names."""
        return self._node(lookup)

    def test(self, lookup: Lookup) -> bool:
        """Whether the condition holds."""
        return bool(self._node(lookup))


def parse(source: str) -> Expression:
    """Read a condition; raises :class:`ExpressionError` with the position of the first mistake."""
    if len(source) > LONGEST:
        raise ExpressionError(say("a condition has at most {longest} characters", longest=LONGEST))
    parser = _Parser(tokens(source))
    node = parser.disjunction()
    parser.finish()
    return Expression(source, frozenset(parser.names), node)


def tokens(source: str) -> list[tuple[str, str]]:
    """The kind (number, text, name, sign) and the text of each word of a condition."""
    found, position, end = [], 0, len(source.rstrip())
    while position < end:
        match = _TOKEN.match(source, position)
        if match is None:
            raise ExpressionError(say("cannot read {strip!r}", strip=source[position:].strip()[:20]))
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        position = match.end()
    return found


class _Parser:
    """Recursive descent; each method reads one level of precedence and returns its evaluator."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0
        self.names: set[str] = set()

    def peek(self) -> str:
        return self.tokens[self.position][1] if self.position < len(self.tokens) else ""

    def take(self, *wanted: str) -> str | None:
        if self.position < len(self.tokens):
            kind, text = self.tokens[self.position]
            if kind != "text" and text in wanted:
                self.position += 1
                return text
        return None

    def finish(self) -> None:
        if self.position < len(self.tokens):
            raise ExpressionError(say("{peek!r} was not expected here", peek=self.peek()))

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(say("a condition is nested at most {deepest} deep", deepest=DEEPEST))

    def disjunction(self) -> Node:
        left = self.conjunction()
        while self.take("or"):
            left = _either(left, self.conjunction())
        return left

    def conjunction(self) -> Node:
        left = self.negation()
        while self.take("and"):
            left = _both(left, self.negation())
        return left

    def negation(self) -> Node:
        if self.take("not"):
            self.deeper()
            inner = self.negation()
            self.depth -= 1
            return lambda lookup: not inner(lookup)
        return self.comparison()

    def comparison(self) -> Node:
        left = self.operand()
        sign = self.take(*_COMPARISONS)
        if sign is None:
            return left
        right = self.operand()
        return lambda lookup: _compare(sign, left(lookup), right(lookup))

    def operand(self) -> Node:
        if self.take("("):
            self.deeper()
            inner = self.disjunction()
            self.expect(")")
            self.depth -= 1
            return inner
        if self.take("["):
            return self.listing()
        return self.atom()

    def listing(self) -> Node:
        self.deeper()
        items: list[Node] = []
        while not self.take("]"):
            items.append(self.operand())
            if not self.take(","):
                self.expect("]")
                break
        self.depth -= 1
        return lambda lookup: [item(lookup) for item in items]

    def atom(self) -> Node:
        if self.position >= len(self.tokens):
            raise ExpressionError(say("the condition stops too early"))
        kind, text = self.tokens[self.position]
        if kind == "sign" or text in _WORDS:
            raise ExpressionError(say("{text!r} was not expected here", text=text))
        self.position += 1
        if kind == "name" and text not in _CONSTANTS:
            self.names.add(text)
            return lambda lookup: lookup(text)
        value = _constant(kind, text)
        return lambda _lookup: value

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise ExpressionError(say("{sign!r} is missing", sign=sign))


def _constant(kind: str, text: str) -> Any:
    if kind == "number":
        return float(text) if "." in text else int(text)
    return text[1:-1] if kind == "text" else _CONSTANTS[text]


def _either(left: Node, right: Node) -> Node:
    return lambda lookup: left(lookup) or right(lookup)


def _both(left: Node, right: Node) -> Node:
    return lambda lookup: left(lookup) and right(lookup)


def _compare(sign: str, left: Any, right: Any) -> bool:
    if sign in ("==", "!="):
        return _same(left, right) is (sign == "==")
    if sign == "in":
        if isinstance(right, str):
            return isinstance(left, str) and left in right
        return isinstance(right, list) and any(_same(left, item) for item in right)
    if not (_is_number(left) and _is_number(right)) and not (
        isinstance(left, str) and isinstance(right, str)
    ):
        return False
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign])


def _same(left: Any, right: Any) -> bool:
    return bool(left == right) and isinstance(left, bool) is isinstance(right, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
