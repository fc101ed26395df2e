"""Conversations by SMS are begun when due: fairly among the campaigns of a sender, at the sender's pace."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.callers import sms_sender_for, verify_line
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.facts import Candidate, candidates
from callsvc.dialing.fallback import calls_instead
from callsvc.dialing.planning import choose_number, skip_person
from callsvc.dialing.rules import PACE_WINDOW
from callsvc.flows.answering import expects_answers
from callsvc.flows.service import begin_session, facts_read
from callsvc.messages.allowing import for_sms
from callsvc.messages.dialogues import begun_lately, open_dialogue, tie_dialogue
from callsvc.messages.pacing import room_of
from callsvc.messages.rules import share
from callsvc.runtime import Runtime
from callsvc.webhooks.facts import facts_for_text
from callsvc.webhooks.moments import add_moments, as_call
from callsvc.webhooks.text_turns import Thread, follow

_AT_ONCE = 50  # people written to in one transaction, so that it stays short
_ROUND = timedelta(seconds=1)  # machine time between two looks
_LATELY = timedelta(minutes=1)  # lived: over so long the campaigns of a sender are treated alike
_BUSY = timedelta(hours=1)  # lived: the number is in another conversation


def text_due(rt: Runtime) -> int:
    """Begin the conversations that are due in running SMS campaigns; returns how many were begun."""
    with rt.db.read() as tx:
        shares = _shares(tx)
    begun = 0
    for campaign_id in [name for name, most in shares.items() if most]:
        with rt.db.begin() as tx:
            begun += _text_campaign(tx, campaign_id, shares[campaign_id])
    return begun


def _shares(tx: Tx) -> dict[str, int]:
    """How many conversations each running campaign may begin now."""
    running = tx.all(sa.select(campaign).where(campaign.c.state == "running"))
    senders: dict[str, list[CampaignFile]] = defaultdict(list)
    for row in running:
        if row.config.get("channel") == "sms":
            config = config_of(row)
            senders[config.sms_sender].append(config)
    shares: dict[str, int] = {}
    for sender, configs in senders.items():
        room = room_of(tx, sender, _ROUND)
        begun = begun_lately(tx, sender, _LATELY)
        wanting = {config.id: _wanted(tx, config, begun.get(config.id, ()), room) for config in configs}
        shares |= share(room, wanting, {name: len(times) for name, times in begun.items()})
    return shares


def _wanted(tx: Tx, config: CampaignFile, begun: Sequence[Any], room: int) -> int:
    """How many people are due, as far as the sender has room and the campaign's own pace lets them."""
    pace = max(1, int(config.pacing.calls_per_second * PACE_WINDOW.total_seconds()))
    most = min(room, _AT_ONCE, pace - sum(since > tx.now - PACE_WINDOW for since in begun))
    return len(tx.all(_due(tx, config.id).limit(most))) if most > 0 else 0


def _due(tx: Tx, campaign_id: str) -> sa.Select[Any]:
    return sa.select(campaign_contact).where(
        campaign_contact.c.campaign_id == campaign_id,
        campaign_contact.c.status == "waiting",
        campaign_contact.c.next_try_at <= tx.now,
    )


def _text_campaign(tx: Tx, campaign_id: str, most: int) -> int:
    row = campaign_row(tx, campaign_id, lock=True)
    if row.state != "running":
        return 0
    config = config_of(row)
    due = tx.all(
        _due(tx, campaign_id)
        .order_by(campaign_contact.c.priority.desc(), campaign_contact.c.next_try_at, campaign_contact.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = candidates(tx, for_sms(config), "running", [place.contact_id for place in due])
    return sum(
        _text_person(tx, place, config, found.get(place.contact_id, []), row.flow_version) for place in due
    )


def _text_person(
    tx: Tx, place: Row[Any], config: CampaignFile, numbers: list[Candidate], version: str
) -> bool:
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
