"""Whatever a name, a flow or an import holds: well-formed XML of the same shape."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from callsvc.carrier import twiml
from callsvc.carrier.twiml import Speech, clean

# Any code point: control characters, lone surrogates, markup and right-to-left marks among them.
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(
    ['"/><Record action="http://example.org"/>', "]]><Dial>", "&#0;&lt;", "\x00\x0b\ud800\ufffe", "<!--"]
)


def _shape(document: str) -> Any:
    """Names and the names of attributes, without what they hold."""

    def of(element: Element) -> Any:
        return element.tag, sorted(element.attrib), [of(child) for child in element]

    document.encode("utf-8")  # a lone surrogate cannot be sent
    return of(fromstring(document))


def _all_documents(text: str, language: str, voice: str, url: str) -> list[str]:
    said = [
        Speech(text, language),
        Speech(text, language, voice=f"v{voice}"),
        Speech(text, "", "", f"a{url}"),
    ]
    return [
        twiml.say_and_hang_up(said),
        twiml.ask(said, said, action=url, timeout_s=5, digits=1, finish_on_key=text[:1]),
        twiml.ask(said, said, action=url, timeout_s=5, digits=None, finish_on_key=""),
        twiml.ask(
            said,
            said,
            action=url,
            timeout_s=5,
            digits=1,
            finish_on_key="",
            hints=[f"w{text}", "oui"],
            language=f"l{language}",
        ),
        twiml.record(said, action=url, longest_s=60, finish_on_key=text[:1]),
        twiml.wait(said, action=url, pause_s=8, takes_key=True),
        twiml.wait(said, action=url, pause_s=8, takes_key=False),
        twiml.join_conference(text, label=voice, status_url=url, before=said, after_url=f"/{url}"),
        twiml.hang_up(),
        twiml.nothing(),
    ]


@given(text=ANYTHING, language=ANYTHING, voice=ANYTHING, url=ANYTHING)
def test_any_text_in_any_field_gives_well_formed_xml_of_the_same_shape(
    text: str, language: str, voice: str, url: str
) -> None:
    plain = _all_documents("Bonjour", "fr-FR", "lea", "http://example.org/x")
    wild = _all_documents(text, language, voice, url)
    assert [_shape(one) for one in wild] == [_shape(one) for one in plain]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=60))
def test_a_text_without_control_characters_is_said_as_it_is(text: str) -> None:
    wanted = text.replace("\ufffe", "").replace("\uffff", "")
    document = fromstring(twiml.say_and_hang_up([Speech(text, "fr-FR")]))
    assert (document.find("Say").text or "") == wanted


def test_ten_thousand_characters_are_cut_below_the_vendors_limit() -> None:
    # "The current limit is 4,096 characters" for one <Say>; beyond it the call hears an error.
    said = fromstring(twiml.say_and_hang_up([Speech("é" * 10_000, "fr-FR")])).find("Say").text
    assert 2_000 < len(said) < 4_096


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ud800", "\udfff", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_left_out_and_the_rest_kept(bad: str) -> None:
    assert clean(f"Bon{bad}jour 👋") == "Bonjour 👋"
