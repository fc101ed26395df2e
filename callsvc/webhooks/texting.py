"""Conversations by SMS are begun when due: fairly among the campaigns of a sender, at the sender's pace."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.callers import sms_sender_for, verify_line
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.halting import stop_in_force
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.facts import Candidate, candidates
from callsvc.dialing.fallback import calls_instead
from callsvc.dialing.ordering import people_in_turn
from callsvc.dialing.planning import choose_number, skip_person
from callsvc.dialing.text_pacing import give_back_texts, reserve_texts
from callsvc.flows.answering import expects_answers
from callsvc.flows.service import begin_session, facts_read
from callsvc.messages.allowing import for_sms
from callsvc.messages.dialogues import open_dialogue, tie_dialogue
from callsvc.runtime import Runtime
from callsvc.webhooks.facts import facts_for_text
from callsvc.webhooks.moments import add_moments, as_call
from callsvc.webhooks.text_turns import Thread, follow

_AT_ONCE = 50  # people written to in one transaction, so that it stays short
_BUSY = timedelta(hours=1)  # lived: the number is in another conversation
_RUNNING = sa.select(campaign.c.id).where(campaign.c.state == "running").limit(1)


def text_due(rt: Runtime) -> int:
    """Begin the conversations that are due in running SMS campaigns; returns how many were begun."""
    with rt.db.read() as tx:
        anything = tx.first(_RUNNING)
    if anything is None:
        return 0
    with rt.db.begin() as tx:
        shares = {} if stop_in_force(tx) is not None else reserve_texts(tx, _AT_ONCE)
    begun = 0
    for campaign_id, most in shares.items():
        with rt.db.begin() as tx:
            begun += _text_campaign(tx, campaign_id, most)
    return begun


def _text_campaign(tx: Tx, campaign_id: str, most: int) -> int:
    row = campaign_row(tx, campaign_id, lock=True)
    config = config_of(row)
    due = people_in_turn(tx, config, campaign_id, most) if row.state == "running" else []
    found = candidates(tx, for_sms(config), "running", [place.contact_id for place in due])
    begun = sum(
        _text_person(tx, place, config, found.get(place.contact_id, []), row.flow_version) for place in due
    )
    give_back_texts(tx, config, most - begun)
    return begun


def _text_person(
    tx: Tx, place: Row[Any], config: CampaignFile, numbers: list[Candidate], version: str
) -> bool:
    if not _still_waits(tx, place):
        return False  # what came of somebody else on their telephone was theirs too
    if calls_instead(tx, place, config, [one.number_id for one in numbers]):
        return False
    choice, verdict = choose_number(numbers, place.tries, set(), tx.now, "sms")
    if choice is None:
        skip_person(tx, place, verdict)
        return False
    two_way = expects_answers(tx, version)
    who = {"contact_id": place.contact_id, "region": place.region_code}
    sender = sms_sender_for(tx, config, **who, country=choice.facts.country, two_way=two_way)
    if sender is None:
        later = {"next_try_at": tx.now + _BUSY, "skip_reasons": "caller-not-allowed"}
        tx.update(campaign_contact, campaign_contact.c.id == place.id, **later)
        return False
    if not open_dialogue(tx, choice.number_id, sender):
        later = {"next_try_at": tx.now + _BUSY, "skip_reasons": "number-busy"}
        tx.update(campaign_contact, campaign_contact.c.id == place.id, **later)
        return False
    _begin(tx, Thread(place, choice.number_id, sender, config), version)
    return True


def _still_waits(tx: Tx, place: Row[Any]) -> bool:
    waits = (campaign_contact.c.id == place.id) & (campaign_contact.c.status == "waiting")
    return tx.first(sa.select(campaign_contact.c.id).where(waits)) is not None


def _begin(tx: Tx, thread: Thread, version: str) -> None:
    place = thread.place
    trying = {"status": "trying", "skip_reasons": "", "tries": place.tries + 1}
    tx.update(campaign_contact, campaign_contact.c.id == place.id, **trying)
    facts, language = facts_for_text(
        tx,
        place,
        caller_id=thread.sender,
        purpose=thread.config.purpose,
        number_id=thread.number_id,
        verify=verify_line(tx, thread.config),
    )
    add_moments(tx, facts, as_call(tx, place.id), facts_read(tx, version), thread.config.purpose)
    session_id, turn = begin_session(
        tx,
        version=version,
        channel="sms",
        subject_id=place.id,
        facts=facts,
        language=language,
        answered_by=None,
    )
    tie_dialogue(tx, thread.number_id, session_id)
    follow(tx, thread, session_id, 0, turn)
