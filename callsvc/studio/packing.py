"""A Flow Results package as files: a descriptor, and the rows, written while they come."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr_flows import results


@dataclass(frozen=True)
class Format:
    mediatype: str
    lines: Callable[[Iterable[results.Row]], Iterator[str]]


FORMATS: Mapping[str, Format] = {
    "json": Format("application/json", results.as_json_lines),
    "csv": Format("text/csv", results.as_csv_lines),
}


def write_package(
    folder: Path, name: str, descriptor: Mapping[str, Any], rows: Iterable[results.Row], data: Format
) -> int:
    """Write ``<name>.descriptor.json`` and the rows beside it; returns how many rows.

    Only the account that writes may read the files: they hold what people answered. A file is in its place
    when it is complete, and not before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / str(descriptor["resources"][0]["path"])
    count = 0

    def counted() -> Iterator[results.Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    _write(path, data.lines(counted()))
    text = json.dumps(descriptor, ensure_ascii=False, indent=2)
    _write(folder / f"{name}.descriptor.json", [text, "\n"])
    return count


def _write(path: Path, lines: Iterable[str]) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
