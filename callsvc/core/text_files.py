"""Files that people save with an editor or a spreadsheet, as text."""

from pathlib import Path

from callsvc.core.errors import Invalid


def text_of(file: Path) -> str:
    """UTF-8 with or without its mark, else Windows-1252; ``not-a-text-file`` when it is neither."""
    raw = file.read_bytes()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("not-a-text-file", f"{file.name} is not text: save or export it in UTF-8.")
