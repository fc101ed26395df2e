"""People as data, and the strangers nobody described."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callsvc.simulator.ledger.store import Store
from callsvc.simulator.people.book import PeopleBook
from callsvc.simulator.people.person import nth
from callsvc.simulator.people.personas import personas
from callsvc.simulator.people.reading import KNOWN, read_person
from callsvc.simulator.settings import DEFAULT_STRANGERS


@pytest.fixture
def book() -> Iterator[Callable[..., PeopleBook]]:
    store = Store(None)
    yield lambda seed="1": PeopleBook(store, seed, DEFAULT_STRANGERS)
    store.close()


def test_answers_are_used_in_turn_and_the_last_repeats() -> None:
    person = read_person({"number": "+33639980001", "answers": ["busy", "human"], "ring": [3, 9]})
    assert [nth(person.answers, index) for index in range(4)] == ["busy", "human", "human", "human"]
    assert nth(person.ring, 5) == 9.0


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "number: a person has either a number or a client"),
        ({"number": "+33639980001", "client": "a"}, "number: .*either a number or a client"),
        ({"answers": "perhaps"}, "answers: 'perhaps' is none of human, machine"),
        ({"replies": [{"hears": "(", "press": "1"}]}, r"replies\[0\].hears: .* no regular expression"),
        ({"replies": [{"press": "1"}, {"hears": "x", "press": "Z"}]}, r"replies\[1\].press: .* no key"),
        ({"replies": [{"hears": "x"}]}, r"replies\[0\].press: a reply either presses or says"),
        ({"replies": [{"hears": "x", "press": "1", "soon": 1}]}, r"replies\[0\].soon: no such field"),
        ({"mood": "sad"}, "mood: no such field; those known are .*answers"),
        ({"texts": [{"on": "dawn", "body": "x"}]}, r"texts\[0\].on: 'dawn' is none of sms"),
        ({"hangs_up": {"after": -1}}, "hangs_up.after: -1 is no number of 0 or more"),
        ({"ring": "8"}, "ring: '8' is no number .*without quotes"),
        ({"ring": {"triangular": [9, 3, 20]}}, r"ring: triangular: give \[low, likeliest, high\]"),
        ({"ring": {"lognormal": {"median": 8}}}, "ring: lognormal: give {median, sigma}"),
        ({"replies": [{"hears": "x", "press": "1", "probability": 3}]}, r"replies\[0\]: probability: give"),
        ({"persona": "ghost"}, "persona: 'ghost' is none of cooperative"),
        ({"personas": {"ghost": 1}}, "personas: .*'ghost' is none of"),
        ({"persona": "silent", "personas": {"silent": 1}}, "personas: give either"),
        ({"calls_back": {"on": "sms", "times": 0}}, "calls_back.times: 0: give a whole number"),
    ],
)
def test_a_person_that_makes_no_sense_is_refused_with_the_field_and_what_to_write(
    book: Callable[..., PeopleBook], facts: dict[str, object], words: str
) -> None:
    whole = {"number": "+33639980001", **facts} if facts else {}
    with pytest.raises(ValueError, match=f"person 1: {words}"):
        book().add([whole])


def test_a_file_of_people_is_read_or_refused_as_a_whole(
    tmp_path: Path, book: Callable[..., PeopleBook]
) -> None:
    known, path = book(), tmp_path / "people.jsonl"
    path.write_text(
        '# two of them\n{"number": "+33639980001"}\n\n{"client": "agent-1", "talk": [10, null]}\n'
    )
    assert known.load(path) == 2
    assert known.at("client:agent-1").talk == (10.0, None)
    path.write_text('{"number": "+33639980002"}\n\n{"number": "+33639980003", "ring": "long"}\n')
    with pytest.raises(ValueError, match=r"people.jsonl, line 3, person 2: ring: 'long'"):
        known.load(path)
    path.write_text('{"number": "+33639980002"}\n{"number": \n')
    with pytest.raises(ValueError, match=r"people.jsonl, line 2: not JSON"):
        known.load(path)
    assert known.count() == 2


def test_a_yaml_file_names_the_line_of_the_field(tmp_path: Path, book: Callable[..., PeopleBook]) -> None:
    known, path = book(), tmp_path / "people.yaml"
    path.write_text(
        "people:\n  - number: '+33639980001'\n    persona: hurried\n  - prefix: '+336'\n    persona: silent\n"
    )
    assert known.load(path) == 2
    path.write_text(
        "people:\n"
        "  - number: '+33639980001'\n"
        "    replies:\n"
        "      - {hears: x, press: '1'}\n"
        "      - hears: y\n"
        "        press: Z\n"
    )
    with pytest.raises(ValueError, match=r"people.yaml, line 6, person 1: replies\[1\].press: 'Z'"):
        known.load(path)
    path.write_text("number: '+33639980001'\n")
    with pytest.raises(ValueError, match="write a list of people"):
        known.load(path)


def test_every_persona_of_the_library_can_be_read_and_is_documented(book: Callable[..., PeopleBook]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()
    assert (
        book().add([{"client": f"p{index}", "persona": name} for index, name in enumerate(personas())]) > 10
    )
    assert [name for name in (*personas(), *KNOWN) if f"`{name}`" not in page] == []


def test_a_number_is_its_own_person_before_its_prefix_and_the_longest_prefix_counts(
    book: Callable[..., PeopleBook],
) -> None:
    known = book()
    known.add(
        [
            {"prefix": "+336", "answers": "busy"},
            {"prefix": "+33639980", "answers": "fax"},
            {"number": "+33639980001", "answers": "machine"},
        ]
    )
    found = [known.at(number).answers[0] for number in ("+33639980001", "+33639980002", "+33600000000")]
    assert found == ["machine", "fax", "busy"]
    assert known.at("+33639980002").address == "+33639980002"
    known.clear()
    assert known.at("+33639980002").answers[0] != "fax" or known.count() == 0


def test_a_population_follows_its_weights_and_everybody_stays_who_they_are(
    book: Callable[..., PeopleBook],
) -> None:
    known = book("7")
    known.add([{"prefix": "+", "personas": {"never-answers": 3, "voicemail": 1}}])
    numbers = [f"+3363998{index:04d}" for index in range(400)]
    drawn = Counter(known.at(number, 0).answers[0] for number in numbers)
    assert 260 < drawn["no-answer"] < 340
    assert drawn.total() == drawn["no-answer"] + drawn["machine"]
    assert all(known.at(number, 0).answers == known.at(number, 5).answers for number in numbers[:40])


def test_draws_follow_their_distribution_and_differ_by_call(book: Callable[..., PeopleBook]) -> None:
    known = book()
    known.add(
        [
            {"prefix": "+1", "ring": {"triangular": [2, 6, 25]}},
            {"prefix": "+2", "ring": {"lognormal": {"median": 8, "sigma": 0.5, "most": 30}}},
            {"prefix": "+3", "ring": {"uniform": [1, 3]}, "answers": {"one_of": {"human": 1, "busy": 1}}},
        ]
    )
    rings = {
        kind: sorted(known.at(f"{kind}{index:04d}", 0).ring[0] for index in range(500))
        for kind in ("+1", "+2", "+3")
    }
    assert rings["+1"][0] >= 2 and rings["+1"][-1] <= 25
    assert 9 < sum(rings["+1"]) / 500 < 13  # the mean is a third of the three
    assert 7 < rings["+2"][250] < 9 and rings["+2"][-1] <= 30
    assert 1.8 < sum(rings["+3"]) / 500 < 2.2
    calls = [(known.at("+30001", call).ring, known.at("+30001", call).answers) for call in range(12)]
    assert len(set(calls)) > 8
    assert calls == [(known.at("+30001", call).ring, known.at("+30001", call).answers) for call in range(12)]


def test_strangers_are_the_same_for_a_seed_and_follow_the_weights(book: Callable[..., PeopleBook]) -> None:
    numbers = [f"+3363998{index:04d}" for index in range(2000)]
    first = [book("a").at(number).answers[0] for number in numbers[:50]]
    assert first == [book("a").at(number).answers[0] for number in numbers[:50]]
    drawn = Counter(book("b").at(number).answers[0] for number in numbers[:200])
    assert 70 < drawn["human"] < 130
    assert drawn["no-answer"] > drawn["busy"]


def test_an_unknown_client_answers_after_a_second_and_never_loses_patience(
    book: Callable[..., PeopleBook],
) -> None:
    client = book().at("client:nobody?name=x")
    assert (client.ring, client.patience, client.answers) == ((1.0,), None, ("human",))
