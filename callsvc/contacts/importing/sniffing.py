"""Encoding and delimiter of a file nobody documented, found by looking at its bytes."""

import codecs
import csv
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from callsvc.contacts.importing.sources import Source
from callsvc.core.errors import Invalid

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY: Final = (
    (b"PK\x03\x04", "a workbook (xlsx, ods)"),
    (b"\xd0\xcf\x11\xe0", "an old workbook (xls)"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
)
_SINGLE_BYTE: Final = ("cp1252", "cp850", "mac_roman")
_FRENCH: Final = frozenset("éèêëàâäçîïôöûüùœÉÈÊÀÂÇÎÔŒ°«»’€")
_DELIMITERS: Final = (";", ",", "\t", "|")
_SAMPLE: Final = 64 * 1024
_CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Layout:
    """How to open a file: Python's name of its encoding, its delimiter, and the SHA-256 of its bytes."""

    encoding: str
    delimiter: str
    sha256: str


def sniff(source: Source) -> Layout:
    """Look at every byte once (in pieces of 256 kB) and say how to read the file.

    UTF-8 is proved, not supposed; what is not UTF-8 is the single-byte code in which most of its high bytes
    are French letters, Windows-1252 when in doubt. Raises Invalid: `file-unreadable`, `file-empty`,
    `not-a-text-file` (an Excel workbook, say), each with what to do.
    """
    try:
        with source.open() as handle:
            head = handle.read(_SAMPLE)
            digest, is_utf8 = _look_through(head, handle.read)
    except OSError as error:
        raise Invalid(
            "file-unreadable", f"The file cannot be read: {error.strerror}. Check its path and rights."
        ) from None
    if not head.strip(b"\x00\xff\xfe\xef\xbb\xbf\r\n\t ;,"):
        raise Invalid("file-empty", "The file is empty: export the list again.")
    encoding = _encoding(head, is_utf8)
    return Layout(encoding, _delimiter(head.decode(encoding, errors="replace")), digest)


def _look_through(head: bytes, read: Callable[[int], bytes]) -> tuple[str, bool]:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    chunk = head
    while chunk:
        digest.update(chunk)
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
        chunk = read(_CHUNK)
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return digest.hexdigest(), is_utf8


def _encoding(head: bytes, is_utf8: bool) -> str:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    for magic, what in _BINARY:
        if head.startswith(magic):
            raise Invalid(
                "not-a-text-file",
                f"This is not a text file but {what}: save it as CSV (semicolons) and import that.",
            )
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    if b"\x00" in head:
        raise Invalid("not-a-text-file", "This is not a text file: export the list as CSV and import that.")
    return "utf-8" if is_utf8 else max(_SINGLE_BYTE, key=lambda name: _frenchness(head, name))


def _frenchness(head: bytes, encoding: str) -> int:
    """French letters among the high bytes, minus the signs that no list would hold."""
    counted = Counter(byte for byte in head if byte >= 0x80)
    score = 0
    for byte, times in counted.items():
        character = bytes([byte]).decode(encoding, errors="replace")
        score += times if character in _FRENCH else -times
    return score


def _delimiter(text: str) -> str:
    """The candidate that cuts most lines into the same number of cells, two or more; a comma by default."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        counted = Counter(width for width in widths if width > 1).most_common(1)
        width, times = counted[0] if counted else (1, 0)
        score = times / max(1, len(widths)) * (1 + width / 100)
        if score > best_score:
            best, best_score = delimiter, score
    return best
