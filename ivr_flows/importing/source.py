"""Reading what others exported: whatever JSON it is, nothing here fails but with :class:`ImportRefused`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ivr_flows.findings import FlowError
from ivr_flows.text import clean

LONGEST = 2 * 1024 * 1024
"""Characters of an export."""

DEEPEST = 40
MOST_THINGS = 200_000
MOST_STATES = 1_000
"""States of one flow; Studio itself takes no more."""


class ImportRefused(FlowError, ValueError):
    """The text is no flow of a kind that is known, or is too large; the message says which."""

    id = "import-refused"


class NotExpressible(ValueError):
    """A flow of ours cannot say this; the message is the reason, a sentence for the report."""


def read_json(text: str) -> dict[str, Any]:
    """The JSON object in a text; raises :class:`ImportRefused`."""
    if len(text) > LONGEST:
        raise ImportRefused(f"the file is over {LONGEST // (1024 * 1024)} MiB: export one flow at a time")
    try:
        data = json.loads(text.removeprefix("\ufeff"), parse_constant=lambda _: None)
    except RecursionError:
        raise ImportRefused("the file is nested too deeply: export the flow again") from None
    except ValueError as error:
        raise ImportRefused(f"the file is not JSON ({error}): export the flow again") from None
    _measure(data)
    if not isinstance(data, dict):
        raise ImportRefused("the file holds no JSON object: give the flow definition itself")
    return data


def _measure(data: Any) -> None:
    waiting, things = [(data, 1)], 0
    while waiting:
        node, depth = waiting.pop()
        things += 1
        if depth > DEEPEST or things > MOST_THINGS:
            raise ImportRefused("the file is too large or nested too deeply: export one flow at a time")
        if isinstance(node, dict | list):
            children = node.values() if isinstance(node, dict) else node
            waiting.extend((child, depth + 1) for child in children)


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def raw(node: Mapping[str, Any], *names: str) -> str:
    """The first of these names that holds text or a number, as text; white space is kept."""
    for name in names:
        value = node.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def text(node: Mapping[str, Any], *names: str) -> str:
    """The same, fit to be spoken or written."""
    return clean(raw(node, *names))


def number(node: Mapping[str, Any], *names: str) -> int | None:
    """The first of these names that holds a whole number, or text that is one; None beyond 6 digits."""
    found = raw(node, *names).strip()
    return int(found) if found.isascii() and found.isdigit() and len(found) <= 6 else None


def seconds(node: Mapping[str, Any], *names: str, default: int, most: int = 60) -> int:
    """A number of seconds within what a flow may say."""
    found = number(node, *names)
    return default if found is None else max(1, min(most, found))
