"""What the pages load: our own files, those of others as they were published, and nothing inline."""

import hashlib
import re
from pathlib import Path

import pytest

import callsvc

HOME = Path(callsvc.__file__).parent
VENDOR = HOME / "static/vendor"
TEMPLATES = sorted((HOME / "templates").rglob("*.html"))

# What a strict policy forbids, and what would fetch from elsewhere.
FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"\sstyle=|<style",
    "a handler in an attribute": r"\son[a-z]+=",
    "another host": r"(?:src|href|action|hx-\w+)=[\"'](?:https?:)?//",
    "a script as an address": r"javascript:",
}
# file, version, licence's file, hash
ROW = re.compile(
    r"^\| (\S+) \| [^|]+ \| (\d+\.\d+\.\d+) \| \w[\w-]*, (\S+) \| ([0-9a-f]{64}) \|$", re.MULTILINE
)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(HOME)))
def test_no_template_runs_anything_inline_or_loads_from_elsewhere(template: Path) -> None:
    text = template.read_text()
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.I)] == []


def test_no_style_or_script_of_ours_loads_from_elsewhere() -> None:
    ours = [path for path in (HOME / "static").rglob("*") if path.suffix in (".css", ".js")]
    for path in ours:
        assert (
            not re.search(r"@import|url\(|https?://(?!www\.w3\.org)", path.read_text())
            or VENDOR in path.parents
        )


def test_files_of_others_are_listed_with_version_licence_and_hash() -> None:
    rows = ROW.findall((VENDOR / "ASSETS.md").read_text())
    served = {path.name for path in VENDOR.iterdir() if path.suffix in (".js", ".css")}
    assert {row[0] for row in rows} == served
    for name, version, notice, digest in rows:
        content = (VENDOR / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert version.encode() in content
        assert (VENDOR / notice).stat().st_size > 100
    notices = {row[2] for row in rows}
    assert {path.name for path in VENDOR.iterdir()} == served | notices | {"ASSETS.md"}


def test_colours_are_named_once() -> None:
    """Every style but the tokens speaks in tokens, so that a theme is one file."""
    spoken = {}
    for path in (HOME / "static/css").glob("*.css"):
        if path.name not in ("tokens.css", "print.css"):
            outside = re.sub(r"light-dark\([^)]*\)|rgb\([^)]*\)", "", path.read_text())
            spoken[path.name] = re.findall(r"#[0-9a-f]{3,8}\b", outside, re.I)
    assert {name: colours for name, colours in spoken.items() if colours} == {}


def test_every_token_that_is_used_exists() -> None:
    sheets = [path.read_text() for path in (HOME / "static/css").glob("*.css")]
    used = {name for sheet in sheets for name in re.findall(r"var\((--[\w-]+)", sheet)}
    declared = {name for sheet in sheets for name in re.findall(r"^\s*(--[\w-]+):", sheet, re.M)}
    assert used - declared == set()
