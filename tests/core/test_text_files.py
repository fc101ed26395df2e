"""Files of people, as text, whatever they were saved with."""

from pathlib import Path

import pytest

from callsvc.core.errors import Invalid
from callsvc.core.text_files import text_of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_is_read_as_it_was_saved(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "médecins.yaml"
    file.write_bytes("title: Médecins de garde".encode(encoding))
    assert text_of(file) == "title: Médecins de garde"


def test_what_is_no_text_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "list.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0\x81")
    with pytest.raises(Invalid, match=r"not-a-text-file: list\.xls is not text"):
        text_of(file)
