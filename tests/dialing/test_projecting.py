"""The projected end is the end: against arithmetic done by hand, and against the real planner on a list."""

import heapq
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from callsvc.calls.queries import call_of_leg, lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import leg
from callsvc.campaigns.calendar import PRESETS, Hours, LocalWindow
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.dialing import expecting
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.preview import preview
from callsvc.dialing.projecting import Cohort, Kind, Means, Projection, project
from callsvc.dialing.sampling import Sample
from callsvc.dialing.saying import sentences
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, start_campaign

NOON = datetime(2020, 11, 16, 12, tzinfo=UTC)
ALL_DAY = PRESETS["none"]
DAYTIME = (LocalWindow(frozenset(range(7)), 8 * 60, 20 * 60),)
ANSWERED = {"reached": Kind(share=1.0, seconds=60, reached=True, final=True)}
HALF = {"reached": Kind(share=0.5, seconds=60, reached=True, final=True), "busy": Kind(share=0.5, seconds=2)}


def hours(zone: str = "UTC", windows: tuple[LocalWindow, ...] = ALL_DAY) -> Hours:
    return Hours(ZoneInfo(zone), "", windows, ALL_DAY, True)


def at_once(people: float, where: Hours | None = None) -> Cohort:
    return Cohort(where or hours(), [(NOON, people)])


def told(*cohorts: Cohort, most_tries: int = 3, minutes: float = 30, **means: object) -> Projection:
    wanted = Means(**{"calls_per_second": 1.0, "lines": 1000, "kinds": ANSWERED} | means)  # type: ignore[arg-type]
    wait = timedelta(minutes=minutes)
    return project(NOON, cohorts, wanted, lambda _, tries: wait if tries < most_tries else None)


def lasts(projection: Projection) -> float:
    assert projection.first_tries_end_at is not None
    return (projection.first_tries_end_at - NOON).total_seconds()


def test_a_list_lasts_its_people_by_its_pace() -> None:
    assert lasts(told(at_once(3600))) == 3600
    assert lasts(told(at_once(3600), calls_per_second=3.0)) == 1200
    assert told(at_once(3600)).held_back_by == "pace"


def test_lines_hold_back_when_calls_last() -> None:
    few = told(at_once(3600), lines=15)
    assert (lasts(few), few.held_back_by) == (3600 * 4, "lines")


def test_agents_hold_back_when_everybody_wants_one() -> None:
    few = told(at_once(600), agents=10, aht_s=100.0, for_agents=1.0)
    assert (lasts(few), few.held_back_by) == (6000, "agents")


def test_each_further_try_is_for_those_not_reached() -> None:
    retried = told(at_once(600), kinds=HALF)
    assert (retried.calls, retried.reached) == (600 + 300 + 150, 300 + 150 + 75)
    assert retried.ends_at is not None
    # Ten minutes of first tries; the last of them is tried half an hour after, and again half an hour after.
    assert timedelta(minutes=69) <= retried.ends_at - NOON <= timedelta(minutes=74)


def test_a_window_that_closes_moves_the_rest_to_the_next_day() -> None:
    island = told(at_once(4 * 3600, hours("Indian/Reunion", DAYTIME)))  # 16:00 there, four hours are left
    assert island.missed_today < 0.01  # nobody is called in the last minute
    twice = told(at_once(8 * 3600, hours("Indian/Reunion", DAYTIME)))
    assert twice.missed_today == pytest.approx(0.5, abs=0.01)
    assert twice.first_tries_end_at is not None
    assert abs(twice.first_tries_end_at - datetime(2020, 11, 17, 8, tzinfo=UTC)) <= timedelta(minutes=1)
    assert twice.held_back_by == "hours"


def test_zones_share_the_pace_while_both_are_open() -> None:
    both = told(
        at_once(4 * 3600, hours("Indian/Reunion", DAYTIME)), at_once(3600, hours("Europe/Paris", DAYTIME))
    )
    assert both.first_tries_end_at is not None and both.missed_today > 0.05


def test_nobody_and_never_are_told_as_such() -> None:
    assert told(at_once(0)).ends_at is None and told().begins_at is None
    never = told(at_once(10, hours(windows=())))
    assert never.first_tries_end_at is None and never.calls == 0
    assert told(at_once(10_000_000)).first_tries_end_at is None


ZONES = st.sampled_from(["Europe/Paris", "Indian/Reunion", "Pacific/Tahiti"])


@given(st.lists(st.tuples(ZONES, st.integers(1, 5000)), min_size=1, max_size=3), st.floats(0.2, 5))
def test_nobody_is_called_outside_the_hours_and_everybody_gets_a_try(
    people: list[tuple[str, int]], pace: float
) -> None:
    cohorts = [at_once(count, hours(zone, DAYTIME)) for zone, count in people]
    seen = told(*cohorts, calls_per_second=pace, kinds=HALF)
    total = sum(count for _, count in people)
    assert total * 1.7 - 2 <= seen.calls <= total * 1.75 + 2 and seen.reached <= total
    for at, _ in seen.by_hour:
        assert any(
            cohort.hours.open_at(at + timedelta(minutes=half)) for cohort in cohorts for half in (0, 30)
        )


