"""Reads a TwiML document and says what is wrong with it in the vendor's codes."""

from __future__ import annotations

from functools import lru_cache
from xml.etree import ElementTree

from callsvc.simulator.twiml.errors import DocumentError

PARSE_FAILURE = 12100
SCHEMA_FAILURE = 12200


@lru_cache(maxsize=512)
def parse(text: str) -> ElementTree.Element:
    """The Response element; an empty text is an empty document. Callers must not change what they get.

    DocumentError: 12100 when it is no XML, 12200 when it is no TwiML.
    """
    if not text.strip():
        return ElementTree.Element("Response")
    try:
        root = ElementTree.fromstring(text.encode("utf-8", "surrogatepass"))  # noqa: S314 - from the service this process serves
    except (ElementTree.ParseError, ValueError) as problem:
        raise DocumentError(PARSE_FAILURE, f"Document parse failure: {problem}") from problem
    if root.tag != "Response":
        raise DocumentError(SCHEMA_FAILURE, f"Schema validation: the root is {root.tag}, not Response")
    return root


def text_of(element: ElementTree.Element) -> str:
    """Every word of an element, SSML tags dropped, spaces folded."""
    return " ".join("".join(element.itertext()).split())


def flag(element: ElementTree.Element, name: str, default: bool) -> bool:
    """A true/false attribute."""
    value = element.get(name)
    return default if value is None else value.strip().lower() == "true"


def number(element: ElementTree.Element, name: str, default: float) -> float:
    """A numeric attribute; what is no number counts as the default, as the vendor warns and goes on."""
    try:
        return float(element.get(name, default))
    except ValueError:
        return default
