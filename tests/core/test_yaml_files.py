"""Files that people write in YAML: what is wrong is told by its place, whatever was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsvc.core import yaml_files
from callsvc.core.errors import Invalid
from callsvc.core.yaml_files import Part, checked, loaded, mapping_in


class Target(Part):
    title: str
    ring_s: int = 20


class File(Part):
    targets: tuple[Target, ...]


def read(text: str) -> File:
    return checked(File, mapping_in(text, "file-invalid", begins="targets: []"), "file-invalid", "list")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targets:\n  - {title: [a}", "not YAML: line 2, column 15: while parsing a flow sequence"),
        ("targets: []\ntargets: []", "line 2, column 1: while constructing a mapping, found duplicate key"),
        ("targets: !!python/object:os.x {}", "line 1, column 10: could not determine a constructor"),
        ("[" * 20_000, "nested too deeply"),
        ("day: 2020-13-45", "month must be in 1..12"),
        ("count: !!int ''", "a value cannot be read"),
        ("on: !!bool perhaps", "a value cannot be read"),
        ("? [a, [b]]\n: c", "a value cannot be read"),
        ("\x01", "a value cannot be read"),
        ("- targets", "must be a mapping of settings, such as targets: []."),
        ("", "must be a mapping of settings"),
        ("{}", "Correct the list: targets: Field required"),
        ("targets: [{title: A, ring_s: soon}]", "targets.0.ring_s: Input should be a valid integer"),
        ("targets: [{title: A, rings: 3}]", "targets.0.rings: Extra inputs are not permitted"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(text)
    assert refused.value.id == "file-invalid"
    assert said in refused.value.message


def test_the_details_hold_every_place_and_the_sentence_the_first_ones() -> None:
    with pytest.raises(Invalid) as refused:
        read("targets: [" + "{}, " * 25 + "]")
    assert refused.value.details["problems"][24] == {"place": "targets.24.title", "problem": "Field required"}
    assert refused.value.message.endswith("targets.19.title: Field required; and 5 more")


def test_a_file_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_files, "LONGEST", 10)
    with pytest.raises(Invalid, match="longer than 10 characters"):
        loaded("targets: []", "file-invalid")


@given(st.text(alphabet=st.sampled_from("ab:-?[]{}!'\"|>%@#,. \n\t0129e_~<=\\/x"), max_size=40))
def test_any_text_is_data_or_a_refusal(text: str) -> None:
    try:
        loaded(text, "file-invalid")
    except Invalid as refused:
        assert refused.id == "file-invalid"
