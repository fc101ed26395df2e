"""A session's answers as Flow Results: what was asked, what was answered, by nobody who can be named."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from ivr_flows import Keys, Recording, begin, load, resume
from ivr_flows.results import (
    FIELDS,
    Session,
    answers_of,
    as_csv_lines,
    as_json_lines,
    descriptor,
    questions,
    rows,
)

NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)
FLOW = load(
    """\
schema: 1
id: survey
title: {fr: Enquête}
direction: inbound
languages: [fr, en]
channels: [voice]
prompts:
  ask: {fr: {text: "{contact.first_name}, tapez 1 ou 2."}, en: {text: Press 1 or 2.}}
  degrees: {fr: {text: "Combien ?"}}
  speak: {fr: {text: "Parlez."}}
steps:
  start: {menu: {prompt: ask}, keys: {"1": fever, "2": fine}, words: {fine: [bien]}}
  fever:
    set: {"answers.fever": true, language: en}
    collect: {prompt: degrees, as: number, into: answers.degrees, between: [35, 43]}
    next: tell
  tell: {record: {prompt: speak, consent: speak}, next: done}
  fine: {set: {"answers.note": "=1+1, \\"x\\""}, next: done}
  done: {end: reached}
"""
)


def held(name, *given):
    """A session in which these were given, a minute apart."""
    turn = begin(FLOW, {"contact": {"first_name": "Ana"}}, channel="voice", now=NOON)
    turns = [(NOON, turn)]
    for minute, each in enumerate(given, 1):
        at = NOON + timedelta(minutes=minute)
        turn = resume(FLOW, turn.state, each, now=at)
        turns.append((at, turn))
    answers = [answer for at, turn in turns for answer in answers_of(turn, at=at)]
    return Session(name, f"contact-{name}", "voice", answers)


ILL = held("s1", Keys("7"), Keys("1"), Keys("39"), Recording("RE1", 4))
WELL = held("s2", Keys("2"))


def test_every_response_is_one_row_with_its_moment():
    assert list(rows(FLOW, [ILL])) == [
        [
            "2020-11-16T11:02:00+00:00",
            "s1-1",
            "contact-s1",
            "s1",
            "start",
            "fever",
            {"channel": "voice", "key": "1"},
        ],
        [
            "2020-11-16T11:02:00+00:00",
            "s1-2",
            "contact-s1",
            "s1",
            "answers.fever",
            True,
            {"channel": "voice"},
        ],
        [
            "2020-11-16T11:03:00+00:00",
            "s1-3",
            "contact-s1",
            "s1",
            "answers.degrees",
            39,
            {"channel": "voice"},
        ],
        [
            "2020-11-16T11:04:00+00:00",
            "s1-4",
            "contact-s1",
            "s1",
            "tell",
            "RE1",
            {"channel": "voice", "duration_s": 4},
        ],
    ]


def test_every_row_answers_a_question_of_the_descriptor():
    described = descriptor(FLOW, id="b03ec84f-77fd-4270-813b-0c698943f7ce", created=NOON, path="data.json")
    (resource,) = described["resources"]
    assert described["profile"] == "flow-results-package"
    assert [field["name"] for field in resource["schema"]["fields"]] == [name for name, _, _ in FIELDS]
    asked = set(resource["schema"]["questions"])
    assert {row[4] for row in rows(FLOW, [ILL, WELL])} <= asked
    assert json.loads(json.dumps(described)) == described


def test_a_question_has_its_type_its_words_and_its_choices():
    assert questions(FLOW) == {
        "start": {
            "type": "select_one",
            "label": "[contact.first_name], tapez 1 ou 2.",
            "type_options": {"choices": ["fever", "fine"]},
        },
        "answers.fever": {
            "type": "select_one",
            "label": "answers.fever",
            "type_options": {"choices": [True, False]},
        },
        "answers.degrees": {"type": "numeric", "label": "Combien ?", "type_options": {"range": [35, 43]}},
        "tell": {"type": "audio", "label": "Parlez.", "type_options": {}},
        "answers.note": {"type": "text", "label": "answers.note", "type_options": {}},
    }


def test_nobody_is_named_in_a_package():
    assert "Ana" not in "".join(as_json_lines(rows(FLOW, [ILL, WELL])))


def test_the_rows_are_one_array_however_many():
    assert json.loads("".join(as_json_lines(rows(FLOW, [ILL, WELL]))))[-1][4:6] == [
        "answers.note",
        '=1+1, "x"',
    ]
    assert json.loads("".join(as_json_lines([]))) == []


def test_a_spreadsheet_reads_the_same_and_computes_nothing():
    written = list(csv.reader(io.StringIO("".join(as_csv_lines(rows(FLOW, [ILL, WELL]))), newline="")))
    assert written[0] == [name for name, _, _ in FIELDS]
    assert written[-1][5] == '\'=1+1, "x"'
    assert json.loads(written[1][6]) == {"channel": "voice", "key": "1"}
    assert len(written) == 1 + len(list(rows(FLOW, [ILL, WELL])))


def test_a_moment_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        descriptor(FLOW, id="x", created=datetime(2020, 11, 16), path="d")  # noqa: DTZ001
