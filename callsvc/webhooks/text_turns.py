"""A conversation by SMS, turn by turn: one session for each person of a campaign, on one number.

It goes on with each SMS from that number to the sender that wrote, and ends by itself when nothing comes in
time, counted from when the question was sent. What a turn says is one SMS.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.service import act_for
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import CONNECTED
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.preferences import keep_choice
from callsvc.contacts.suppressions import suppress
from callsvc.core.db import Tx
from callsvc.dialing.callbacks import book_texted
from callsvc.dialing.covering import cover_texted
from callsvc.dialing.moving import move_announced
from callsvc.flows.service import resume_session, session_waits_for
from callsvc.flows.tables import flow_session
from callsvc.messages.answering import answer_late
from callsvc.messages.conversing import asks_for_person
from callsvc.messages.dialogues import close_dialogue, dialogue_of_session, dialogue_with
from callsvc.messages.events import MessageSent
from callsvc.messages.service import plan_message
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from callsvc.webhooks import fetching
from callsvc.webhooks.booking import full_slots
from callsvc.webhooks.facts import mobile_of
from callsvc.webhooks.persons import ASKED, MISREAD, find_person
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
    SetValue,
    Suppress,
    Turn,
    Words,
)

_LONGEST_FETCH = timedelta(minutes=2)  # lived; then the flow hears that no answer came


@dataclass(frozen=True)
class Thread:
    """Whom the session writes to, where, and from which of our senders."""

    place: Row[Any]
    number_id: str
    sender: str
    config: CampaignFile


def take_text(tx: Tx, number_id: str, message_id: str, body: str, *, to: str, opt_out: bool) -> None:
    """An SMS from this number is the answer to the dialogue it is in, if it came to the sender that wrote.

    STOP has already been written down, and is heard wherever it came to, in the word that flows know.
    """
    dialogue = dialogue_with(tx, number_id, "" if opt_out else to)
    if dialogue is None:
        if not opt_out and not find_person(tx, number_id, to, ASKED if asks_for_person(body) else MISREAD):
            answer_late(tx, number_id, to)
        return
    if dialogue.announcement_id:
        move_announced(tx, dialogue, message_id, body, opt_out=opt_out)
        return
    session = _running(tx, dialogue.session_id)
    if session is None:  # ended by something else than a turn
        close_dialogue(tx, session_id=dialogue.session_id)
        return
    tx.update(message, message.c.id == message_id, campaign_contact_id=session.subject_id)
    if not opt_out and asks_for_person(body) and find_person(tx, number_id, to, ASKED):
        _hand_over(tx, session)
        return
    proceed(tx, session, Words("STOP" if opt_out else body))
    if not opt_out and _gave_up(tx, session.id):
        find_person(tx, number_id, to, MISREAD)


def _hand_over(tx: Tx, session: Row[Any]) -> None:
    """A person of ours answers from here on: the flow ends as connected, without another word of its own."""
    tx.update(
        flow_session, flow_session.c.id == session.id, status="ended", outcome=CONNECTED, ended_at=tx.now
    )
    close_dialogue(tx, session_id=session.id)
    finish_contact(tx, session.subject_id, CONNECTED)


def _gave_up(tx: Tx, session_id: str) -> bool:
    """Did the flow end because it understood none of the answers?"""
    over = (flow_session.c.id == session_id) & (flow_session.c.status == "ended")
    return tx.scalar(sa.select(flow_session.c.outcome).where(over)) in ("no-input", "flow-limit")


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
                proceed(tx, row, _nothing_came(tx, row))
    return len(ids)


def _nothing_came(tx: Tx, session: Row[Any]) -> Input:
    """What the flow hears; who is called instead of being asked again is left alone."""
    if isinstance(session_waits_for(tx, session), Fetch):
        return Fetched(0)
    return Hangup() if _called_after(_thread_of(tx, session).config, session.turn) else NoKeys()


def _called_after(config: CampaignFile, turn: int) -> timedelta | None:
    """How long the first answer is waited for before another campaign calls; None: as the flow says."""
    fallback = config.voice_fallback
    return timedelta(hours=fallback.after_hours) if fallback and fallback.after_hours and turn <= 1 else None


def hear_answers(rt: Runtime, session_ids: list[str]) -> None:
    """Other systems have answered these sessions: those by SMS go on at once."""
    for session_id in session_ids:
        with rt.db.begin() as tx:
            _hear_answer(tx, session_id)


def _hear_answer(tx: Tx, session_id: str) -> None:
    row = _running(tx, session_id)
    waiting = session_waits_for(tx, row) if row is not None and row.channel == "sms" else None
    if row is not None and isinstance(waiting, Fetch):
        answer = fetching.answer_to(tx, row, waiting)
        if answer is not None:
            proceed(tx, row, answer)


def proceed(tx: Tx, session: Row[Any], given: Input) -> None:
    """Take the next turn of a running session, which must be locked."""
    thread = _thread_of(tx, session)
    if campaign_row(tx, thread.place.campaign_id).state == "stopped":
        given = Hangup()  # nobody writes for a campaign that was stopped
    turn = resume_session(tx, session, given, partial(full_slots, tx))
    silent = isinstance(given, Hangup) and session.turn <= 1
    follow(tx, thread, session.id, session.turn, turn, outcome="no-input" if silent else None)


def follow(
    tx: Tx, thread: Thread, session_id: str, number: int, turn: Turn, *, outcome: str | None = None
) -> None:
    """Write a turn's effects and its SMS; the person's place has its outcome when the session ends."""
    for effect in turn.effects:
        _apply(tx, thread, session_id, number, effect)
    said = " ".join(spoken.text for spoken in turn.spoken if spoken.text)
    if said:
        _send(tx, thread, f"{session_id}:{number}:spoken", said)
    if turn.outcome is not None:
        close_dialogue(tx, session_id=session_id)
        ended = outcome or turn.outcome
        finish_contact(tx, thread.place.id, ended)
        cover_texted(tx, thread.place, thread.number_id, thread.config, ended)
        return
    if isinstance(turn.wait, Fetch):
        fetching.begin_fetch(tx, session_id, turn, None)
    left = _left(turn.wait, thread.config, number + 1)
    tx.update(flow_session, flow_session.c.id == session_id, deadline_at=tx.now + left)


def _left(wait: Any, config: CampaignFile, turn: int) -> timedelta:
    if not isinstance(wait, AskWords):
        return _LONGEST_FETCH
    asked = timedelta(seconds=wait.expires_s)
    return min(asked, _called_after(config, turn) or asked)


def _apply(tx: Tx, thread: Thread, session_id: str, number: int, effect: Any) -> None:
    match effect:
        case Suppress(scope) if thread.number_id:
            purpose = thread.config.purpose
            suppress(tx, thread.number_id, scope, purpose=purpose, source="sms", evidence=session_id)
        case SendSms(prompt_id, _, text):
            _send(tx, thread, f"{session_id}:{number}:{prompt_id}", text)
        case Appointment(action, slot):
            act_for(tx, thread.place.contact_id, action, slot)
        case BookCallback(minutes, at, days, time) if thread.number_id:
            who = thread.place.id, thread.number_id
            book_texted(tx, *who, in_minutes=minutes, at=at, days=days, time=time)
        case SetValue(name, value) if thread.number_id:
            keep_choice(tx, thread.number_id, name, value, source="sms", evidence=session_id)


def _send(tx: Tx, thread: Thread, cause: str, text: str) -> None:
    if not thread.number_id:
        return  # the person's last mobile was taken away meanwhile
    plan_message(
        tx,
        number_id=thread.number_id,
        body=text,
        sender=thread.sender,
        purpose=thread.config.purpose,
        cause=cause,
        campaign_contact_id=thread.place.id,
    )


def text_sent(tx: Tx, event: MessageSent) -> None:
    """The question is with the carrier: the time for the answer counts from now, not from the writing."""
    session = _session_of_place(tx, event.campaign_contact_id)
    waiting = session_waits_for(tx, session) if session is not None else None
    if session is not None and isinstance(waiting, AskWords):
        left = _left(waiting, _thread_of(tx, session).config, session.turn)
        later = (flow_session.c.id == session.id) & (flow_session.c.deadline_at < event.at + left)
        tx.update(flow_session, later, deadline_at=event.at + left)


def _session_of_place(tx: Tx, place_id: str | None) -> Row[Any] | None:
    if place_id is None:
        return None
    return tx.first(
        sa.select(flow_session).where(
            flow_session.c.subject_id == place_id,
            flow_session.c.channel == "sms",
            flow_session.c.status == "running",
        )
    )


def _running(tx: Tx, session_id: str | None) -> Row[Any] | None:
    mine = (flow_session.c.id == session_id) & (flow_session.c.status == "running")
    return tx.first(sa.select(flow_session).where(mine).with_for_update(key_share=True))


def _thread_of(tx: Tx, session: Row[Any]) -> Thread:
    place = tx.first(sa.select(campaign_contact).where(campaign_contact.c.id == session.subject_id))
    assert place is not None  # noqa: S101 - the session's subject, written with it
    config = config_of(campaign_row(tx, place.campaign_id))
    dialogue = dialogue_of_session(tx, session.id)
    if dialogue is not None:
        return Thread(place, dialogue.number_id, dialogue.sender, config)
    return Thread(place, mobile_of(tx, place.contact_id) or "", config.sms_sender, config)
