"""Each check has a flow that fails it, and the fix that passes."""

from dataclasses import dataclass

import pytest

from ivr_flows import lint, load
from ivr_flows.lint import CHECKS

CLEAN = """\
schema: 1
id: tried
title: {fr: Essai}
languages: [fr, en]
channels: [voice, sms]
limits: {steps: 60, visits_per_step: 6}
prompts:
  hello:
    says: neutral
    fr: {text: "Tapez 1. Stop : tapez 9.", sms: "Oui ? Sinon STOP."}
    en: {text: "Press 1. To stop, press 9.", sms: "Yes? Or reply 9."}
  year: {says: neutral, fr: {text: "Votre année de naissance ?"}, en: {text: "Your year of birth?"}}
  why:
    says: purpose
    fr: {text: "Votre rendez-vous {appointment.when}. Tapez 1.", sms: "Répondez 1."}
    en: {text: "Press 1.", sms: "Reply 1."}
  wait: {says: neutral, fr: {text: "Patientez. Rappel : tapez 5."}, en: {text: "Hold. Callback: press 5."}}
  text: {says: neutral, fr: {text: "Merci {contact.first_name}."}, en: {text: "Thank you."}}
  message: {says: neutral, fr: {text: "Rappelez le {platform.phone}."}, en: {text: "Call back."}}
steps:
  start:
    on_machine: voicemail
    menu: {prompt: hello}
    keys: {"1": who, "9": stop}
    words: {who: [oui, "yes"], stop: [non merci]}
    on_exhausted: voicemail
  who:
    collect: {prompt: year, as: year, match: contact.birth_year, into: answers.year}
    next: split
    on_exhausted: voicemail
  split: {branch: [{when: "answers.year < 1960", next: agent}], otherwise: why}
  why: {menu: {prompt: why}, keys: {"1": agent}, on_exhausted: thanks}
  agent:
    queue: {skill: s, wait_prompt: wait, offer_callback_after: 60, callback_prompt: wait, callback_key: "5"}
    on_callback: thanks
    on_closed: thanks
  thanks: {sms: {prompt: text}, end: done}
  stop: {suppress: {scope: purpose}, end: opted-out}
  voicemail: {say: message, end: voicemail}
"""


@dataclass(frozen=True)
class Fault:
    """``old`` -> ``new`` breaks the clean flow; the finding stands on the line that reads ``at``."""

    id: str
    old: str
    new: str
    at: str
    severity: str = "error"
    says: str = ""


