"""Every sentence of the pages exists in French, and is compiled."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import callsvc
from callsvc.campaigns.dispositions import CALLBACK_CANCELED, DISPOSITIONS, NOT_REACHED, STOPPED, UNCALLABLE
from callsvc.labels import OUTCOMES

HOME = Path(callsvc.__file__).parent
CATALOGUE = HOME / "translations/fr/LC_MESSAGES"


def test_every_sentence_is_translated_and_none_is_left_over() -> None:
    methods = [("templates/**.html", "jinja2"), ("**.py", "python")]
    keywords = {"_": None, "gettext": None, "lazy_gettext": None}
    used = {
        message
        for _, _, message, _, _ in extract_from_dir(
            HOME, methods, keywords=keywords, directory_filter=lambda _: True
        )
        if isinstance(message, str)
    }
    with (CATALOGUE / "messages.po").open("rb") as file:
        translated = {message.id for message in read_po(file, locale="fr") if message.id and message.string}
    assert used == translated


def test_the_compiled_catalogue_says_what_the_source_says() -> None:
    with (CATALOGUE / "messages.po").open("rb") as po, (CATALOGUE / "messages.mo").open("rb") as mo:
        source = {m.id: m.string for m in read_po(po, locale="fr") if m.id}
        compiled = {m.id: m.string for m in read_mo(mo) if m.id}
    assert compiled == source


def test_placeholders_survive_translation() -> None:
    with (CATALOGUE / "messages.po").open("rb") as file:
        for message in read_po(file, locale="fr"):
            if message.id:
                names = re.findall(r"%\((\w+)\)s", str(message.id))
                assert sorted(re.findall(r"%\((\w+)\)s", str(message.string))) == sorted(names)


def test_every_outcome_a_person_can_end_with_has_a_label() -> None:
    final = {name for name, flags in DISPOSITIONS.items() if flags.final}
    assert final | {CALLBACK_CANCELED, NOT_REACHED, STOPPED, UNCALLABLE} <= set(OUTCOMES)
