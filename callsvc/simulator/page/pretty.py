"""Documents as people read them: TwiML and JSON indented, anything else as it came."""

from __future__ import annotations

import json
from xml.etree import ElementTree

_LARGEST = 20_000


def pretty(body: str) -> str:
    """The document, indented if it is one; a mark at the end says that it was cut."""
    text = body.strip()
    shown = _json(text) if text[:1] in ("{", "[") else _xml(text) if text[:1] == "<" else text
    return shown if len(shown) <= _LARGEST else shown[:_LARGEST] + " …"


def _json(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def _xml(text: str) -> str:
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - the carrier has parsed it before
    except ElementTree.ParseError:
        return text
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode")
