"""YAML by the rules of 1.2, with lines, and nothing else."""

import pytest

from ivr_flows.findings import FlowInvalid
from ivr_flows.reading import read


def refusal(text: str) -> tuple[str, int]:
    with pytest.raises(FlowInvalid) as caught:
        read(text)
    (finding,) = caught.value.findings
    return finding.id, finding.line


def test_yes_no_on_and_off_are_words():
    assert read("words: [yes, no, on, off, y, n]").data == {"words": ["yes", "no", "on", "off", "y", "n"]}


def test_hours_and_dates_stay_text():
    assert read("{at: 18:00, on: 2020-11-16, phone: '0199001234'}").data == {
        "at": "18:00",
        "on": "2020-11-16",
        "phone": "0199001234",
    }


def test_true_numbers_and_null_are_what_they_look_like():
    assert read("[true, False, 12, -3, 1.5, 0x1F, ~, null]").data == [
        True,
        False,
        12,
        -3,
        1.5,
        31,
        None,
        None,
    ]


def test_infinity_stays_text_because_json_has_none():
    assert read("[.inf, .nan]").data == [".inf", ".nan"]


def test_every_key_and_item_has_its_line():
    document = read("a:\n  b:\n    - c\n    - d\n")
    assert (document.line("a"), document.line("a", "b"), document.line("a", "b", 1)) == (1, 2, 4)
    assert document.line("a", "b", 1, "nothing") == 4


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\na: 2\n", 2),
        ("keys:\n  1: start\n", 2),
        ("a: [1, 2\nb: 3\n", 2),
        ("a: 1\n---\nb: 2\n", 2),
        ("%YAML 1.1\n---\na: yes\n", 1),
        ("a: !!python/object:os.system x\n", 1),
        ("a:\n  <<: {b: 1}\n", 2),
        ("a: \x00", 1),
        ("\ta: 1", 1),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_line(text, line):
    assert refusal(text) == ("yaml", line)


def test_a_file_of_aliases_cannot_describe_a_huge_tree():
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
    assert refusal(bomb)[0] == "yaml"


def test_a_tree_that_contains_itself_is_refused():
    assert refusal("a: &a [*a]\n")[0] == "yaml"


def test_a_very_long_file_is_refused_unread():
    assert refusal("a: " + "x" * 600_000) == ("yaml", 1)


def test_an_empty_file_is_read_as_nothing():
    assert read("# nothing\n").data is None
