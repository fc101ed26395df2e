"""Work that is no call: callbacks, SMS conversations, tasks, in the same queue, for agents of their region.

Calls come first; ``next_other_work`` says what an agent is offered whom no call needs. What regions are
measured by and helped for are calls alone (``queries.WAITING``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import FREE, headcounts
from callsvc.agents.service import reserve_agent
from callsvc.agents.tables import agent, agent_skill
from callsvc.calls.service import agents_may_call
from callsvc.core.db import Tx
from callsvc.routing.decisions import Decision, make_offer
from callsvc.routing.events import EntryQueued, about
from callsvc.routing.queries import WAITING
from callsvc.routing.rules.working import (
    CHANNEL,
    DIALLED,
    KINDS_IN_ORDER,
    PRESSING_AFTER,
    RESTS,
    may_spare,
    sentences,
)
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.terms import terms_of

MOST_AT_ONCE = 20
"""Offers of other work that one transaction makes in one region."""

_ENTRY = queue_entry.c
OTHER = (_ENTRY.state == "pending") & _ENTRY.kind.in_(KINDS_IN_ORDER)
# What a silent desk gave back, nobody let pass: no telephone rang for it in vain.
_DESK_FELL_SILENT = (reservation.c.state == "rescinded") & reservation.c.agent_leg_id.is_(None)


@dataclass(frozen=True, kw_only=True)
class Work:
    """Something for an agent. ``deadline_at`` (lived): when it is too late, and leaves as ``unavailable``."""

    kind: str
    subject_id: str | None
    region: str
    platform: str
    skill: str
    language: str
    deadline_at: datetime
    number_id: str | None = None
    campaign_contact_id: str | None = None
    priority: int = 0
    owner: str | None = None
    owner_until: datetime | None = None
    promised_at: datetime | None = None
    entered_at: datetime | None = None


def enter_work(tx: Tx, work: Work) -> str | None:
    """Put it into its region's queue; its id, or None while the same subject waits or is in hand already."""
    entry_id = tx.new_id("ent")
    new = tx.insert_once(
        queue_entry,
        id=entry_id,
        kind=work.kind,
        subject_id=work.subject_id,
        number_id=work.number_id,
        campaign_contact_id=work.campaign_contact_id,
        region_code=work.region,
        platform_code=work.platform,
        skill=work.skill,
        language=work.language,
        priority=work.priority,
        owner_agent_id=work.owner,
        owner_until=work.owner_until,
        promised_at=work.promised_at,
        state="pending",
        entered_at=work.entered_at or tx.now,
        deadline_at=work.deadline_at,
        offers=0,
    )
    if not new:
        return None
    entry = tx.first(sa.select(queue_entry).where(_ENTRY.id == entry_id))
    tx.emit(EntryQueued(**about(entry, tx.now)))
    return entry_id


def next_other_work(tx: Tx, agent_row: Row[Any], *, pressing: bool = False) -> Row[Any] | None:
    """What this agent, whom no call needs, is offered; the entry's row, held without waiting for it.

    It must be of a kind and in a language the agent has, theirs or nobody's, and not let pass by them just
    now. ``pressing``: only what goes before calls that wait: a late promise, a callback whose turn it is.
    """
    mine = _ENTRY.owner_agent_id == agent_row.id
    passed = sa.exists().where(
        reservation.c.entry_id == _ENTRY.id,
        reservation.c.agent_id == agent_row.id,
        reservation.c.ended_at > tx.now - RESTS,
        ~_DESK_FELL_SILENT,
    )
    statement = (
        sa.select(queue_entry)
        .join(agent_skill, (agent_skill.c.agent_id == agent_row.id) & (agent_skill.c.skill == _ENTRY.skill))
        .where(
            OTHER,
            _ENTRY.region_code == agent_row.region_code,
            _ENTRY.kind.in_(_kinds_of(tx, agent_row)),
            _ENTRY.language.in_(agent_row.languages.split()),
            mine | _open_to_all(tx),
            _ripe(tx, agent_row.region_code, pressing=pressing),
            ~passed,
        )
        .order_by(*_order(tx, mine))
        .limit(1)
    )
    return tx.first(statement.with_for_update(of=queue_entry, skip_locked=True, key_share=True))


def _kinds_of(tx: Tx, agent_row: Row[Any]) -> list[str]:
    """What the agent has the channel for; nobody to call where agents cannot call."""
    channels = agent_row.channels.split()
    kinds = [kind for kind, channel in CHANNEL.items() if channel in channels]
    return kinds if agents_may_call(tx) else [kind for kind in kinds if kind not in DIALLED]


def _open_to_all(tx: Tx) -> sa.ColumnElement[bool]:
    """Nobody's, or no longer theirs alone; and nobody waits for an owner who is away."""
    owner = agent.alias()
    away = sa.exists().where(owner.c.id == _ENTRY.owner_agent_id, owner.c.activity == "offline")
    over = _ENTRY.owner_until.is_(None) | (_ENTRY.owner_until <= tx.now)
    return _ENTRY.owner_agent_id.is_(None) | over | away


