"""People as data, and the strangers nobody described."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callsvc.simulator.ledger.store import Store
from callsvc.simulator.people.book import PeopleBook
from callsvc.simulator.people.person import nth, read_person
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
        ({}, "either a number or a client"),
        ({"number": "+33639980001", "client": "a"}, "either a number or a client"),
        ({"number": "+33639980001", "answers": "perhaps"}, "answers: 'perhaps'"),
        ({"number": "+33639980001", "replies": [{"hears": "(", "press": "1"}]}, "no regular expression"),
        ({"number": "+33639980001", "replies": [{"hears": "x", "press": "Z"}]}, "no key"),
        ({"number": "+33639980001", "mood": "sad"}, "unknown fields: mood"),
        ({"number": "+33639980001", "texts": [{"on": "dawn", "body": "x"}]}, "texts: on 'dawn'"),
    ],
)
def test_a_person_that_makes_no_sense_is_refused_with_the_field(facts: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        read_person(facts)


def test_a_file_of_people_is_read_or_refused_as_a_whole(
    tmp_path: Path, book: Callable[..., PeopleBook]
) -> None:
    known, path = book(), tmp_path / "people.jsonl"
    path.write_text(
        '# two of them\n{"number": "+33639980001"}\n\n{"client": "agent-1", "talk": [10, null]}\n'
    )
    assert known.load(path) == 2
    assert known.at("client:agent-1").talk == (10.0, None)
    path.write_text('{"number": "+33639980002"}\n{"number": "+33639980003", "ring": "long"}\n')
    with pytest.raises(ValueError, match=r"people.jsonl: person 2"):
        known.load(path)
    assert known.count() == 2


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
