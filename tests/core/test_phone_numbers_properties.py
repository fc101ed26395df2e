"""What holds for every text and every number, whatever the cell."""

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from callsvc.core.phone_numbers import FICTION_RANGES, REASONS, Number, is_fictional, mask, read_cell
from callsvc.core.phone_numbers.plan import CODES, usage_in

messy = st.text(alphabet="0123456789 +-/.(),;eEhou@fax\u00a0\u202d\n:#'=", max_size=60)
national = st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True)
departments = st.sampled_from([None, "57", "75", "2A", "971", "974", "976", "987", "988", "99", "x"])


@given(st.one_of(st.text(max_size=80), messy), departments)
def test_no_text_makes_reading_fail_and_what_is_accepted_can_be_called(
    text: str, department: str | None
) -> None:
    for reading in read_cell(text, department=department, fiction_allowed=True):
        if not isinstance(reading, Number):
            assert reading.reason in REASONS
            continue
        assert reading.kind in ("mobile", "fixed", "voip", "other")
        parsed = phonenumbers.parse(reading.e164, None)
        assert phonenumbers.is_valid_number(parsed) or is_fictional(reading.e164)
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == reading.e164


@given(st.one_of(messy, national), departments)
def test_reading_an_accepted_number_again_gives_itself(text: str, department: str | None) -> None:
    for reading in read_cell(text, department=department, fiction_allowed=True):
        if isinstance(reading, Number):
            (again,) = read_cell(reading.e164, department=department, fiction_allowed=True)
            assert isinstance(again, Number)
            assert (again.e164, again.territory, again.kind) == (
                reading.e164,
                reading.territory,
                reading.kind,
            )


@given(st.one_of(messy, national, st.text(max_size=40)))
def test_a_cell_that_says_something_is_never_dropped_in_silence(text: str) -> None:
    if any(character.isdigit() and character.isascii() for character in text):
        assert read_cell(text, fiction_allowed=True)


@given(st.sampled_from(sorted(CODES)), st.from_regex(r"[1-9][0-9]{8}", fullmatch=True))
def test_the_compiled_plans_agree_with_the_library(code: str, digits: str) -> None:
    number = phonenumbers.parse(f"+{code}{digits}", None)
    territory = phonenumbers.region_code_for_number(number)
    expected = phonenumbers.number_type(number)
    accepted = [usage for name in CODES[code] if (usage := usage_in(name, digits))]
    assert bool(accepted) == phonenumbers.is_valid_number(number)
    if territory and expected == phonenumbers.PhoneNumberType.MOBILE:
        assert "mobile" in accepted


@given(st.sampled_from(FICTION_RANGES), st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_every_fictional_number_is_read_as_synthetic(start: str, end: str) -> None:
    readings = read_cell(f"0{start}{end}", fiction_allowed=True)
    (number,) = readings
    assert isinstance(number, Number)
    assert number.synthetic
    assert not any(isinstance(reading, Number) for reading in read_cell(f"0{start}{end}"))


@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True))
def test_a_mask_never_shows_more_than_four_digits_of_a_long_number(e164: str) -> None:
    shown = mask(e164).split(" ", 1)[1]
    assert sum(character.isdigit() for character in shown) <= 3
