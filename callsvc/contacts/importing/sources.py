"""Where the bytes of a list come from: a file here, or an upload in the database."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

PIECE: Final = 256 * 1024
"""Bytes of an upload that are stored, and read, at once."""


class Source(Protocol):
    """A list that can be read from its beginning as often as needed."""

    def open(self) -> IO[bytes]: ...


@dataclass(frozen=True)
class FileSource:
    """A file of this machine."""

    path: Path

    def open(self) -> IO[bytes]:
        return self.path.open("rb")


class UploadSource:
    """An upload, read like a file. `fetch(position)` gives one piece, None past the end."""

    def __init__(self, upload_id: str, fetch: Callable[[int], bytes | None]) -> None:
        self.upload_id, self._fetch = upload_id, fetch

    def open(self) -> IO[bytes]:
        return io.BufferedReader(_Pieces(self._fetch), PIECE)


class _Pieces(io.RawIOBase):
    """The pieces one after the other."""

    def __init__(self, fetch: Callable[[int], bytes | None]) -> None:
        self._fetch, self._position, self._rest = fetch, 0, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = memoryview(self._fetch(self._position) or b"")
            self._position += 1
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def source_of(what: Path | Source) -> Source:
    """A path as a source; a source as itself."""
    return FileSource(what) if isinstance(what, Path) else what
