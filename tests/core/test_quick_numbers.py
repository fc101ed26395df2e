"""The quick way to read a number says what the thorough one says, and both what the library says."""

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from callsvc.core.phone_numbers import Number, Refusal, quick_number, read_cell

NINE = st.from_regex(r"[0-9]{9}", fullmatch=True)
SEEN = st.sampled_from(
    ["6", "7", "1", "2", "3", "4", "5", "9", "80", "81", "82", "89", "63998", "19900", "269"]
)
NATIONAL = st.one_of(NINE, st.builds(lambda head, tail: (head + tail)[:9], SEEN, NINE))
OVERSEAS = st.tuples(
    st.sampled_from([("590", "59069070976"), ("262", "26226326963969269370976"), ("594", "594694980709"),
                     ("596", "596696697709")]),
    st.integers(0, 10**6 - 1), st.integers(0, 7),
)  # fmt: skip


def written(national: str, form: int) -> str:
    pairs = [f"0{national}"[start : start + 2] for start in range(0, 10, 2)]
    return (
        f"0{national}", " ".join(pairs), ".".join(pairs), "-".join(pairs), national, f"+33{national}",
        f"0{national[:4]} {national[4:]}", "\xa0".join(pairs), f"33{national}", f"0033 {' '.join(pairs)[1:]}",
        f"+33 (0){' '.join(pairs)[1:]}", f"+33 {' '.join(pairs)[1:]}", f"{' '.join(pairs)}.",
        f"00 33 (0) {national}", f"{national[:3]}.{national[3:]}", f"33 {national}", f"\u202f+33{national}.",
    )[form]  # fmt: skip


@settings(max_examples=400)
@given(NATIONAL, st.integers(0, 16), st.booleans(), st.booleans())
def test_quick_and_thorough_readings_agree(national: str, form: int, fiction: bool, synthetic: bool) -> None:
    text = written(national, form)
    quick = quick_number(text, fiction, synthetic)
    if quick is not None:
        assert [quick] == read_cell(text, fiction_allowed=fiction, synthetic=synthetic)


@settings(max_examples=150)
@given(NATIONAL)
def test_what_is_read_quickly_is_what_the_library_holds_valid(national: str) -> None:
    quick = quick_number(f"0{national}", False, False)
    number = phonenumbers.parse(f"+33{national}")
    if isinstance(quick, Refusal) and quick.reason == "unassigned-number":
        assert not phonenumbers.is_valid_number(number)
    if isinstance(quick, Number):
        assert phonenumbers.is_valid_number(number)
        assert quick.e164 == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@given(st.text(alphabet="0123456789+ .-()\xa0٣²①", max_size=16))
def test_no_text_makes_the_quick_way_raise_or_differ(text: str) -> None:
    quick = quick_number(text, True, False)
    if quick is not None:
        assert [quick] == read_cell(text, fiction_allowed=True)


@settings(max_examples=150)
@given(OVERSEAS)
def test_overseas_numbers_are_refused_as_unassigned_only_where_the_library_refuses_them(
    drawn: tuple[tuple[str, str], int, int],
) -> None:
    (code, heads), tail, turn = drawn
    start = 3 * turn % len(heads)
    national = f"{heads[start : start + 3]:0<3}{tail:06}"
    [reading, *_] = read_cell(f"+{code}{national}", fiction_allowed=True)
    if isinstance(reading, Number) or reading.reason == "unassigned-number":
        valid = phonenumbers.is_valid_number(phonenumbers.parse(f"+{code}{national}"))
        assert isinstance(reading, Number) == valid


def test_a_number_of_guadeloupe_is_kept_for_somebody_of_another_island() -> None:
    for department in (None, "971", "977", "978"):
        [reading] = read_cell("05 90 99 14 74", department=department)
        assert isinstance(reading, Number) and reading.e164 == "+590590991474"
