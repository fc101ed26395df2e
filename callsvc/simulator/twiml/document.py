"""Reads a TwiML document and says what is wrong with it in the vendor's codes."""

from __future__ import annotations

from functools import lru_cache
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.errors import DocumentError

LARGEST = 64 * 1024  # bytes: "TwiML response body too large"
_TWIML = frozenset({"text/xml", "application/xml", "text/html", "application/x-www-form-urlencoded"})


def document_of(body: str, content_type: str) -> ElementTree.Element:
    """The document of an answer: TwiML, a text to be said (text/plain), or a sound to be played (audio).

    DocumentError: 11750 when it is too large, 12300 when it is of no kind that a telephone can use.
    """
    if not body.strip():
        return ElementTree.Element("Response")
    if len(body.encode("utf-8", "surrogatepass")) > LARGEST:
        raise DocumentError(codes.TOO_LARGE, f"more than {LARGEST} bytes")
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _TWIML:
        return parse(body)
    if kind == "text/plain":
        return parse(f"<Response><Say>{escape(body)}</Say></Response>")
    if kind.startswith("audio/"):
        return parse("<Response><Play>the sound that was answered</Play></Response>")
    raise DocumentError(codes.CONTENT_TYPE, kind or "no Content-Type")


@lru_cache(maxsize=512)
def parse(text: str) -> ElementTree.Element:
    """The Response element; an empty text is an empty document. Callers must not change what they get.

    DocumentError: 12100 when it is no XML, 12102 when its root is not Response, 12101 for another version.
    """
    if not text.strip():
        return ElementTree.Element("Response")
    try:
        root = ElementTree.fromstring(text.encode("utf-8", "surrogatepass"))  # noqa: S314 - from the service this process serves
    except (ElementTree.ParseError, ValueError) as problem:
        raise DocumentError(codes.NOT_XML, str(problem)) from problem
    if root.tag != "Response":
        raise DocumentError(codes.NOT_RESPONSE, f"the root is {root.tag}")
    if root.get("version", "2010-04-01") not in ("2010-04-01", "2008-08-01"):
        raise DocumentError(codes.BAD_VERSION, root.get("version", ""))
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
