"""From a list of who works when to a roster of themes: proposed, looked at, and kept as shifts.

The list is CSV with ``softphone``, ``from`` and ``to`` (ISO 8601 with an offset, or local time of the
platform's region without one). Agents of one platform who work the same hours are one slot.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from callsvc.agents.back_office import FIRST_LEVEL
from callsvc.agents.tables import agent, agent_skill, shift
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.organising.practice import practice_of
from callsvc.organising.rotation import Member, Roster, Slot, propose
from callsvc.platforms.tables import platform, region

_LONGEST_SHIFT = timedelta(hours=14)


def propose_roster(tx: Tx, text: str, needs: Mapping[str, int], within: timedelta) -> Roster:
    """A roster for the hours in ``text``; ``needs`` is how many each platform wants in each theme at a time.

    Raises ``roster-file-invalid`` with the line.
    """
    known = {row.client_name: row for row in tx.all(_AGENTS)}
    slots: dict[tuple[str, datetime, datetime], set[str]] = defaultdict(set)
    for number, cells in enumerate(_rows(text), start=2):
        row = known.get(cells.get("softphone", ""))
        if row is None:
            raise _invalid(number, f"no agent has the softphone {cells.get('softphone', '')!r}")
        starts, ends = (_instant(number, cells.get(name, ""), row.zone) for name in ("from", "to"))
        if not timedelta(0) < ends - starts <= _LONGEST_SHIFT:
            raise _invalid(number, "a shift ends after it starts, within 14 hours")
        slots[(row.platform_code, starts, ends)].add(row.id)
    ids = sorted({id for members in slots.values() for id in members})
    return propose(
        _members(tx, ids),
        [
            Slot(starts_at=starts, ends_at=ends, members=frozenset(members), needs=needs)
            for (_, starts, ends), members in sorted(slots.items())
        ],
        within=within,
    )


def keep_roster(tx: Tx, roster: Roster) -> int:
    """Make these the shifts of those agents in that stretch of time; how many."""
    if not roster.shifts:
        return 0
    first, last = roster.shifts[0].starts_at, max(one.ends_at for one in roster.shifts)
    ids = sorted({one.member for one in roster.shifts})
    tx.execute(
        shift.delete().where(shift.c.agent_id.in_(ids), shift.c.starts_at >= first, shift.c.starts_at < last)
    )
    for one in roster.shifts:
        tx.insert(shift, agent_id=one.member, starts_at=one.starts_at, ends_at=one.ends_at, skill=one.skill)
    return len(roster.shifts)


_AGENTS = (
    sa.select(agent.c.id, agent.c.client_name, agent.c.platform_code, region.c.zone)
    .join(platform, platform.c.code == agent.c.platform_code)
    .join(region, region.c.code == platform.c.region_code)
    .where(agent.c.left_at.is_(None))
)


def _members(tx: Tx, ids: list[str]) -> list[Member]:
    skills: dict[str, set[str]] = defaultdict(set)
    for row in tx.all(sa.select(agent_skill).where(agent_skill.c.agent_id.in_(ids), FIRST_LEVEL)):
        skills[row.agent_id].add(row.skill)
    practised = practice_of(tx, ids)
    return [
        Member(
            id=id,
            skills=frozenset(skills[id]),
            last={skill: row.last_at for skill, row in practised.get(id, {}).items()},
        )
        for id in ids
    ]


def _rows(text: str) -> list[dict[str, str]]:
    head = text.removeprefix("\ufeff")
    delimiter = ";" if ";" in head.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(head, newline=None), delimiter=delimiter)
    if not {"softphone", "from", "to"} <= set(reader.fieldnames or ()):
        raise Invalid("roster-file-invalid", "The first line must name softphone, from and to.")
    return [{key: (value or "").strip() for key, value in row.items() if key} for row in reader]


def _instant(number: int, text: str, zone: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _invalid(number, f"{text!r} is no instant such as 2020-11-16T08:00") from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


def _invalid(number: int, problem: str) -> Invalid:
    return Invalid("roster-file-invalid", f"Correct line {number}: {problem}.", line=number)
