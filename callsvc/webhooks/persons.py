"""Somebody who writes wants a person, or says what no flow understands: an agent who answers SMS is found."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.tables import agent, agent_skill
from callsvc.contacts.preferences import language_of
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.flows.themes import GENERAL, theme_of
from callsvc.messages.conversing import About, answered_campaign, open_conversation
from callsvc.platforms.tables import platform
from callsvc.routing.other_work.writing import heard_again, queue_conversation

ASKED, MISREAD = "asked", "misread"


def hear_in_conversation(tx: Tx, number_id: str) -> bool:
    """True if an agent has a conversation with this number, or had one that is still open: it goes on."""
    return heard_again(tx, number_id)


def find_person(tx: Tx, number_id: str, to: str, why: str) -> bool:
    """Put a conversation into the queue; False where nobody answers SMS: they are told what else to do."""
    place = answered_campaign(tx, number_id, to)
    home = place or _home(tx, number_id)
    if home is None:
        return False
    skill = theme_of(tx, place.flow_version) if place is not None else GENERAL
    known = tx.scalar(_hint(number_id).with_only_columns(contact.c.language))
    language = language_of(tx, number_id, known) or "fr"
    writers = _writers(tx, home.region_code, skill)
    if not writers:
        return False
    spoken = language if any(language in languages for languages in writers) else writers[0][0]
    about = About(
        region=home.region_code,
        platform=home.platform_code,
        language=spoken,
        campaign_contact_id=place.id if place is not None else None,
    )
    queue_conversation(tx, open_conversation(tx, number_id, to, why, about), skill)
    return True


def _writers(tx: Tx, region_code: str, skill: str) -> list[list[str]]:
    """The languages of each agent of a region who answers SMS on this theme, on duty now or another day."""
    rows = tx.all(
        sa.select(agent.c.languages)
        .join(agent_skill, (agent_skill.c.agent_id == agent.c.id) & (agent_skill.c.skill == skill))
        .where(
            agent.c.region_code == region_code,
            agent.c.left_at.is_(None),
            (sa.literal(" ") + agent.c.channels + sa.literal(" ")).contains(" sms "),
        )
        .order_by(agent.c.id)
    )
    return [row.languages.split() for row in rows]


def _hint(number_id: str) -> sa.Select[Any]:
    return (
        sa.select(contact.c.region_code, contact.c.platform_code)
        .join(contact_number, contact_number.c.contact_id == contact.c.id)
        .where(contact_number.c.number_id == number_id)
        .order_by(contact_number.c.rank, contact.c.created_at)
        .limit(1)
    )


def _home(tx: Tx, number_id: str) -> Row[Any] | None:
    """Where the person whom the number suggests belongs; else the platform that takes unknown callers."""
    known = tx.first(_hint(number_id))
    if known is not None:
        return known
    columns = platform.c.code.label("platform_code"), platform.c.region_code
    default = tx.first(sa.select(*columns).where(platform.c.code == tx.settings.callsvc_default_platform))
    return default or tx.first(sa.select(*columns).order_by(platform.c.code).limit(1))
