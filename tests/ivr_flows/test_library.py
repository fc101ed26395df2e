"""The flows that come with the service: clean, tested in every exit, and spoken in one way."""

import re
import timeit
from datetime import UTC, datetime

import pytest

from ivr_flows import Keys, library, lint, load, resume
from ivr_flows.testing import run

PRESS = "(tapez|press|pulse|prima|اضغطوا على)"
NOON = datetime(2020, 11, 16, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", library.names())
def test_a_library_flow_is_clean(name):
    assert lint(load(library.flow_text(name))) == []


@pytest.mark.parametrize("name", library.names())
def test_its_conversations_pass_and_visit_every_step_and_every_exit(name):
    report = run(load(library.flow_text(name)), library.conversations_text(name))
    assert [result.problems for result in report.results if not result.passed] == []
    assert (report.coverage.missing_steps, report.coverage.missing_exits) == ((), ())


@pytest.mark.parametrize("name", library.names())
def test_it_is_named_as_its_file_and_speaks_french_and_english(name):
    definition = load(library.flow_text(name))
    assert (definition.id, definition.languages[:2]) == (name, ("fr", "en"))
    assert set(definition.voices) == set(definition.languages)


@pytest.mark.parametrize("name", library.names())
def test_keys_are_always_spoken_in_one_way_in_each_language(name):
    definition = load(library.flow_text(name))
    for step in definition.steps.values():
        for action in step.actions:
            for key in action.choices():
                for language in definition.languages:
                    texts = (
                        "".join(definition.prompts[use.prompt].wordings[language].text.parts[::2])
                        for use in step.prompts()
                    )
                    assert any(re.search(rf"{PRESS} {key}\b", text) for text in texts), (
                        step.name,
                        key,
                    )


PERSONAL = [name for name in library.names() if "confirm_birth_year" in load(library.flow_text(name)).steps]
"""The flows that ask who they speak to before they say why they call."""

INTENTIONS = [
    ("contact-tracing", "start", "fr", r"Si vous êtes .+?, tapez (\d)", "1"),
    ("contact-tracing", "start", "fr", r"pas la bonne personne, tapez (\d)", "2"),
    ("contact-tracing", "start", "fr", r"ne plus recevoir d'appels automatiques, tapez (\d)", "9"),
    ("contact-tracing", "start", "fr", r"For English, press (\d)", "8"),
    ("contact-tracing", "start", "en", r"If you are .+?, press (\d)", "1"),
    ("contact-tracing", "start", "en", r"not the right person, press (\d)", "2"),
    ("contact-tracing", "start", "en", r"stop receiving automated calls, press (\d)", "9"),
    ("contact-tracing", "start", "en", r"Pour le français, tapez (\d)", "8"),
    ("contact-tracing", "symptoms", "fr", r"Si vous avez des symptômes, tapez (\d)", "1"),
    ("contact-tracing", "symptoms", "fr", r"pas de symptômes, tapez (\d)", "2"),
    ("contact-tracing", "symptoms", "fr", r"parler à un conseiller, tapez (\d)", "3"),
    ("contact-tracing", "symptoms", "fr", r"être rappelé plus tard, tapez (\d)", "4"),
    ("contact-tracing", "symptoms", "fr", r"ne plus recevoir d'appels automatiques, tapez (\d)", "9"),
    ("contact-tracing", "symptoms", "en", r"If you have symptoms, press (\d)", "1"),
    ("contact-tracing", "symptoms", "en", r"have no symptoms, press (\d)", "2"),
    ("contact-tracing", "symptoms", "en", r"speak to an adviser, press (\d)", "3"),
    ("contact-tracing", "symptoms", "en", r"called back later, press (\d)", "4"),
    ("contact-tracing", "to_agent", "fr", r"être rappelé sans attendre, tapez (\d)", "1"),
    ("contact-tracing", "to_agent", "en", r"called back instead of waiting, press (\d)", "1"),
    ("contact-tracing", "opt_out", "fr", r"aucun appel ni aucun SMS de notre part, tapez (\d)", "0"),
    ("contact-tracing", "opt_out", "en", r"no call and no SMS from us at all, press (\d)", "0"),
    ("contact-tracing", "start", "fr", r"arabiya, tapez (\d)", "7"),
    ("contact-tracing", "start", "es", r"Si es usted .+?, pulse (\d)", "1"),
    ("contact-tracing", "start", "pt", r"Se o seu nome é .+?, prima (\d)", "1"),
    ("contact-tracing", "start", "ar", r"إذا كنتم .+?، اضغطوا على (\d)", "1"),
    ("contact-tracing", "symptoms", "es", r"Si no tiene síntomas, pulse (\d)", "2"),
    ("contact-tracing", "symptoms", "pt", r"Para falar com um conselheiro, prima (\d)", "3"),
    ("contact-tracing", "symptoms", "ar", r"لعدم تلقي مكالمات آلية بعد الآن، اضغطوا على (\d)", "9"),
    ("front-desk", "start", "fr", r"continuer en français, tapez (\d)", "1"),
    ("front-desk", "start", "fr", r"For English, press (\d)", "2"),
    ("front-desk", "theme", "fr", r"résultat d'un test, tapez (\d)", "1"),
    ("front-desk", "theme", "fr", r"isolement ou un certificat, tapez (\d)", "2"),
    ("front-desk", "theme", "fr", r"Pour un rendez-vous, tapez (\d)", "3"),
    ("front-desk", "theme", "fr", r"toute autre question, tapez (\d)", "0"),
    ("front-desk", "theme", "en", r"test result, press (\d)", "1"),
    ("front-desk", "theme", "en", r"isolation or a certificate, press (\d)", "2"),
    ("front-desk", "theme", "en", r"For an appointment, press (\d)", "3"),
    ("front-desk", "theme", "en", r"any other question, press (\d)", "0"),
    ("front-desk", "closed", "fr", r"Pour être rappelé, tapez (\d)", "1"),
    ("front-desk", "closed", "en", r"To be called back, press (\d)", "1"),
    ("front-desk", "book_callback", "fr", r"ne pas être rappelé, tapez (\d)", "0"),
    ("pre-contact", "choices", "fr", r"parler maintenant à un conseiller, tapez (\d)", "1"),
    ("pre-contact", "choices", "fr", r"confirmer votre rendez-vous, tapez (\d)", "2"),
    ("pre-contact", "choices", "fr", r"déplacer votre rendez-vous, tapez (\d)", "3"),
    ("pre-contact", "choices", "en", r"speak to an adviser now, press (\d)", "1"),
    ("pre-contact", "choices", "en", r"confirm your appointment, press (\d)", "2"),
    ("pre-contact", "choices", "en", r"move your appointment, press (\d)", "3"),
    ("pre-contact", "closed", "fr", r"confirmer votre rendez-vous, tapez (\d)", "2"),
    ("pre-contact", "move", "fr", r"un rendez-vous le matin, tapez (\d)", "1"),
    ("pre-contact", "move", "en", r"appointment in the afternoon, press (\d)", "2"),
]


@pytest.mark.parametrize(("flow", "step", "language", "heard", "key"), INTENTIONS)
def test_who_listens_finds_the_key_of_an_intention_in_the_words(flow, step, language, heard, key):
    definition = load(library.flow_text(flow))
    facts = {
        "contact.first_name": "Jean Jr.",
        "contact.last_name": "Le Goff, 2e",
        "platform.phone": "01 99 00 12 34",
    }
    texts = [
        definition.prompts[use.prompt].wordings[language].text.render(facts.get, language)
        for use in definition.steps[step].prompts()
    ]
    found = [match.group(1) for text in texts if (match := re.search(heard, text))]
    assert found == [key]


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(KeyError, match="contact-tracing"):
        library.flow_text("../contact-tracing")


@pytest.mark.parametrize("name", PERSONAL)
def test_before_identity_and_on_a_voicemail_nothing_tells_why(name):
    definition = load(library.flow_text(name))
    telling = re.compile(
        r"covid|\btest|contact avec|symptôme|symptom|síntoma|sintoma|rendez-vous|appointment|\bcita|"
        r"consulta|santé|health\b(?! insurance)|isol|vaccin|isolement|كوفيد|فحص|أعراض",
        re.IGNORECASE,
    )
    neutral = ("hello", "birth_year", "birth_year_again", "voicemail", "wrong_person", "please_wait")
    for prompt_id in neutral:
        for wording in definition.prompts[prompt_id].wordings.values():
            for template in (wording.text, wording.sms):
                assert not telling.search(" ".join(template.parts[::2])), prompt_id


def test_one_step_of_a_library_flow_takes_well_under_a_millisecond(call):
    talk = call(library.flow_text("contact-tracing"), whole=True)
    seconds = timeit.repeat(
        lambda: resume(talk.definition, talk.turn.state, Keys("1"), now=NOON), number=20, repeat=10
    )
    assert min(seconds) / 20 < 0.001
