"""Campaigns whose people an agent sees before they are called: a few tasks wait, the others in their list.

As many as there are agents who could take them, and a few more: whoever waits in the list stays where pauses,
stops and edits find them.
"""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import ON_DUTY
from callsvc.agents.tables import agent, agent_skill
from callsvc.calls.service import agents_may_call
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.events import ContactFinished
from callsvc.campaigns.facts import config_of
from callsvc.campaigns.halting import stop_in_force
from callsvc.campaigns.retrying import turn_of
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.dialing.facts import candidates
from callsvc.dialing.finishing import tries_of
from callsvc.dialing.ordering import people_in_turn
from callsvc.dialing.planning import choose_number, skip_person
from callsvc.flows.themes import theme_of
from callsvc.routing.offering import offer_next
from callsvc.routing.other_work.leaving import withdraw_work
from callsvc.routing.other_work.working import Work, enter_work
from callsvc.routing.tables import queue_entry
from callsvc.runtime import Runtime

_AHEAD: Final = 2  # tasks that wait in a region beyond its idle agents
_AT_ONCE: Final = 40
_LASTS: Final = timedelta(hours=8)  # lived; whoever is still in the list then is put before an agent anew
_OPEN: Final = ("pending", "reserved", "assigned", "wrapping")


def offer_tasks(rt: Runtime) -> int:
    """Put people of preview campaigns before agents who have the time; returns how many tasks were made."""
    with rt.db.read() as tx:
        running = tx.all(sa.select(campaign).where(campaign.c.state == "running"))
    mine = [row.id for row in running if row.config.get("mode") == "preview"]
    made = 0
    for campaign_id in mine:
        with rt.db.begin() as tx:
            if agents_may_call(tx) and stop_in_force(tx) is None:
                made += _fill(tx, campaign_id)
    return made


def _fill(tx: Tx, campaign_id: str) -> int:
    row = tx.first(sa.select(campaign).where(campaign.c.id == campaign_id).with_for_update(key_share=True))
    if row is None or row.state != "running":
        return 0
    config, skill = config_of(row), theme_of(tx, row.flow_version)
    room = _room(tx, campaign_id, skill)
    if not any(room.values()):
        return 0
    places = people_in_turn(tx, config, campaign_id, sum(room.values()) + _in_hand(tx, campaign_id))
    made: list[str] = []
    for place in places:
        wanted = room.get(place.region_code, 0) > 0 and _may_be_called(tx, config, campaign_id, place)
        if wanted and _offer(tx, place, skill):
            room[place.region_code] -= 1
            made.append(place.region_code)
    if made:
        offer_next(tx, made)
    return len(made)


def _room(tx: Tx, campaign_id: str, skill: str) -> dict[str, int]:
    """How many more tasks of this campaign may wait in each region where somebody has its theme."""
    regions = [row.region_code for row in tx.all(_regions_of(campaign_id))]
    waiting = {row.region_code: row.entries for row in tx.all(_tasks_of(campaign_id, ("pending",)))}
    return {
        one.region_code: max(0, one.idle + _AHEAD - waiting.get(one.region_code, 0))
        for one in tx.all(_trained(regions, skill))
    }


def _trained(regions: list[str], skill: str) -> sa.Select[Any]:
    """Regions where somebody with this theme is on duty, and how many of those are idle."""
    idle = sa.func.sum(sa.case((agent.c.state == "idle", 1), else_=0))
    return (
        sa.select(agent.c.region_code, idle.label("idle"))
        .join(agent_skill, (agent_skill.c.agent_id == agent.c.id) & (agent_skill.c.skill == skill))
        .where(agent.c.region_code.in_(regions), ON_DUTY)
        .group_by(agent.c.region_code)
    )


def _regions_of(campaign_id: str) -> sa.Select[Any]:
    waits = (campaign_contact.c.campaign_id == campaign_id) & (campaign_contact.c.status == "waiting")
    return sa.select(campaign_contact.c.region_code).where(waits).distinct()


def _in_hand(tx: Tx, campaign_id: str) -> int:
    """People of the list who are before agents already, and stand in front of it."""
    return sum(row.entries for row in tx.all(_tasks_of(campaign_id, _OPEN)))


def _tasks_of(campaign_id: str, states: tuple[str, ...]) -> sa.Select[Any]:
    return (
        sa.select(queue_entry.c.region_code, sa.func.count().label("entries"))
        .join(campaign_contact, campaign_contact.c.id == queue_entry.c.campaign_contact_id)
        .where(
            queue_entry.c.kind == "task",
            queue_entry.c.state.in_(states),
            campaign_contact.c.campaign_id == campaign_id,
        )
        .group_by(queue_entry.c.region_code)
    )


def _may_be_called(tx: Tx, config: CampaignFile, campaign_id: str, place: Row[Any]) -> bool:
    """Asked before an agent looks; the claim asks again. Who may not be is looked at when that is healed."""
    found = candidates(tx, config, "running", [place.contact_id], campaign_id=campaign_id)
    turn = turn_of(config.retries, tries_of(place))
    choice, verdict = choose_number(found.get(place.contact_id, []), turn, set(), tx.now)
    if choice is None:
        skip_person(tx, place, verdict)
    return choice is not None


def _offer(tx: Tx, place: Row[Any], skill: str) -> bool:
    language = tx.scalar(sa.select(contact.c.language).where(contact.c.id == place.contact_id)) or "fr"
    work = Work(
        kind="task",
        subject_id=place.id,
        campaign_contact_id=place.id,
        region=place.region_code,
        platform=place.platform_code,
        skill=skill,
        language=language,
        priority=place.priority,
        deadline_at=tx.now + _LASTS,
    )
    return enter_work(tx, work) is not None


def withdraw_task(tx: Tx, event: ContactFinished) -> None:
    """Their place has its outcome: no agent needs to look at them any more."""
    open_task = (queue_entry.c.subject_id == event.campaign_contact_id) & queue_entry.c.state.in_(_OPEN)
    if tx.first(sa.select(queue_entry.c.id).where(open_task)) is not None:
        withdraw_work(tx, [event.campaign_contact_id], "settled")


def withdraw_halted(rt: Runtime) -> int:
    """Tasks of campaigns that do not run any more leave; how many. They come back when it runs again."""
    with rt.db.read() as tx:
        rows = tx.all(
            sa.select(queue_entry.c.subject_id)
            .join(campaign_contact, campaign_contact.c.id == queue_entry.c.campaign_contact_id)
            .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
            .where(
                queue_entry.c.kind == "task",
                queue_entry.c.state.in_(("pending", "reserved")),
                campaign.c.state != "running",
            )
            .limit(_AT_ONCE)
        )
    withdrawn = 0
    for row in rows:
        with rt.db.begin() as tx:
            withdrawn += withdraw_work(tx, [row.subject_id], "halted")
    return withdrawn
