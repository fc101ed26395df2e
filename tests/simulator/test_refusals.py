"""Every refusal of the REST interface is in its documentation."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_code_is_documented() -> None:
    sources = (ROOT / "callsvc/simulator/rest").glob("*.py")
    codes = {
        code for source in sources for code in re.findall(r"\b(?:2[0-2]|30|35)\d{3}\b", source.read_text())
    }
    page = (ROOT / "docs/simulator.md").read_text()
    asked = codes - {"30003", "30008"}  # of a delivery that failed, not of a request
    assert asked
    assert {code for code in asked if code not in page} == set()