def _order(tx: Tx, mine: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[Any], ...]:
    due = _ENTRY.promised_at <= tx.now
    return (
        sa.case((due, 0), else_=1),
        sa.case((due, _ENTRY.promised_at)),
        sa.case((mine, 0), else_=1),
        _ENTRY.priority.desc(),
        sa.case({kind: place for place, kind in enumerate(KINDS_IN_ORDER)}, value=_ENTRY.kind),
        _ENTRY.entered_at,
        _ENTRY.id,
    )


def _ripe(tx: Tx, region_code: str, *, pressing: bool) -> sa.ColumnElement[bool]:
    """May it be done now? Nobody is called before the hour they asked for; a task waits for spare agents."""
    call = queue_entry.alias()
    turn = (
        (_ENTRY.kind == "callback")
        & _ENTRY.promised_at.is_(None)
        & ~sa.exists().where(
            call.c.kind == "call",
            call.c.state == "pending",
            call.c.region_code == region_code,
            call.c.skill == _ENTRY.skill,
            call.c.language == _ENTRY.language,
            call.c.entered_at < _ENTRY.entered_at,
        )
    )
    if pressing:
        return turn | ((_ENTRY.kind == "callback") & (_ENTRY.promised_at <= tx.now - PRESSING_AFTER))
    ripe = turn | (_ENTRY.kind == "sms") | (_ENTRY.promised_at <= tx.now)
    return ripe | _ENTRY.promised_at.is_(None) if _can_spare(tx, region_code) else ripe


def _can_spare(tx: Tx, region_code: str) -> bool:
    waiting = tx.first(sa.select(_ENTRY.id).where(WAITING, _ENTRY.region_code == region_code).limit(1))
    heads = headcounts(tx, [region_code])
    share = terms_of(tx).callback_idle
    return bool(heads) and may_spare(int(waiting is not None), heads[0].idle, heads[0].on_duty, share)


def offer_other_work(tx: Tx, region_code: str, *, pressing: bool = False) -> int:
    """Offer what waits in this region besides calls to agents who are free; how many offers were made."""
    offered = 0
    for group in _groups(tx, region_code, pressing=pressing):
        for agent_row in _free_for(tx, region_code, group):
            entry = next_other_work(tx, agent_row, pressing=pressing)
            if entry is not None and offer_to(tx, entry, agent_row):
                offered += 1
            if offered >= MOST_AT_ONCE:
                return offered
    return offered


def _groups(tx: Tx, region_code: str, *, pressing: bool) -> Sequence[Row[Any]]:
    kinds = ("callback",) if pressing else KINDS_IN_ORDER
    columns = (_ENTRY.kind, _ENTRY.skill, _ENTRY.language)
    waiting = sa.select(*columns, sa.func.count().label("entries"))
    mine = (_ENTRY.state == "pending") & _ENTRY.kind.in_(kinds) & (_ENTRY.region_code == region_code)
    return tx.all(waiting.where(mine).group_by(*columns).order_by(*columns))


def _free_for(tx: Tx, region_code: str, group: Row[Any]) -> Sequence[Row[Any]]:
    """Free agents with the theme, the language and the channel: owners, then the longest idle, first."""
    owners = sa.select(_ENTRY.owner_agent_id).where(OTHER, _ENTRY.region_code == region_code)
    owner = sa.case((agent.c.id.in_(owners.where(_ENTRY.owner_agent_id.is_not(None))), 0), else_=1)
    return tx.all(
        sa.select(agent)
        .join(agent_skill, (agent_skill.c.agent_id == agent.c.id) & (agent_skill.c.skill == group.skill))
        .where(
            agent.c.region_code == region_code,
            FREE,
            _has(agent.c.languages, group.language),
            _has(agent.c.channels, CHANNEL[group.kind]),
        )
        .order_by(owner, agent.c.state_since, agent.c.id)
        .limit(min(group.entries + 6, MOST_AT_ONCE))
    )


def _has(words: sa.ColumnElement[Any], word: str) -> sa.ColumnElement[bool]:
    return (sa.literal(" ") + words + sa.literal(" ")).contains(f" {word} ", autoescape=True)


def offer_to(tx: Tx, entry: Row[Any], agent_row: Row[Any]) -> bool:
    """Offer a waiting entry, held by the caller, to this agent; False if somebody was quicker."""
    reservation_id = tx.new_id("rsv")
    if not reserve_agent(tx, agent_row.id, reservation_id):
        return False
    make_offer(
        tx,
        entry,
        _why(tx, entry, agent_row),
        reservation_id=reservation_id,
        agent_id=agent_row.id,
        agent_region=agent_row.region_code,
    )
    return True


def _why(tx: Tx, entry: Row[Any], agent_row: Row[Any]) -> Decision:
    promised = entry.promised_at is not None and entry.promised_at <= tx.now
    owned = entry.kind == "call" or entry.owner_agent_id == agent_row.id
    said = sentences(entry.kind, owned=owned, promised=promised)
    inputs = {"reason": "work", "kind": entry.kind, "owned": owned, "promised": promised}
    return Decision(kind="work", number=entry.offers + 1, inputs=inputs, said=said)
