"""Inspects a document before it runs: what is not in the grammar is warned of and left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from callsvc.simulator.twiml import codes
from callsvc.simulator.twiml.grammar import GRAMMAR, UNCHECKED


@dataclass(frozen=True)
class Warned:
    """One warning: the vendor's code and what it is about."""

    code: int
    detail: str


def inspect(root: Element, verbs: frozenset[str]) -> tuple[list[Element], list[Warned]]:
    """The verbs that can run, cleaned of what cannot be used, and the warnings about the rest.

    The elements are copies: documents are shared, and whoever reads one must not change it.
    """
    warnings: list[Warned] = []
    kept: list[Element] = []
    for element in root:
        if element.tag not in verbs:
            warnings.append(Warned(codes.SCHEMA, f"{element.tag} is not expected in Response"))
            continue
        warnings += _faults(element)
        kept.append(_clean(element))
    return kept, warnings


def _faults(element: Element) -> Iterator[Warned]:
    grammar = GRAMMAR[element.tag]
    if element.tag not in UNCHECKED:
        for name, value in element.attrib.items():
            rule = grammar.attributes.get(name)
            if rule is None:
                yield Warned(codes.SCHEMA, f"{element.tag} has no attribute {name}")
            elif not rule(value):
                code = grammar.own_codes.get(name, codes.SCHEMA)
                yield Warned(code, f"{name}={value!r} in {element.tag}")
    if grammar.free:
        return
    for child in element:
        if child.tag not in grammar.children:
            yield Warned(grammar.nested_code, f"{child.tag} in {element.tag}")
        else:
            yield from _faults(child)


def _clean(element: Element) -> Element:
    grammar = GRAMMAR[element.tag]
    if element.tag in UNCHECKED or (grammar.free and not element.attrib):
        return element
    kept = {
        name: value
        for name, value in element.attrib.items()
        if (rule := grammar.attributes.get(name)) is not None and rule(value)
    }
    copy = Element(element.tag, kept)
    copy.text, copy.tail = element.text, element.tail
    if grammar.free:
        copy.extend(list(element))
    else:
        copy.extend([_clean(child) for child in element if child.tag in grammar.children])
    return copy
