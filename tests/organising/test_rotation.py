"""A roster fills what can be filled and keeps everybody in practice."""

from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from callsvc.organising.rotation import Member, Slot, propose

MONDAY = datetime(2020, 11, 16, 7, tzinfo=UTC)
THEMES = ("front-desk", "medical", "tracing")
FORTNIGHT = timedelta(days=14)


def slot(day: int, members: str, **needs: int) -> Slot:
    starts = MONDAY + timedelta(days=day)
    return Slot(
        starts_at=starts,
        ends_at=starts + timedelta(hours=7),
        members=frozenset(members),
        needs={name.replace("_", "-"): count for name, count in needs.items()},
    )


def member(id: str, *skills: str, **last: int) -> Member:
    """``last``: days before Monday."""
    ages = {name.replace("_", "-"): MONDAY - timedelta(days=days) for name, days in last.items()}
    return Member(id=id, skills=frozenset(skills), last=ages)


def test_the_only_one_who_knows_a_rare_theme_is_kept_for_it() -> None:
    members = [member("a", "medical", "tracing"), member("b", "tracing", tracing=1)]
    roster = propose(members, [slot(0, "ab", tracing=1, medical=1)], within=FORTNIGHT)
    assert {(one.member, one.skill) for one in roster.shifts} == {("a", "medical"), ("b", "tracing")}
    assert roster.unmet == {}


def test_who_has_not_done_a_theme_for_longest_does_it() -> None:
    members = [member("a", "tracing", "medical", tracing=1, medical=9), member("b", "tracing", tracing=1)]
    roster = propose(members, [slot(0, "ab", tracing=1)], within=FORTNIGHT)
    assert {(one.member, one.skill) for one in roster.shifts} == {("a", "medical"), ("b", "tracing")}


def test_places_that_nobody_can_fill_are_told() -> None:
    roster = propose([member("a", "tracing")], [slot(0, "a", medical=2, tracing=1)], within=FORTNIGHT)
    assert roster.unmet == {(MONDAY, "medical"): 2}


def test_no_theme_is_left_empty_while_another_has_its_second_agent() -> None:
    members = [member("a", "front-desk", "tracing"), member("b", "front-desk", "tracing")]
    roster = propose(members, [slot(0, "ab", tracing=2, front_desk=2)], within=FORTNIGHT)
    assert {one.skill for one in roster.shifts} == {"front-desk", "tracing"}
    assert roster.unmet == {(MONDAY, "front-desk"): 1, (MONDAY, "tracing"): 1}


def test_what_two_platforms_lack_at_the_same_hour_is_told_together() -> None:
    members = [member("a", "tracing"), member("b", "tracing")]
    roster = propose(members, [slot(0, "a", tracing=2), slot(0, "b", tracing=3)], within=FORTNIGHT)
    assert roster.unmet == {(MONDAY, "tracing"): 3}


def test_within_a_fortnight_of_shifts_everybody_has_done_everything_they_know() -> None:
    members = [member(id, *THEMES) for id in "abcdefgh"]
    slots = [slot(day, "abcdefgh", tracing=4, front_desk=2, medical=1) for day in (0, 1, 2, 3, 4, 7, 8, 9)]
    roster = propose(members, slots, within=FORTNIGHT)
    assert [(one.skill, one.share, one.overdue) for one in roster.coverage] == [
        (theme, 1.0, ()) for theme in THEMES
    ]


def test_who_cannot_have_practised_is_named() -> None:
    members = [member("a", "tracing", "medical", medical=30), member("b", "tracing")]
    roster = propose(members, [slot(0, "a", tracing=1)], within=FORTNIGHT)
    told = {one.skill: (one.able, one.in_practice, one.overdue) for one in roster.coverage}
    assert told == {"medical": (1, 0, ("a",)), "tracing": (2, 1, ("b",))}


TEAMS = st.lists(st.frozensets(st.sampled_from(THEMES), min_size=1), min_size=1, max_size=5)
NEEDS = st.dictionaries(st.sampled_from(THEMES), st.integers(0, 3))


@given(TEAMS, NEEDS)
def test_as_many_places_are_filled_as_can_be(team: list[frozenset[str]], needs: dict[str, int]) -> None:
    """Against every way of placing the team, one by one."""
    members = [Member(id=str(number), skills=skills) for number, skills in enumerate(team)]
    everybody = frozenset(one.id for one in members)
    one_slot = Slot(starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=7), members=everybody, needs=needs)
    roster = propose(members, [one_slot], within=FORTNIGHT)
    best = min(
        sum(max(0, count - way.count(skill)) for skill, count in needs.items())
        for way in product(*(sorted(skills) for skills in team))
    )
    assert sum(roster.unmet.values()) == best
    assert sorted(one.member for one in roster.shifts) == sorted(everybody)
    assert all(one.skill in members[int(one.member)].skills for one in roster.shifts)