THANKS = "thanks: {sms: {prompt: text}, end: done}"
EARLY, PRIVATE, MISSING, UNDEFINED = (
    "purpose-before-identity",
    "health-in-voicemail-or-sms",
    "missing-translation",
    "undefined-variable",
)
NEVER = "condition-never-holds"
SILENT = "    on_exhausted: voicemail\n  split"
LAST = "stop: {suppress: {scope: purpose}, end: opted-out}"
INBOUND = "direction: inbound\n"
FAULTS = [
    Fault("todo-step", THANKS, "thanks: {todo: pay}", "thanks: {todo", says="pay"),
    Fault("record-without-consent", THANKS, "thanks: {record: {prompt: text}, end: done}", "thanks: {record"),
    Fault("unreachable-step", "steps:\n", "steps:\n  lost: {end: lost}\n", "  lost:", "warning"),
    Fault("dangling-target", '"1": who', '"1": whom', "    keys:", says="no step 'whom'"),
    Fault("dangling-target", "on_closed: thanks", "on_closed: repeat", "on_closed: repeat"),
    Fault("no-path-to-end", THANKS, "thanks: {next: b}\n  b: {next: thanks}", "  thanks:"),
    Fault(
        "loop-without-limit",
        THANKS,
        "thanks: {sms: {prompt: text}, next: thanks}",
        "  thanks:",
        says="without asking",
    ),
    Fault("loop-without-limit", 'keys: {"1": agent}', 'keys: {"1": start}', "  start:", says="can go round"),
    Fault("missing-opt-out", "stop: {suppress: {scope: purpose}, end", "stop: {end", "  start:"),
    Fault(EARLY, "says: neutral", "says: purpose", "    menu: {prompt: hello}"),
    Fault(EARLY, "says: neutral", "says: health", "    menu: {prompt: hello}"),
    Fault(EARLY, "    says: neutral\n", "", "    menu: {prompt: hello}", "warning"),
    Fault(
        "purpose-before-identity",
        "match: contact.birth_year, ",
        "",
        "  why: {menu",
        says="'why'",
    ),
    Fault(
        "purpose-before-identity", "Votre année", "Positif {contact.test_result}, votre année", "    collect:"
    ),
    Fault(MISSING, ', en: {text: "Your year of birth?"}', "", "  year:", says="missing in en"),
    Fault(
        "missing-translation",
        'en: {text: "Your year',
        'de: {text: "?"}, en: {text: "Your year',
        "  year:",
        "warning",
    ),
    Fault(
        "missing-translation",
        "thanks: {sms",
        "thanks: {set: {language: de}, sms",
        "  thanks:",
        says="does not speak",
    ),
    Fault("undefined-prompt", "say: message", "say: massage", "  voicemail: {say", says="'massage'"),
    Fault(
        "unused-prompt",
        "steps:\n",
        "  spare: {says: neutral, fr: {text: a}, en: {text: b}}\nsteps:\n",
        "  spare:",
        "warning",
    ),
    Fault(
        "undefined-variable",
        "{contact.first_name}",
        "{contact.firstname}",
        "  text:",
        says="{contact.firstname}",
    ),
    Fault(UNDEFINED, "match: contact.birth_year", "match: contact.birthyear", "  who:"),
    Fault("unspoken-key", "Stop : tapez 9", "Stop : tapez 90", "    keys:", says="key 9 in fr"),
    Fault("unspoken-key", "Callback: press 5", "Callback", "callback_key", says="key 5 in en"),
    Fault("queue-without-on-closed", "    on_closed: thanks\n", "", "    queue:"),
    Fault(
        "health-in-voicemail-or-sms",
        "Rappelez le {platform.phone}",
        "Test {contact.test_result}",
        "  message:",
        says="voicemail",
    ),
    Fault(
        "health-in-voicemail-or-sms",
        "Merci {contact.first_name}",
        "Malade {contact.symptoms}",
        "  text:",
        says="SMS",
    ),
    Fault(
        "health-in-voicemail-or-sms",
        "says: purpose",
        "says: health",
        "  why:",
        says="says health",
    ),
    Fault("sms-too-long", "Merci {contact.first_name}.", "é" * 460, "  text:", says="4 segments of GSM-7"),
    Fault("sms-too-long", "Merci {contact.first_name}.", "ê" * 202, "  text:", says="4 segments of UCS-2"),
    Fault("missing-channel-text", ', sms: "Reply 1."', "", '    en: {text: "Press 1."', "warning", "'Press'"),
    Fault("missing-channel-text", "Merci", "Raccrochez", "  text:", "warning", "'Raccrochez' by SMS in fr"),
    Fault(
        "choice-not-in-sms",
        "Oui ?",
        "Ah ?",
        "    keys:",
        "warning",
        "speaks of key 1, or of a word for it, in fr",
    ),
    Fault(
        "choice-not-in-sms", "Or reply 9", "Or", "    keys:", "warning", "key 9, or of a word for it, in en"
    ),
    Fault(
        "unbound-key", "Stop : tapez 9", "Stop : tapez 9. Ou tapez 4", "    fr: {text", says="speaks of key 4"
    ),
    Fault("unbound-key", "Patientez.", "Patientez ou tapez 7.", "  wait:", says="nothing in 'agent'"),
    Fault(
        "unbound-key", "Rappelez le", "Tapez 2 ou rappelez le", "  message:", says="nothing in 'voicemail'"
    ),
    Fault("unbound-key", "Press 1.", "Press key ١ or press ٣.", "    en: {text", says="speaks of key 3"),
    Fault(
        "overlapping-words",
        "[non merci]",
        "[oui merci]",
        "    words:",
        says="'oui merci' means 'who' and 'stop'",
    ),
    Fault("overlapping-words", "[non merci]", "[Oui]", "    words:", says="at once"),
    Fault(
        "overlapping-words", "[non merci]", "[Arrêt]", "    words:", says="'arret' ends any session by SMS"
    ),
    Fault("menu-without-on-exhausted", SILENT, "  split", "    collect:", "warning", "hung up on"),
    Fault("missing-on-machine", "    on_machine: voicemail\n", "", "  start:", "warning"),
    Fault("unreachable-language", "title:", INBOUND + "title:", "languages:", "warning", "to hear en"),
    Fault(
        NEVER, "answers.year < 1960", "answers.year == '1960'", "  split:", says="is a number, never '1960'"
    ),
    Fault(NEVER, "answers.year < 1960", "1960 < answers.year and platform.open_now == 1", "  split:"),
    Fault(NEVER, "answers.year < 1960", "call.direction in ['in', 'out']", "  split:", says="one of inbound"),
    Fault(NEVER, "answers.year < 1960", "'de' == session.language", "  split:", says="one of fr, en"),
    Fault("twiml-too-long", "Your year of birth", "é" * 1800, "  who:", "warning", "over the 4,000"),
    Fault(
        "twiml-too-long",
        LAST,
        f"stop: {{suppress: {{scope: purpose}}, say: [{', '.join(['why'] * 10)}], next: loud}}\n"
        f"  loud: {{say: [{', '.join(['message'] * 10)}], next: louder}}\n"
        f"  louder: {{say: [{', '.join(['wait'] * 10)}], end: opted-out}}",
        "  stop:",
        "warning",
    ),
]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if start in line)


