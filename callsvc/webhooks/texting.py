"""A conversation by SMS: one session for each person of a campaign, turn by turn, on one number.

It begins when their turn in the campaign comes, goes on with each SMS from the number it wrote to, and ends
by itself when nothing comes in time. What a turn says is one SMS.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.service import act_for
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.suppressions import suppress
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import book_texted
from callsvc.dialing.facts import candidates
from callsvc.dialing.planning import choose_number, skip_person
from callsvc.flows.service import begin_session, resume_session, session_waits_for
from callsvc.flows.tables import flow_session
from callsvc.messages.service import plan_message
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from callsvc.webhooks import fetching
from callsvc.webhooks.facts import facts_for_text, mobile_of
from ivr_flows import (
    Appointment,
    AskWords,
    BookCallback,
    Fetch,
    Fetched,
    Hangup,
    Input,
    NoKeys,
    SendSms,
    Suppress,
    Turn,
    Words,
)

_AT_ONCE = 20  # people written to in one transaction, so that it stays short
_LONGEST_FETCH = timedelta(minutes=2)  # lived; then the flow hears that no answer came


@dataclass(frozen=True)
class Thread:
    """Whom the session writes to, and where."""

    place: Row[Any]
    number_id: str
    config: CampaignFile


def text_due(rt: Runtime) -> int:
    """Begin the conversations that are due in running SMS campaigns; returns how many were begun."""
    with rt.db.read() as tx:
        running = tx.all(sa.select(campaign).where(campaign.c.state == "running"))
    begun = 0
    for campaign_id in [row.id for row in running if row.config.get("channel") == "sms"]:
        with rt.db.begin() as tx:
            begun += _text_campaign(tx, campaign_id)
    return begun


def _text_campaign(tx: Tx, campaign_id: str) -> int:
    row = campaign_row(tx, campaign_id, lock=True)
    if row.state != "running":
        return 0
    config = config_of(row)
    due = tx.all(
        sa.select(campaign_contact)
        .where(
            campaign_contact.c.campaign_id == campaign_id,
            campaign_contact.c.status == "waiting",
            campaign_contact.c.next_try_at <= tx.now,
        )
        .order_by(campaign_contact.c.priority.desc(), campaign_contact.c.next_try_at, campaign_contact.c.id)
        .limit(min(_AT_ONCE, max(1, round(config.pacing.calls_per_second))))
        .with_for_update(skip_locked=True)
    )
    found = candidates(tx, config, "running", [place.contact_id for place in due])
    taken: set[str] = set()
    for place in due:
        choice, verdict = choose_number(found.get(place.contact_id, []), 0, taken, tx.now, "sms")
        if choice is None:
            skip_person(tx, place, verdict)
        elif _running_on(tx, choice.number_id) is not None:
            later = tx.now + timedelta(hours=1)
            tx.update(campaign_contact, campaign_contact.c.id == place.id, next_try_at=later)
        else:
            taken.add(choice.number_id)
            _begin(tx, Thread(place, choice.number_id, config), row.flow_version)
    return len(taken)


def _begin(tx: Tx, thread: Thread, version: str) -> None:
    place = thread.place
    tx.update(campaign_contact, campaign_contact.c.id == place.id, status="trying", skip_reasons="", tries=1)
    facts, language = facts_for_text(
        tx, place, caller_id=thread.config.sms_sender, purpose=thread.config.purpose
    )
    session_id, turn = begin_session(
        tx,
        version=version,
        channel="sms",
        subject_id=place.id,
        facts=facts,
        language=language,
        answered_by=None,
    )
    _follow(tx, thread, session_id, 0, turn)


def take_text(tx: Tx, number_id: str, body: str, *, opt_out: bool) -> None:
    """An SMS from this number is the answer to the conversation it is in, if it is in one.

    STOP has already been written down; the flow hears it in the word it knows.
    """
    session = _running_on(tx, number_id)
    if session is not None:
        _proceed(tx, session, Words("STOP" if opt_out else body))


def expire_texts(rt: Runtime) -> int:
    """Conversations in which nothing came in time hear so; returns how many."""
    over = sa.select(flow_session).where(
        flow_session.c.channel == "sms",
        flow_session.c.status == "running",
        flow_session.c.deadline_at <= rt.clock.now(),
    )
    with rt.db.read() as tx:
        ids = [row.id for row in tx.all(over.limit(100))]
    for session_id in ids:
        with rt.db.begin() as tx:
            row = tx.first(over.where(flow_session.c.id == session_id).with_for_update(key_share=True))
            if row is not None:
                fetching_still = isinstance(session_waits_for(tx, row), Fetch)
                _proceed(tx, row, Fetched(0) if fetching_still else NoKeys())
    return len(ids)


def hear_answers(rt: Runtime, session_ids: list[str]) -> None:
    """Other systems have answered these sessions: those by SMS go on at once."""
    for session_id in session_ids:
        with rt.db.begin() as tx:
            _hear_answer(tx, session_id)


def _hear_answer(tx: Tx, session_id: str) -> None:
    mine = (flow_session.c.id == session_id) & (flow_session.c.channel == "sms")
    row = tx.first(sa.select(flow_session).where(mine).with_for_update(key_share=True))
    waiting = session_waits_for(tx, row) if row is not None and row.status == "running" else None
    if row is not None and isinstance(waiting, Fetch):
        answer = fetching.answer_to(tx, row, waiting)
        if answer is not None:
            _proceed(tx, row, answer)


def _proceed(tx: Tx, session: Row[Any], given: Input) -> None:
    thread = _thread_of(tx, session.subject_id)
    if campaign_row(tx, thread.place.campaign_id).state == "stopped":
        given = Hangup()  # nobody writes for a campaign that was stopped
    turn = resume_session(tx, session, given)
    _follow(tx, thread, session.id, session.turn, turn)


def _follow(tx: Tx, thread: Thread, session_id: str, number: int, turn: Turn) -> None:
    """Write a turn's effects and its SMS; the person's place has its outcome when the session ends."""
    for effect in turn.effects:
        match effect:
            case Suppress(scope):
                purpose = thread.config.purpose
                suppress(tx, thread.number_id, scope, purpose=purpose, source="sms", evidence=session_id)
            case SendSms(prompt_id, _, text):
                _send(tx, thread, f"{session_id}:{number}:{prompt_id}", text)
            case Appointment(action, slot):
                act_for(tx, thread.place.contact_id, action, slot)
            case BookCallback(minutes, at, days, time) if thread.number_id:
                who = thread.place.id, thread.number_id
                book_texted(tx, *who, in_minutes=minutes, at=at, days=days, time=time)
    said = " ".join(spoken.text for spoken in turn.spoken if spoken.text)
    if said:
        _send(tx, thread, f"{session_id}:{number}:spoken", said)
    if turn.outcome is not None:
        finish_contact(tx, thread.place.id, turn.outcome)
        return
    if isinstance(turn.wait, Fetch):
        fetching.begin_fetch(tx, session_id, turn, None)
    left = timedelta(seconds=turn.wait.expires_s) if isinstance(turn.wait, AskWords) else _LONGEST_FETCH
    tx.update(flow_session, flow_session.c.id == session_id, deadline_at=tx.now + left)


def _send(tx: Tx, thread: Thread, cause: str, text: str) -> None:
    if not thread.number_id:
        return  # the person's last mobile was taken away meanwhile
    plan_message(
        tx,
        number_id=thread.number_id,
        body=text,
        sender=thread.config.sms_sender,
        purpose=thread.config.purpose,
        cause=cause,
        campaign_contact_id=thread.place.id,
    )


def _running_on(tx: Tx, number_id: str) -> Row[Any] | None:
    """The running conversation with this number, locked: the place that last wrote to it."""
    written = sa.select(message.c.campaign_contact_id).where(
        message.c.number_id == number_id,
        message.c.direction == "outbound",
        message.c.campaign_contact_id.is_not(None),
    )
    return tx.first(
        sa.select(flow_session)
        .where(
            flow_session.c.channel == "sms",
            flow_session.c.status == "running",
            flow_session.c.subject_id.in_(written),
        )
        .order_by(flow_session.c.started_at.desc())
        .limit(1)
        .with_for_update(key_share=True)
    )


def _thread_of(tx: Tx, place_id: str) -> Thread:
    place = tx.first(sa.select(campaign_contact).where(campaign_contact.c.id == place_id))
    number_id = tx.scalar(
        sa.select(message.c.number_id)
        .where(message.c.campaign_contact_id == place_id, message.c.direction == "outbound")
        .order_by(message.c.planned_at.desc())
        .limit(1)
    )
    assert place is not None  # noqa: S101 - the session's subject, written with it
    # A flow that asks another system before its first word has written to nobody yet.
    number_id = number_id or mobile_of(tx, place.contact_id) or ""
    return Thread(place, number_id, config_of(campaign_row(tx, place.campaign_id)))
