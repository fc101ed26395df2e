"""Rotation: a roster in which every theme is staffed and nobody loses the practice of one they know. Pure.

Shift by shift, in order of time: first as many as possible of the places each theme needs are filled, one of
each theme before a second of any (a maximum matching, so that the only one who speaks for a rare theme is not
spent on a common one); then whoever is left does the theme they have not done for longest. Both prefer those
who are longest out of practice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_LONG_AGO = timedelta(days=3650)


@dataclass(frozen=True, kw_only=True)
class Member:
    """``last``: when each theme was last practised (lived); a theme never done is absent."""

    id: str
    skills: frozenset[str]
    last: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A stretch of time, who works in it, and how many agents each theme needs at least."""

    starts_at: datetime
    ends_at: datetime
    members: frozenset[str]
    needs: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, order=True)
class Shift:
    starts_at: datetime
    ends_at: datetime
    member: str
    skill: str


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """One theme at the end of the roster, or now: who can do it, who has done it within the time allowed."""

    skill: str
    able: int
    in_practice: int
    overdue: tuple[str, ...]  # ids, longest out of practice first

    @property
    def share(self) -> float:
        return self.in_practice / self.able if self.able else 1.0


@dataclass(frozen=True, kw_only=True)
class Roster:
    """``unmet``: places no one who works then could fill, by slot's start and theme."""

    shifts: tuple[Shift, ...]
    unmet: Mapping[tuple[datetime, str], int]
    coverage: tuple[Coverage, ...]


def propose(members: Sequence[Member], slots: Iterable[Slot], *, within: timedelta) -> Roster:
    """A roster for these slots. ``within``: nobody should be without a theme they know for longer than this.

    The same input gives the same roster. A member stands in one theme per slot, one they have the skill for.
    """
    known = {one.id: one for one in members}
    last = {one.id: dict(one.last) for one in members}
    shifts: list[Shift] = []
    unmet: dict[tuple[datetime, str], int] = {}
    end: datetime | None = None
    for slot in sorted(slots, key=lambda one: (one.starts_at, one.ends_at)):
        working = sorted(slot.members & known.keys())
        placed, missing = _fill(slot, {id: known[id] for id in working}, last)
        for id in working:
            if id not in placed and known[id].skills:
                done_here = Counter(placed.values())
                placed[id] = min(
                    known[id].skills,
                    key=lambda skill: (-_age(last[id], skill, slot), done_here[skill], skill),
                )
        for id, skill in sorted(placed.items()):
            shifts.append(Shift(starts_at=slot.starts_at, ends_at=slot.ends_at, member=id, skill=skill))
            last[id][skill] = max(slot.starts_at, last[id].get(skill, slot.starts_at))
        for skill, count in missing.items():  # several platforms may have a slot that starts then
            unmet[(slot.starts_at, skill)] = unmet.get((slot.starts_at, skill), 0) + count
        end = max(end or slot.ends_at, slot.ends_at)
    found = () if end is None else _coverage(members, last, end, within)
    return Roster(shifts=tuple(sorted(shifts)), unmet=unmet, coverage=found)


def coverage_at(members: Sequence[Member], now: datetime, within: timedelta) -> tuple[Coverage, ...]:
    """How practice stands now, without a roster, by theme."""
    return _coverage(members, {one.id: one.last for one in members}, now, within)


def _fill(
    slot: Slot, working: Mapping[str, Member], last: Mapping[str, Mapping[str, datetime]]
) -> tuple[dict[str, str], dict[str, int]]:
    """Who fills the needed places, and how many stay empty: augmenting paths (Kuhn's matching)."""
    seats = [(skill, number) for skill, count in sorted(slot.needs.items()) for number in range(count)]
    wanted = {
        skill: sorted(
            (id for id, member in working.items() if skill in member.skills),
            key=lambda id: (_spared(working[id], last[id], skill, slot), id),
        )
        for skill in slot.needs
    }
    sits: dict[str, tuple[str, int]] = {}  # member -> seat

    def seat(place: tuple[str, int], tried: set[str]) -> bool:
        for id in wanted[place[0]]:
            if id in tried:
                continue
            tried.add(id)
            if id not in sits or seat(sits[id], tried):
                sits[id] = place
                return True
        return False

    missing: dict[str, int] = {}
    # Each theme's first place before anybody's second, and the theme that fewest can do first; whom a path
    # moves keeps their place filled, so that the result is a maximum matching either way.
    for place in sorted(seats, key=lambda one: (one[1], len(wanted[one[0]]), one[0])):
        if not seat(place, set()):
            missing[place[0]] = missing.get(place[0], 0) + 1
    return {id: skill for id, (skill, _) in sits.items()}, missing


def _spared(member: Member, last: Mapping[str, datetime], skill: str, slot: Slot) -> timedelta:
    """How much longer they have been without another theme: whoever loses least is placed first."""
    others = [_age(last, other, slot) for other in member.skills if other != skill]
    return max(others, default=timedelta(0)) - _age(last, skill, slot)


def _age(last: Mapping[str, datetime], skill: str, slot: Slot) -> timedelta:
    return slot.starts_at - last[skill] if skill in last else _LONG_AGO


def _coverage(
    members: Sequence[Member],
    last: Mapping[str, Mapping[str, datetime]],
    end: datetime,
    within: timedelta,
) -> tuple[Coverage, ...]:
    found = []
    for skill in sorted({skill for one in members for skill in one.skills}):
        able = [one.id for one in members if skill in one.skills]
        overdue = [id for id in able if skill not in last[id] or last[id][skill] < end - within]
        oldest = datetime.min.replace(tzinfo=end.tzinfo)
        overdue.sort(key=lambda id: (last[id].get(skill, oldest), id))
        found.append(
            Coverage(
                skill=skill, able=len(able), in_practice=len(able) - len(overdue), overdue=tuple(overdue)
            )
        )
    return tuple(found)
