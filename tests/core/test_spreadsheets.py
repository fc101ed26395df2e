"""What a spreadsheet would run is written as text, and comes back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from callsvc.core.spreadsheets import as_it_was, harmless

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@given(st.sampled_from(("", *STARTS)), st.text(max_size=20).filter(lambda text: not text.startswith("'")))
def test_no_cell_begins_as_a_formula_and_each_comes_back(start: str, rest: str) -> None:
    cell = start + rest
    assert not harmless(cell).startswith(STARTS)
    assert as_it_was(harmless(cell)) == cell