# Of twenty tries seven reach the person, nine ring out, three are busy, one fails.
DRAWN = ("reached",) * 7 + ("no-answer",) * 9 + ("busy",) * 3 + ("failed",)
LASTING = {"reached": 60, "no-answer": 30, "busy": 4, "failed": 2}
PEOPLE = 40


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_real_planner_ends_when_it_was_projected(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the planner's ten seconds for the first tries, a tenth for the end: that is one person's try."""
    kinds = {
        kind: Kind(
            share=DRAWN.count(kind) / 20, seconds=lasts, reached=kind == "reached", final=kind == "reached"
        )
        for kind, lasts in LASTING.items()
    }
    monkeypatch.setattr(expecting, "ASSUMED", kinds)
    file = campaign_file(caps={"per_number_24h": 9}, preset="none")
    start_campaign(rt, *(f"+3363998{n:04d}" for n in range(PEOPLE)), file=file)
    with rt.db.read() as tx:
        seen = preview(tx, file.id)
    start = rt.clock.now()
    first_end, end, calls = _live(rt)
    assert seen.projection is not None and seen.projection.ends_at is not None and seen.ends_at is not None
    assert abs((seen.ends_at - first_end).total_seconds()) <= 12
    lasted = (end - start).total_seconds()
    assert abs((seen.projection.ends_at - end).total_seconds()) <= 0.1 * lasted
    assert seen.projection.calls == pytest.approx(calls, rel=0.05)


def _live(rt: Runtime) -> tuple[datetime, datetime, int]:
    """Plan, place and end calls as the carrier would, a second at a time; when they end."""
    under_way: list[tuple[datetime, str, str]] = []
    called: set[str] = set()
    first_end, calls = rt.clock.now(), 0
    for _ in range(4000):
        plan_calls(rt)
        for leg_id in [id for job, ids in rt.jobs.take() if job == "place_calls" for id in ids]:  # type: ignore[attr-defined]
            place_attempts(rt, [leg_id])
            with rt.db.read() as tx:
                number_id = tx.scalar(sa.select(leg.c.number_id).where(leg.c.id == leg_id))
            if number_id not in called:
                called.add(number_id)
                first_end = rt.clock.now()
            kind = DRAWN[calls * 7 % 20]
            calls += 1
            heapq.heappush(under_way, (rt.clock.now() + timedelta(seconds=LASTING[kind]), leg_id, kind))
        advance(rt, _pause(rt, under_way))
        while under_way and under_way[0][0] <= rt.clock.now():
            _, leg_id, kind = heapq.heappop(under_way)
            _end(rt, leg_id, kind)
        with rt.db.read() as tx:
            open_ones = tx.scalar(
                sa.select(sa.func.count())
                .select_from(campaign_contact)
                .where(campaign_contact.c.status != "done")
            )
        if not open_ones:
            break
    return first_end, rt.clock.now(), calls


def _pause(rt: Runtime, under_way: list[tuple[datetime, str, str]]) -> float:
    """A second; while nobody is due, until the next call ends or the next person is."""
    with rt.db.read() as tx:
        waiting = campaign_contact.c.status == "waiting"
        due = tx.scalar(sa.select(sa.func.min(campaign_contact.c.next_try_at)).where(waiting))
    moments = [*([due] if due else []), *(at for at, _, _ in under_way[:1])]
    return max(1.0, (min(moments) - rt.clock.now()).total_seconds()) if moments else 1.0


def _end(rt: Runtime, leg_id: str, kind: str) -> None:
    """No flow is held here: who is reached is given that outcome by hand."""
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        status = "completed" if kind == "reached" else kind
        record_status(tx, leg_id, News(status=status, at=tx.now, source="callback", carrier_time=True))
        if kind == "reached":
            finish_contact(tx, call_of_leg(tx, leg_id).campaign_contact_id, "reached")


def test_a_sample_of_ten_thousand_is_right_to_one_in_a_hundred() -> None:
    assert Sample(1_000_000, 100).margin < 0.01
    assert Sample(10_000, 1).margin == 0.0


def test_a_sample_counts_as_many_people_as_there_are(rt: Runtime) -> None:
    start_campaign(rt, *(f"+3363998{n:04d}" for n in range(60)))
    with rt.db.read() as tx:
        whole, part = preview(tx, "tracing", most=0), preview(tx, "tracing", most=20)
    assert (whole.people, whole.sampled) == (60, 0)
    assert (part.people, part.sampled) == (60, 20) and 0.1 < part.margin < 0.3
    assert whole.regions.keys() == part.regions.keys() == {"44"}


def test_the_sentences_say_the_end_the_brake_and_what_is_assumed(rt: Runtime) -> None:
    start_campaign(rt, *(f"+3363998{n:04d}" for n in range(60)))
    with rt.db.read() as tx:
        seen = preview(tx, "tracing", most=20)
    said = " ".join(sentences(seen, rt.clock.now()))
    assert "At 2 calls a second everybody has had a first call by 10:01" in said
    assert "Assumed: 33 % of calls reach the person" in said.replace("\xa0", " ")
    assert "20 of 60 people were looked at" in said
    measured = replace(seen.expected, measured=812)  # type: ignore[type-var]
    seen.expected = measured
    assert "measured on the last 812 calls" in " ".join(sentences(seen, rt.clock.now()))


def test_a_list_of_sms_ends_with_the_last_one_sent(rt: Runtime) -> None:
    start_campaign(
        rt,
        *(f"+3363998{n:04d}" for n in range(60)),
        file=campaign_file(channel="sms", flow="isolation-check-in"),
    )
    with rt.db.read() as tx:
        seen = preview(tx, "tracing")
    [said] = sentences(seen, rt.clock.now())
    assert said == "At 5 SMS a second the last of 60 is sent at 10:00."
