"""Segments: the count agrees with an independent one, and what is suggested really is cheaper."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callsvc.messages.segments import advice, count, plain
from callsvc.simulator.messages.record import count_segments

# The manual, 3GPP TS 23.038, 6.2.1: the default alphabet row by row, positions 0x00-0x7F (0x1B escapes).
TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = {"\f", "^", "{", "}", "\\", "[", "~", "]", "|", "€"}
TEXTS = st.one_of(
    st.text(st.sampled_from(TABLE.replace("\x1b", "") + "".join(EXTENSION)), max_size=400),
    st.text(st.sampled_from("abc é^€{ ê’😀م"), max_size=200),
    st.text(max_size=200).filter(lambda text: text.isprintable()),
)


def _packed(text: str) -> tuple[str, int]:
    """The slow way: septets or UTF-16 units written one after the other into parts."""
    gsm = all((character in TABLE and character != "\x1b") or character in EXTENSION for character in text)
    if gsm:
        units = [["esc", c] if c in EXTENSION else [c] for c in text]
        whole, part = 160, 153
    else:
        units = [[c] if len(c.encode("utf-16-be")) == 2 else ["high", "low"] for c in text]
        whole, part = 70, 67
    if sum(map(len, units)) <= whole:
        return ("GSM-7" if gsm else "UCS-2"), 1
    parts: list[list[str]] = [[]]
    for unit in units:
        if len(parts[-1]) + len(unit) > part:
            parts.append([])
        parts[-1] += unit
    return ("GSM-7" if gsm else "UCS-2"), len(parts)


@given(TEXTS)
@example("a" * 160)
@example("a" * 161)
@example("a" * 159 + "€")
@example("a" * 152 + "€" + "a" * 152)
@example("ê" * 70)
@example("ê" * 71)
@example("ê" * 66 + "😀" + "ê" * 10)
def test_the_count_is_that_of_an_independent_packer(text: str) -> None:
    counted = count(text)
    assert (counted.encoding, counted.segments) == _packed(text)


@given(TEXTS)
def test_the_simulated_carrier_bills_the_same_number_of_segments_to_within_a_cut_pair(text: str) -> None:
    assert abs(count_segments(text) - count(text).segments) <= 1


@given(TEXTS)
def test_what_is_suggested_never_costs_more_and_says_what_cannot_be_helped(text: str) -> None:
    found = advice(text)
    assert (found is None) == (count(text).encoding == "GSM-7")
    if found is not None and not found.kept:
        assert found.then.encoding == "GSM-7" and plain(plain(text)) == plain(text)
    if found is not None:
        assert all(character in text for character in found.kept)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("Rappel : c’est à 10 h", "Rappel : c'est à 10 h"),
        ("« Répondez » – vite…", '" Répondez " - vite...'),
        ("Sœur, cœur, Œuvre", "Soeur, coeur, OEuvre"),
        ("10\u202fh\u00a030", "10 h 30"),
    ],
)
def test_french_typography_is_replaced_by_what_reads_the_same(text: str, instead: str) -> None:
    found = advice(text)
    assert found is not None and all(swap.same for swap in found.swaps)
    assert plain(text) == instead and found.then.encoding == "GSM-7"


def test_an_accent_that_is_lost_is_said_to_be_a_change() -> None:
    found = advice("Reçu, prêt")
    assert found is not None and {(s.character, s.instead, s.same) for s in found.swaps} == {
        ("ç", "c", False),
        ("ê", "e", False),
    }


def test_capital_accents_of_french_are_no_surprise() -> None:
    """É and Ç are in the alphabet, È, À and Ê are not: a trap for whoever writes in capitals."""
    assert count("ÉÇ").encoding == "GSM-7"
    assert {count(c).encoding for c in "ÈÀÊ"} == {"UCS-2"}
    assert all(unicodedata.category(c) == "Lu" for c in "ÈÀÊ")
