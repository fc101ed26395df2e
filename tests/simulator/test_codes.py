"""The one table of codes."""

from __future__ import annotations

from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.grammar import GRAMMAR
from callsvc.simulator.twiml.verbs import VERBS

NAMED = {value for value in vars(codes).values() if isinstance(value, int)}


def test_every_named_code_has_its_words_and_gravity() -> None:
    assert set(codes.CODES) == NAMED
    assert {code.level for code in codes.CODES.values()} == {codes.ERROR, codes.WARNING}


def test_every_code_of_the_grammar_is_a_warning() -> None:
    used = {
        code for grammar in GRAMMAR.values() for code in (*grammar.own_codes.values(), grammar.nested_code)
    }
    assert {codes.CODES[code].level for code in used} == {codes.WARNING}


def test_every_verb_and_everything_nested_in_one_has_a_grammar() -> None:
    nested = {child for grammar in GRAMMAR.values() for child in grammar.children}
    assert set(VERBS) | nested <= set(GRAMMAR)
