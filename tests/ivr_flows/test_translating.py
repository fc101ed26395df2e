"""Out to translators as PO, back into the YAML: nothing lost, nothing else moved."""

import difflib
from io import BytesIO

import pytest
from babel.messages.pofile import read_po, write_po
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_flows import library, lint, load
from ivr_flows.cli import flow
from ivr_flows.text import clean
from ivr_flows.translating import from_po, to_po
from ivr_flows.translating.importing import PoInvalid
from ivr_flows.translating.messages import messages_of

FLOW = """\
# The owner's remark
schema: 1
id: tried
title: {fr: Essai}
direction: inbound
languages: [fr]          # more to come
channels: [voice, sms]
prompts:
  ask:      # read by all
    says: neutral
    fr: {text: "Bonjour {contact.first_name}, tapez 1.", sms: "{contact.first_name} ? Répondez OUI."}
  bye:
    fr:
      text: >-
        Au revoir
        et merci.

# how it goes
steps:
  start: {menu: {prompt: ask}, keys: {"1": bye}, words: {bye: [oui]}, on_exhausted: bye}
  bye: {say: bye, end: done}
"""
TRANSLATED = {
    "title": "Ensayo",
    "ask:text": "Hola {contact.first_name}, pulse 1.",
    "ask:sms": "¿{contact.first_name}? Responda 1.",
    "bye:text": 'Adiós: "gracias" # y más',
}


def filled(po, texts):
    catalog = read_po(po.splitlines(keepends=True))
    for entry in catalog:
        if entry.id and entry.context in texts:
            entry.string = texts[entry.context]
    out = BytesIO()
    write_po(out, catalog)
    return out.getvalue().decode()


def back_with(**changed):
    texts = {**TRANSLATED, **{name.replace("__", ":"): text for name, text in changed.items()}}
    return from_po(FLOW, filled(to_po(load(FLOW), "es"), texts))


def test_a_translator_is_told_where_it_is_heard_and_what_to_keep():
    po = to_po(load(FLOW), "es")
    about = po[po.index("#. asked in start") : po.index('msgctxt "bye:text"')]
    assert "#. Keep: {contact.first_name}\n#. Speak of the keys: 1\n" in about
    assert "#. By SMS: at most 3 segments" in about
    assert '"Language: es\\n"' in po


def test_the_translation_is_written_and_all_else_stays_as_it_was():
    back = back_with()
    assert (back.complete, back.missing, back.refused) == (True, (), ())
    prompts = load(back.text).prompts
    assert prompts["ask"].wordings["es"].sms.parts == ("¿", "contact.first_name", "? Responda 1.")
    assert prompts["bye"].wordings["es"].text.parts == (TRANSLATED["bye:text"],)
    difference = list(difflib.ndiff(FLOW.splitlines(), back.text.splitlines()))
    assert [line for line in difference if line.startswith("- ")] == [
        "- title: {fr: Essai}",
        "- languages: [fr]          # more to come",
    ]
    assert "languages: [fr, es]" in back.text
    assert "# how it goes\nsteps:" in back.text
    assert [finding.id for finding in lint(load(back.text)) if finding.severity == "error"] == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"ask__text": "Hola, pulse 1."}, "{contact.first_name} was lost"),
        ({"ask__text": "Hola {contact.first_name} {contact.last_name}, pulse 1."}, "is not in the text"),
        ({"ask__text": "Hola {contact.first_name}, pulse uno."}, "it does not speak of key 1"),
        ({"bye__text": "a" * 2001}, "2001 characters, at most 2000"),
    ],
)
def test_what_would_break_a_prompt_is_refused_and_the_rest_is_taken(changed, why):
    back = back_with(**changed)
    (refused,) = back.refused
    assert why in refused.why
    assert refused.line > 0
    assert refused.context not in back.taken
    assert "ask:sms" not in back.taken or "ask:text" in back.taken
    assert "title" in back.taken
    assert load(back.text).languages == ("fr",)


def test_what_is_not_translated_is_named_and_the_language_not_claimed():
    back = back_with(bye__text="")
    assert back.missing == ("bye:text",)
    assert "es" not in load(back.text).languages


def test_a_translation_of_an_older_text_is_refused():
    old = filled(to_po(load(FLOW), "es"), TRANSLATED)
    back = from_po(FLOW.replace("et merci", "et à bientôt"), old)
    assert [(refusal.context, "changed since" in refusal.why) for refusal in back.refused] == [
        ("bye:text", True)
    ]


def test_a_prompt_that_is_gone_is_named():
    po = filled(to_po(load(FLOW), "es"), TRANSLATED).replace('"bye:text"', '"gone:text"')
    back = from_po(FLOW, po)
    assert [refusal.why for refusal in back.refused] == ["the flow has no such prompt"]
    assert back.missing == ("bye:text",)


@pytest.mark.parametrize("po", ['msgid "a', 'msgid "a"\nmsgstr "b"\n', '"Language: fr\\n"'])
def test_what_is_no_translation_is_refused_whole(po):
    with pytest.raises(PoInvalid):
        from_po(FLOW, po)


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="{}"), max_size=60)


@settings(max_examples=30, deadline=None)
@given(st.lists(WORDS, min_size=4, max_size=4))
def test_whatever_words_go_out_and_come_back_are_the_same(words):
    definition = load(FLOW)
    texts = {}
    for message, word in zip(messages_of(definition, "pt"), words, strict=True):
        places = " ".join(f"{{{name}}}" for name in sorted(message.places))
        texts[message.context] = clean(f"x {word} {places} {' '.join(message.keys)} y")
    back = from_po(FLOW, filled(to_po(definition, "pt"), texts))
    assert back.complete
    new = load(back.text)
    assert {m.context: m.translation for m in messages_of(new, "pt")} == texts
    again = from_po(back.text, to_po(new, "pt"))
    assert again.text == back.text


@pytest.mark.parametrize("name", ["callback", "broadcast"])
def test_a_language_that_goes_out_and_comes_back_changes_nothing(name):
    text = library.flow_text(name)
    back = from_po(text, to_po(load(text), "en"))
    assert (back.complete, load(back.text).version) == (True, load(text).version)


def test_the_commands_write_the_po_file_and_take_it_back(tmp_path):
    file, po = tmp_path / "tried.yaml", tmp_path / "tried.es.po"
    file.write_text(FLOW, "utf-8")
    run = CliRunner().invoke
    assert run(flow, ["po", "export", str(file), "--language", "es", "-o", str(po)]).output.endswith(
        "4 texts\n"
    )
    po.write_text(filled(po.read_text("utf-8"), {**TRANSLATED, "bye:text": ""}), "utf-8")
    done = run(flow, ["po", "import", str(file), str(po)])
    assert (done.exit_code, "bye:text is not translated" in done.output) == (0, True)
    po.write_text(filled(po.read_text("utf-8"), {"bye:text": "Adiós", "ask:sms": "nada"}), "utf-8")
    done = run(flow, ["po", "import", str(file), str(po), "--format", "json"])
    assert (done.exit_code, '"context": "ask:sms"' in done.output) == (1, True)
    assert 'es: {text: "Hola' in file.read_text("utf-8")
