"""Where the bytes of a list come from: a file here, or an upload in the database."""

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol


class Source(Protocol):
    """A list that can be read from its beginning as often as needed."""

    def open(self) -> IO[bytes]: ...


@dataclass(frozen=True)
class FileSource:
    """A file of this machine."""

    path: Path

    def open(self) -> IO[bytes]:
        return self.path.open("rb")


def source_of(what: Path | Source) -> Source:
    """A path as a source; a source as itself."""
    return FileSource(what) if isinstance(what, Path) else what