def test_the_clean_flow_is_clean():
    assert lint(load(CLEAN)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.id}: {fault.new[:40]!r}")
def test_a_fault_is_found_with_its_line_and_a_fix_and_nothing_else_of_its_kind_before(fault):
    assert fault.old in CLEAN
    broken = CLEAN.replace(fault.old, fault.new, 1)
    if "can go round" in fault.says:
        broken = broken.replace("limits: {steps: 60, visits_per_step: 6}\n", "")
    found = [finding for finding in lint(load(broken)) if finding.id == fault.id]
    assert found, lint(load(broken))
    finding = next(f for f in found if f.severity == fault.severity and fault.says in f.message)
    assert finding.line == line_of(broken, fault.at), finding
    assert finding.fix
    assert finding.place


def test_every_check_has_a_fault_here():
    assert {fault.id for fault in FAULTS} == {check.__name__.replace("_", "-") for check in CHECKS}


def test_an_inbound_flow_owes_no_opt_out_and_may_say_its_purpose():
    text = CLEAN.replace("title:", "direction: inbound\ntitle:").replace(
        LAST, "stop: {set: {language: en}, end: done}"
    )
    text = text.replace("    says: neutral", "    says: purpose").replace("year: {says: neutral, ", "year: {")
    text = text.replace("Sinon STOP", "Sinon 9")
    assert lint(load(text)) == []


def test_an_inbound_caller_hears_no_health_fact_before_identity():
    text = CLEAN.replace("title:", "direction: inbound\ntitle:").replace(
        "    says: neutral", "    says: health"
    )
    assert "purpose-before-identity" in {finding.id for finding in lint(load(text))}


def test_by_sms_alone_the_word_stop_is_opt_out_enough():
    text = CLEAN.replace("channels: [voice, sms]", "channels: [sms]").replace(
        "stop: {suppress: {scope: purpose}, end", "stop: {end"
    )
    assert "missing-opt-out" not in {finding.id for finding in lint(load(text))}


def test_every_first_question_owes_an_opt_out():
    text = CLEAN.replace(
        "  start:\n",
        '  start: {branch: [{when: "platform.open_now", next: first}], otherwise: who}\n  first:\n',
    )
    (finding,) = [finding for finding in lint(load(text)) if finding.id == "missing-opt-out"]
    assert finding.place == "steps.who"


def test_variables_of_the_file_may_be_health_and_never_unsay_ours():
    declared = "variables: {answers.cough: {health: true}, contact.symptoms: {health: false}}\nprompts:\n"
    text = CLEAN.replace("prompts:\n", declared)
    for name in ("answers.cough", "contact.symptoms"):
        found = lint(load(text.replace("{contact.first_name}", f"{{{name}}}")))
        assert [finding.id for finding in found] == ["health-in-voicemail-or-sms"]


def test_a_voice_flow_may_speak_health_to_a_confirmed_person():
    text = CLEAN.replace("channels: [voice, sms]", "channels: [voice]").replace(
        "says: purpose", "says: health"
    )
    assert lint(load(text)) == []


def test_a_star_may_be_spoken_as_a_word():
    text = (
        CLEAN.replace('"9": stop', '"*": stop')
        .replace("tapez 9", "tapez étoile")
        .replace("press 9", "press star")
        .replace("reply 9", "reply *")
    )
    assert lint(load(text)) == []


def test_the_last_word_of_the_limits_is_a_prompt_too():
    text = CLEAN.replace("visits_per_step: 6}", "visits_per_step: 6, say: why}")
    assert [(f.id, f.place) for f in lint(load(text))] == [("purpose-before-identity", "limits.say")]
