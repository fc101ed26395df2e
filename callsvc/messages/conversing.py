"""Conversations by SMS with a person of ours: opened when no flow can answer, closed by them or by STOP."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.campaigns.writing import can_reply
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.messages.rules import fold
from callsvc.messages.service import plan_message
from callsvc.messages.tables import message, sms_conversation
from ivr_flows.segments import measure

MOST_SEGMENTS: Final = 4
"""Segments of one answer: longer ones are not read, and each is paid for."""

_LATELY = timedelta(days=30)  # lived: an SMS of ours older than that is not what somebody answers
_BY_AGENT = "desk:"
_WORDS: Final = {
    "fr": (
        *("agent", "un agent", "conseiller", "un conseiller", "conseillere", "une conseillere", "humain"),
        *("un humain", "quelqu'un", "une personne", "parler à quelqu'un", "parler à un conseiller"),
    ),
    "en": ("agent", "an agent", "human", "a human", "person", "a person", "somebody", "someone", "operator"),
    "es": ("agente", "un agente", "persona", "una persona", "humano", "operador"),
    "pt": ("agente", "um agente", "pessoa", "uma pessoa", "humano", "operador"),
    "ar": ("موظف", "شخص", "مستشار"),
}
_ASKED = frozenset(fold(word) for words in _WORDS.values() for word in words)


@dataclass(frozen=True, kw_only=True)
class About:
    """Where a conversation belongs: the region, and the campaign whose SMS was answered, if one was."""

    region: str
    platform: str
    language: str
    campaign_contact_id: str | None = None


def asks_for_person(body: str) -> bool:
    """Does the text say no more than that a person is wanted?

    >>> [asks_for_person(text) for text in ("Conseiller !", "a person", "Je suis une personne âgée")]
    [True, True, False]
    """
    return fold(body) in _ASKED


def conversation_with(tx: Tx, number_id: str) -> Row[Any] | None:
    """The open conversation with this number."""
    mine = (sms_conversation.c.number_id == number_id) & sms_conversation.c.closed_at.is_(None)
    return tx.first(sa.select(sms_conversation).where(mine))


def conversation_by_id(tx: Tx, conversation_id: str) -> Row[Any]:
    row = tx.first(sa.select(sms_conversation).where(sms_conversation.c.id == conversation_id))
    assert row is not None  # noqa: S101 - the subject of an entry of this kind
    return row


def open_conversation(tx: Tx, number_id: str, sender: str, why: str, about: About) -> str:
    """Begin one, or go on with the open one; its id. ``why``: asked or misread."""
    conversation_id = tx.new_id("smc")
    new = tx.insert_once(
        sms_conversation,
        id=conversation_id,
        number_id=number_id,
        sender=sender[:20],
        campaign_contact_id=about.campaign_contact_id,
        region_code=about.region,
        platform_code=about.platform,
        language=about.language,
        why=why,
        opened_at=tx.now,
        heard_at=tx.now,
        closed_how="",
    )
    if new:
        return conversation_id
    open_one = conversation_with(tx, number_id)
    assert open_one is not None  # noqa: S101 - that is why nothing was inserted
    note_heard(tx, open_one.id)
    return str(open_one.id)


def note_heard(tx: Tx, conversation_id: str) -> None:
    """They wrote again."""
    tx.update(sms_conversation, sms_conversation.c.id == conversation_id, heard_at=tx.now)


def close_conversation(tx: Tx, conversation_id: str, how: str) -> None:
    mine = (sms_conversation.c.id == conversation_id) & sms_conversation.c.closed_at.is_(None)
    tx.update(sms_conversation, mine, closed_at=tx.now, closed_how=how[:40])


def answered_campaign(tx: Tx, number_id: str, to: str) -> Row[Any] | None:
    """The place whose SMS from ``to`` this number answers: the last one that wrote to it lately."""
    wanted = sa.select(
        campaign_contact.c.id,
        campaign_contact.c.region_code,
        campaign_contact.c.platform_code,
        campaign.c.flow_version,
    )
    return tx.first(last_written(wanted, number_id, to, tx.now - _LATELY))


def last_written(wanted: sa.Select[Any], number_id: str, sender: str, since: datetime) -> sa.Select[Any]:
    """Of ``wanted``, which selects places: that which ``sender`` wrote to at this number last."""
    return (
        wanted.join(message, message.c.campaign_contact_id == campaign_contact.c.id)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(
            message.c.number_id == number_id,
            message.c.direction == "outbound",
            message.c.sender == sender,
            message.c.planned_at > since,
        )
        .order_by(message.c.planned_at.desc())
        .limit(1)
    )


def write_answer(tx: Tx, conversation: Row[Any], text: str) -> str:
    """Plan an agent's SMS in this conversation; the message's id.

    It is sent by the rules of every SMS; see ``allowing.may_send`` for its hours. Raises ``sms-empty``,
    ``sms-too-long``, ``conversation-closed``.
    """
    body = " ".join(text.split())
    if not body:
        raise Invalid("sms-empty", "Write something to send.")
    size = measure(body)
    if size.segments > MOST_SEGMENTS:
        raise Invalid(
            "sms-too-long",
            f"This would be {size.segments} SMS; make it {MOST_SEGMENTS} at most.",
            segments=size.segments,
            most=MOST_SEGMENTS,
        )
    if conversation.closed_at is not None:
        raise Conflict("conversation-closed", "This conversation is over: they stopped it, or it was closed.")
    planned = plan_message(
        tx,
        number_id=conversation.number_id,
        body=body,
        sender=conversation.sender if can_reply(conversation.sender) else tx.settings.callsvc_caller_id,
        purpose=_purpose(tx, conversation),
        cause=f"{_BY_AGENT}{conversation.id}:{tx.new_id('ans')}",
        campaign_contact_id=conversation.campaign_contact_id,
    )
    return str(planned)


def by_agent(cause: str | None) -> bool:
    """Was this SMS written by an agent, as an answer?"""
    return (cause or "").startswith(_BY_AGENT)


def _purpose(tx: Tx, conversation: Row[Any]) -> str:
    found = tx.scalar(
        sa.select(campaign.c.purpose)
        .join(campaign_contact, campaign_contact.c.campaign_id == campaign.c.id)
        .where(campaign_contact.c.id == conversation.campaign_contact_id)
    )
    return str(found or "")
