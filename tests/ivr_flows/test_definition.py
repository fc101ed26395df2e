"""What a definition is, and what its version means."""

from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from ivr_flows import FlowInvalid, Keys, MachineVerdict, flow_schema, lint, load

EXAMPLE = """\
schema: 1
id: contact-tracing
title: {fr: Appel cas contact, en: Contact tracing call}
languages: [fr, en, ar]          # the first is the fallback
channels: [voice, sms]
voice: {fr: {voice: Polly.Lea-Neural}, en: {voice: Polly.Amy-Neural}, ar: {voice: Polly.Zeina}}
limits: {steps: 60, visits_per_step: 6}
prompts:
  hello:
    fr: {text: "Bonjour, ici l'Assurance Maladie. Pour {contact.first_name}, tapez 1."}
    en: {text: "..."}
    ar: {audio: hello.ar.mp3, text: "..."}
steps:
  start:
    on_machine: voicemail                      # answering-machine verdicts: human, machine, fax, unknown
    menu: {prompt: hello, timeout: 5, max_attempts: 3}
    keys: {"1": confirm_birth_year, "2": wrong_person, "9": opt_out}
    words: {confirm_birth_year: [oui, "yes"]}    # the same choice by SMS, and by speech
    on_timeout: repeat
    on_invalid: repeat
    on_exhausted: to_agent
  confirm_birth_year:
    collect: {prompt: birth_year, as: year, between: [1900, 2026], match: contact.birth_year, max_attempts: 2}
    on_mismatch: wrong_person
    next: symptoms
    on_exhausted: to_agent
  symptoms:
    menu: {prompt: symptoms, max_attempts: 2}
    keys: {"1": to_agent, "2": at_home}
    on_timeout: repeat
    on_invalid: repeat
    on_exhausted: to_agent
  at_home:
    set: {disposition: reached, "contact.isolating": true}
    sms: {prompt: advice}
    next: bye
  to_agent:
    queue: {skill: contact-tracing, wait_prompt: please_wait, offer_callback_after: 120}
    on_callback: book_callback
    on_closed: book_callback
  opt_out: {suppress: {scope: purpose}, say: opted_out, end: opted_out}
  voicemail: {say: voicemail_neutral, end: voicemail}
"""
"""The example of the specification; it names steps and prompts that it does not show."""


def findings(text):
    with pytest.raises(FlowInvalid) as caught:
        load(text)
    return caught.value.findings


def test_the_example_of_the_specification_loads():
    definition = load(EXAMPLE)
    assert definition.id == "contact-tracing"
    assert definition.languages == ("fr", "en", "ar")
    assert definition.channels == ("voice", "sms")
    assert definition.title == {"fr": "Appel cas contact", "en": "Contact tracing call"}
    assert definition.limits.steps == 60
    assert definition.source == EXAMPLE


def test_the_example_runs(call):
    talk = call(EXAMPLE, whole=True).press("9")
    assert (talk.outcome, [type(e).__name__ for e in talk.effects]) == ("opted-out", ["Suppress"])
    talk = call(EXAMPLE, whole=True).press("1", "1980", "1")
    assert talk.turn.wait.skill == "contact-tracing"
    assert call(EXAMPLE, whole=True).give(MachineVerdict("machine_start")).outcome == "voicemail"
    assert call(EXAMPLE, whole=True, language="ar").turn.wait.prompts[0].audio == "hello.ar.mp3"


def test_the_example_tells_what_it_leaves_out():
    found = {(finding.id, finding.place) for finding in lint(load(EXAMPLE))}
    assert ("dangling-target", "steps.start.keys.2") in found
    assert ("undefined-prompt", "steps.opt_out.say") in found


def test_a_step_that_was_never_written_ends_the_session_without_a_crash(call):
    assert call(EXAMPLE, whole=True).press("2").outcome == "flow-broken"


def test_comments_white_space_and_order_of_keys_are_the_same_version(flow_text):
    one = flow_text("  start: {say: bye, end: done}\n")
    two = flow_text("  # a comment\n  start:\n    end:   done\n    say: 'bye'\n")
    top = one.splitlines(keepends=True)
    three = "".join([*top[2:7], *top[:2], *top[7:]])
    assert load(one).version == load(two).version == load(three).version
    assert len(load(one).version) == 64


@pytest.mark.parametrize(
    ("old", "new"), [("Au revoir", "Adieu"), ("steps: 30", "steps: 31"), ("say: bye", "say: sorry")]
)
def test_any_change_of_content_is_another_version(flow_text, old, new):
    text = flow_text("  start: {say: bye, end: done}\n")
    assert load(text).version != load(text.replace(old, new)).version


def test_every_departure_from_the_schema_is_found_at_once_with_its_line(flow_text):
    text = flow_text("  start:\n    menu: {prompt: ask, timeout: 0}\n    keys: {'12345': bye}\n    ends: x\n")
    found = [(finding.id, finding.line, finding.place) for finding in findings(text)]
    first = text.splitlines().index("  start:") + 1
    assert ("schema", first, "steps.start") in found
    assert ("schema", first + 1, "steps.start.menu.timeout") in found
    assert any(line == first + 2 for _, line, _ in found)


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        (
            "  start: {menu: {prompt: ask}, queue: {skill: s, wait_prompt: ask}, keys: {'1': start}}",
            "steps.start.queue",
        ),
        ("  start: {menu: {prompt: ask}}", "steps.start.menu"),
        ("  start: {menu: {prompt: ask}, keys: {'1': start}, next: start}", "steps.start.menu"),
        ("  start: {say: bye}", "steps.start"),
        ("  start: {say: bye, next: start, end: done}", "steps.start.end"),
        ("  start: {say: bye, on_timeout: start, end: done}", "steps.start.on_timeout"),
        ("  start: {branch: [{when: 'true', next: start}]}", "steps.start.branch"),
        ("  start: {callback: {}, end: done}", "steps.start.callback"),
        ("  start: {callback: {in: 60, at: '10:00'}, end: done}", "steps.start.callback"),
        ("  start: {queue: {skill: s, wait_prompt: ask, offer_callback_after: 9}}", "steps.start.queue"),
    ],
)
def test_parts_that_do_not_go_together_are_refused(flow_text, steps, place):
    (finding,) = findings(flow_text(steps))
    assert (finding.id, finding.place) == ("schema", place)
    assert finding.fix


@pytest.mark.parametrize(
    "steps",
    [
        "  start: {branch: [{when: 'contact.', next: start}], otherwise: start}",
        "  start: {set: {a: {expr: '1 +'}}, end: done}",
    ],
)
def test_a_condition_that_cannot_be_read_is_found(flow_text, steps):
    (finding,) = findings(flow_text(steps))
    assert finding.id == "expression"


def test_words_of_yaml_1_1_are_words_in_a_flow(flow_text):
    definition = load(
        flow_text("  start: {menu: {prompt: ask}, keys: {'1': start}, words: {start: [yes, no, on]}}")
    )
    assert definition.steps["start"].actions[0].words == {"start": ("yes", "no", "on")}


def test_a_list_is_not_a_flow():
    assert findings("- a\n")[0].id == "schema"
    assert findings("")[0].id == "schema"


def test_the_published_schema_is_a_schema_and_travels_with_the_package():
    Draft202012Validator.check_schema(flow_schema())
    assert (files("ivr_flows") / "schema.json").is_file()


def test_a_press_needs_no_more_than_the_definition(call):
    assert (
        call("  start: {menu: {prompt: ask}, keys: {'1': done}}\n  done: {end: done}").give(Keys("1")).outcome
        == "done"
    )
