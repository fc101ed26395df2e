"""Conditions of Studio, and of FLOIP, as ours."""

import pytest

from ivr_flows.expressions import parse
from ivr_flows.importing.draft import Draft
from ivr_flows.importing.floip.expressions import condition, words
from ivr_flows.importing.source import NotExpressible
from ivr_flows.importing.studio.conditions import OPERATORS, expression
from ivr_flows.importing.studio.scope import Scope
from ivr_flows.importing.studio.states import Condition

SUBJECT = "{{flow.data.x}}"
HOLDS = {
    "equal_to": ("Oui", "OUI", "non"),
    "not_equal_to": ("oui", "non", "oui"),
    "matches_any_of": ("a, b", "b", "c"),
    "does_not_match_any_of": ("a, b", "c", "a"),
    "contains": ("ou", "oui", "non"),
    "does_not_contain": ("ou", "non", "oui"),
    "starts_with": ("06", "0612", "0712"),
    "does_not_start_with": ("06", "07", "06"),
    "is_blank": ("", None, "x"),
    "is_not_blank": ("", "x", ""),
    "regex": ("^(oui|ok)$", "ok", "okay"),
    "less_than": ("5", 4, 5),
    "greater_than": ("5", 6, 5),
}
"""For each operator a value, what it holds for and what it does not."""

CLOCK = {"is_before_time", "is_after_time", "is_before_date", "is_after_date"}


def made(type_, value, subject=SUBJECT):
    return expression(Condition(type_, value, subject), Scope(Draft("f", "F", ["fr"]), {}, {}), "")


def test_every_operator_is_known():
    assert set(HOLDS) | CLOCK == OPERATORS


@pytest.mark.parametrize("type_", sorted(HOLDS))
def test_an_operator_holds_for_what_it_should_and_for_nothing_else(type_):
    value, right, wrong = HOLDS[type_]
    test = parse(made(type_, value))
    assert test.test({"data.x": right}.get)
    assert not test.test({"data.x": wrong}.get)


@pytest.mark.parametrize(
    ("type_", "value", "subject", "why"),
    [
        ("is_before_time", "18:00", SUBJECT, "asks the clock"),
        ("regex", r"^\d{5}$", SUBJECT, "no counterpart"),
        ("less_than", "abc", SUBJECT, "no number"),
        ("equal_to", "1", "{{flow.data.x | size}}", "Liquid filter size"),
        ("equal_to", "1", "{{flow.data.x}}-{{flow.data.y}}", "no single variable"),
        ("sounds_like", "x", SUBJECT, "no counterpart"),
        ("equal_to", "'\"", SUBJECT, "both kinds of quotes"),
    ],
)
def test_what_cannot_be_said_is_said_so(type_, value, subject, why):
    with pytest.raises(NotExpressible, match=why):
        made(type_, value, subject)


def test_a_number_is_also_meant_when_the_fact_is_one():
    test = parse(made("equal_to", "5"))
    assert test.test({"data.x": 5}.get)
    assert test.test({"data.x": "5"}.get)


@pytest.mark.parametrize(
    ("source", "facts", "holds"),
    [
        ("block.value = 'F'", {"block.value": "f"}, True),
        ("NOT(block.value <> 3)", {"block.value": "3"}, True),
        ("OR(flow.a > 3, IN(flow.b, ARRAY('x', 'y')))", {"flow.a": 1, "flow.b": "y"}, True),
        ("@(BETWEEN(flow.a, 1, 3))", {"flow.a": 4}, False),
        ("CONTAINS('oui', flow.b)", {"flow.b": "oui oui"}, True),
        ("(flow.a = NULL)", {}, True),
    ],
)
def test_a_test_of_floip_means_the_same_here(source, facts, holds):
    assert parse(condition(source, lambda path: path)).test(facts.get) is holds


@pytest.mark.parametrize(
    "source", ["flow.a + 1 > 2", "YEAR(NOW()) = 2020", "block.value =", "(((", "a" * 9000 + "="]
)
def test_a_test_that_computes_is_refused(source):
    with pytest.raises(NotExpressible):
        condition(source, lambda path: path)


def test_words_with_a_function_are_refused():
    with pytest.raises(NotExpressible):
        words("@(UPPER(contact.name))", lambda path: path)
