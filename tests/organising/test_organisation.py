"""An organisation as a file: applied once it is there, applied twice nothing happens."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.core.errors import Invalid
from callsvc.organising.applying import apply_organisation
from callsvc.organising.cli import organisation
from callsvc.organising.definition import read_organisation
from callsvc.platforms.queries import platform_by_code
from callsvc.platforms.rules import Opening
from callsvc.platforms.service import opening_of
from callsvc.routing.tables import aid_agreement, aid_region
from callsvc.runtime import Runtime

TEXT = """
regions:
  "44": {name: Grand Est, pool_below: 10, reserve: 3}
  "11": {name: Île-de-France}
platforms:
  "67":
    name: Bas-Rhin
    region: "44"
    hours:
      - {days: [mon, tue, wed, thu, fri], from: "08:00", to: "12:00"}
      - {days: [mon, tue, wed, thu, fri], from: "13:00", to: "19:00"}
    closed_on_holidays: true
    exceptions:
      - {day: 2020-12-24, from: "08:00", to: "11:00"}
      - {day: 2020-12-28}
  "75": {name: Paris, region: "11", national: true}
agreements:
  - {aided: "44", aiding: "11", rank: 1, activate_wait_s: 30, release_wait_s: 5, cap: 4}
"""


def applied(rt: Runtime, text: str = TEXT) -> tuple[list[str], list[str], list[str]]:
    done = apply_organisation(rt, read_organisation(text))
    return done.added, done.changed, done.same


def opens(rt: Runtime, day: date, clock: str) -> Opening:
    at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)
    rt.clock.advance((at - rt.clock.now()).total_seconds())  # type: ignore[attr-defined]
    with rt.db.read() as tx:
        return opening_of(tx, "67")


def test_the_file_is_made_true_and_the_second_time_nothing_changes(rt: Runtime) -> None:
    everything = ["region 44", "region 11", "platform 67", "platform 75", "aid 44<-11"]
    assert applied(rt) == (everything, [], [])
    assert applied(rt) == ([], [], everything)
    more = TEXT.replace("reserve: 3", "reserve: 4").replace("cap: 4", "cap: 6")
    assert applied(rt, more)[1] == ["region 44", "aid 44<-11"]
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(aid_region.c.reserve)) == 4
        assert tx.scalar(sa.select(aid_agreement.c.cap)) == 6
        assert platform_by_code(tx, "75").national


@pytest.mark.parametrize(
    ("day", "clock", "is_open", "changes_at"),
    [
        (date(2020, 11, 16), "11:30", False, "2020-11-16T12:00"),  # half past twelve in Paris
        (date(2020, 11, 16), "12:00", True, "2020-11-16T18:00"),
        (date(2020, 11, 21), "10:00", False, "2020-11-23T07:00"),  # a Saturday
        (date(2020, 12, 24), "09:00", True, "2020-12-24T10:00"),  # an exception
        # Christmas, and in the Bas-Rhin the day after it too; a Saturday and Sunday; closed on Monday 28.
        (date(2020, 12, 24), "10:30", False, "2020-12-29T07:00"),
    ],
)
def test_a_platform_is_open_as_its_week_says(
    rt: Runtime, day: date, clock: str, is_open: bool, changes_at: str
) -> None:
    applied(rt)
    found = opens(rt, day, clock)
    assert (found.is_open, found.changes_at) == (
        is_open,
        datetime.fromisoformat(changes_at).replace(tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("[", "not YAML"),
        (TEXT.replace('from: "08:00", to: "12:00"', 'from: "8h", to: "12:00"'), "platforms.67.hours.0.from"),
        (TEXT.replace('"44": {name', '"4444": {name'), "regions.4444"),
        (TEXT.replace("day: 2020-12-28", 'day: 2020-12-28, from: "08:00"'), "neither for a day"),
        (TEXT.replace("cap: 4}", "cap: 4, starts_at: 2020-11-16T08:00:00}"), "with their offset"),
    ],
)
def test_a_wrong_file_is_refused_with_its_places(wrong: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        read_organisation(wrong)


@pytest.mark.parametrize(
    ("wrong", "id"),
    [
        (TEXT.replace('from: "13:00"', 'from: "11:00"'), "hours-overlap"),
        (TEXT.replace('pool_below: 10', 'zone: Europe/Strasbourg'), "zone-unknown"),
        (TEXT.replace("release_wait_s: 5", "release_wait_s: 50"), "agreement-thresholds"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_as_a_whole(rt: Runtime, wrong: str, id: str) -> None:
    with pytest.raises(Invalid, match=id):
        applied(rt, wrong)
    with rt.db.read() as tx:
        assert tx.all(sa.select(aid_agreement)) == []


def test_a_platform_does_not_move_to_another_region(rt: Runtime) -> None:
    applied(rt)
    with pytest.raises(Invalid, match="platform-elsewhere"):
        applied(rt, TEXT.replace('region: "44"', 'region: "11"'))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_operator_applies_the_file_by_a_command(rt: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "organisation.yaml"
    file.write_text(TEXT, "utf-8")
    first = CliRunner().invoke(organisation, ["apply", str(file)], obj=lambda: rt)
    assert first.output.splitlines()[-1] == "5 added, 0 changed, 0 as they were"
    again = CliRunner().invoke(organisation, ["apply", str(file)], obj=lambda: rt)
    assert again.output == "0 added, 0 changed, 5 as they were\n"
