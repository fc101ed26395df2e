"""What a campaign's file may write is judged when it is applied."""

from typing import Any

import pytest

from callsvc.campaigns.definitions.wording import telling_words
from callsvc.campaigns.writing import can_reply, refuse_unfit_texts
from callsvc.core.errors import Invalid
from tests.factories import campaign_file

WHEN = "Assurance Maladie : nous vous appelons {day} entre {from} et {to} du {caller}. 1 pour changer."


def _announce(text: str = WHEN, **changes: Any) -> dict[str, Any]:
    return {"announce": {"text": {"fr": text}, **changes}}


@pytest.mark.parametrize(
    "text",
    [
        WHEN,
        "L'Assurance Maladie vous appelle {day} entre {from} et {to}. Vérifier : {verify}.",
        "We call you {day} between {from} and {to} from {caller}. Reply 1 to move.",
    ],
)
def test_a_text_that_says_who_and_when_is_taken(text: str) -> None:
    refuse_unfit_texts(campaign_file(**_announce(text)))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (WHEN + " Pour votre test.", "test"),
        (WHEN + " C'est au sujet du COVID-19 !", "covid"),
        (WHEN + " Vous êtes cas contact.", "cas contact"),
        (WHEN + " Votre isolement", "isolement"),
        (WHEN + " Vaccination.", "vaccination"),
    ],
)
def test_a_text_that_says_why_is_refused_with_the_word(text: str, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        refuse_unfit_texts(campaign_file(**_announce(text)))
    assert refused.value.id == "sms-tells-purpose" and word in refused.value.details["words"]
    with pytest.raises(Invalid):
        refuse_unfit_texts(campaign_file(sms_fallback={"sender": "36105", "text": {"fr": text}}))


def test_the_name_of_the_organisation_gives_nothing_away() -> None:
    assert telling_words("L'Assurance Maladie vous a appelé.") == []
    assert telling_words("Votre maladie.") == ["maladie"]
    assert telling_words("Suivi : lutte anti tabac", "lutte-anti-tabac") == ["lutte anti tabac"]


@pytest.mark.parametrize(
    ("changes", "id"),
    [
        ({"channel": "sms", "sms_sender": "AMELI"}, "sender-one-way"),
        ({"channel": "sms", "sms_sender": ""}, "sender-missing"),
        ({"sms_sender": "", **_announce()}, "sender-missing"),
        (_announce(sender="AMELI"), "sender-one-way"),
        ({"channel": "sms", **_announce()}, "part-of-other-channel"),
        ({"voice_fallback": {"campaign": "by-voice"}}, "part-of-other-channel"),
    ],
)
def test_what_cannot_work_is_refused_with_what_to_do(changes: dict[str, Any], id: str) -> None:
    with pytest.raises(Invalid) as refused:
        refuse_unfit_texts(campaign_file(**changes))
    assert refused.value.id == id


def test_a_name_of_letters_may_announce_what_cannot_be_moved() -> None:
    refuse_unfit_texts(campaign_file(**_announce(sender="AMELI", can_move=False)))
    assert not can_reply("AMELI") and not can_reply("SANTE36")


@pytest.mark.parametrize(
    "part",
    [
        {"announce": {"text": {"fr": "Nous vous appelons."}}},
        {"announce": {"text": {"fr": "De {from} à {to} pour {reason}"}}},
        {"sms_fallback": {"sender": "36105"}},
        {"sms_fallback": {"campaign": "by-sms", "after_tries": 2}},
    ],
)
def test_a_part_that_says_half_of_what_is_needed_is_no_part(part: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        campaign_file(**part)
