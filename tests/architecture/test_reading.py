"""Whoever reads the README finds every document, and every command that a document names exists."""

import re
from pathlib import Path

import click
import pytest

from callsvc.cli import callsvc

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
_COMMAND = re.compile(r"(?:^|`)callsvc ((?:[a-z][a-z-]*(?:\|[a-z-]+)*(?: |$|`))+)([^`\n#]*)", re.MULTILINE)


def test_the_readme_leads_to_every_document() -> None:
    linked = set(re.findall(r"\]\(docs/([\w-]+\.md)\)", (ROOT / "README.md").read_text("utf-8")))
    assert linked == {path.name for path in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_a_document_names_exists(document: Path) -> None:
    for words, rest in _COMMAND.findall(document.read_text("utf-8")):
        command: click.Command = callsvc
        for word in words.replace("`", "").split():
            if not isinstance(command, click.Group):
                break  # an argument
            for name in word.split("|"):
                found = command.get_command(click.Context(command), name)
                assert found is not None, f"callsvc {words}"
            assert found is not None
            command = found
        options = {name for one in command.params for name in one.opts}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= options | {"--help", "--version"}, words + rest
