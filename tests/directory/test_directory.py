"""Targets of transfers: a file is applied, names are found, hours and regions decide."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.contacts.tables import phone_number
from callsvc.core.errors import Invalid, NotFound
from callsvc.directory.cli import directory
from callsvc.directory.definition import read_directory
from callsvc.directory.queries import Reachable, names_for, number_of, reachable
from callsvc.directory.rules import TransferRule, why_not
from callsvc.directory.service import Applied, apply_directory
from callsvc.directory.tables import directory_target
from callsvc.runtime import Runtime
from tests.factories import make_country

FILE = """
targets:
  - {name: samu, title: SAMU, number: "+33199000067", region: "44", serves: ["44"]}
  - name: doctors
    title: Médecins de garde
    queue: {skill: medical, platform: "67"}
    hours: {days: [mon], opens: "08:00", closes: "18:00"}
    for: [flows]
"""


@pytest.fixture
def country(rt: Runtime) -> Runtime:
    with rt.db.begin() as tx:
        make_country(tx)
    return rt


def test_a_file_is_applied_once_and_says_what_changed(country: Runtime) -> None:
    first = apply_directory(country, read_directory(FILE), "test")
    assert first == Applied(added=("samu", "doctors"))
    assert apply_directory(country, read_directory(FILE), "test") == Applied()
    shorter = FILE.partition("  - name: doctors")[0].replace("SAMU,", "SAMU 67,")
    assert apply_directory(country, read_directory(shorter), "test") == Applied(
        changed=("samu",), removed=("doctors",)
    )


def test_a_number_is_kept_sealed_and_found_by_its_name(country: Runtime) -> None:
    apply_directory(country, read_directory(FILE), "test")
    with country.db.read() as tx:
        found = reachable(tx, "samu", used_by="flows", region_code="44")
        assert isinstance(found, Reachable) and found.number_id is not None
        assert number_of(tx, found.number_id) == "+33199000067"
        assert b"99000067" not in tx.scalar(sa.select(phone_number.c.ciphertext))
        assert names_for(tx, "flows") == {"samu", "doctors"} and names_for(tx, "agents") == {"samu"}
        with pytest.raises(NotFound, match="target-unknown"):
            reachable(tx, "fire", used_by="flows", region_code="44")


def test_whose_contacts_who_asks_and_the_hour_decide(country: Runtime) -> None:
    apply_directory(country, read_directory(FILE), "test")
    with country.db.read() as tx:
        assert reachable(tx, "samu", used_by="flows", region_code="11") == "not-this-region"
        assert reachable(tx, "doctors", used_by="agents", region_code="44") == "not-for-you"
        assert isinstance(reachable(tx, "doctors", used_by="flows", region_code="11"), Reachable)
    country.clock.advance(24 * 3600)  # type: ignore[attr-defined]
    with country.db.read() as tx:
        assert reachable(tx, "doctors", used_by="flows", region_code="44") == "closed"


def test_hours_are_local_and_end_at_midnight() -> None:
    rule = TransferRule(
        used_by=["flows"], serves=[], days=["mon"], opens="00:00", closes="24:00", zone="Indian/Reunion"
    )
    asked = {"used_by": "flows", "region": "04"}
    assert why_not(rule, **asked, now=datetime(2020, 11, 16, 19, 59, tzinfo=UTC)) == ""
    assert why_not(rule, **asked, now=datetime(2020, 11, 16, 20, 1, tzinfo=UTC)) == "closed"


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("targets: [{name: a, title: A}]", "directory-file-invalid"),
        ("targets: [{name: a, title: A, number: '1', queue: {skill: m}}]", "directory-file-invalid"),
        ("targets: [{name: a, title: A, number: '1'}, {name: a, title: A, number: '1'}]", "named twice"),
        ("{", "directory-file-invalid"),
        ("targets: [{name: a, title: A, number: '12'}]", "number-unreadable"),
        ("targets: [{name: a, title: A, queue: {skill: m}, hours: {opens: '9'}}]", "hours-invalid"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_and_changes_nothing(
    country: Runtime, text: str, id: str
) -> None:
    with pytest.raises(Invalid, match=id):
        apply_directory(country, read_directory(text), "test")
    with country.db.read() as tx:
        assert tx.all(sa.select(directory_target)) == []


def test_fiction_is_refused_with_a_real_carrier(country: Runtime) -> None:
    real = country.settings.model_copy(update={"twilio_api_base_url": "https://carrier.example"})
    country.db.settings = real
    with pytest.raises(Invalid, match="number-unreadable"):
        apply_directory(country, read_directory(FILE), "test")


def test_the_command_applies_and_lists_without_numbers(country: Runtime, tmp_path: Path) -> None:
    run, file = CliRunner(), tmp_path / "d.yaml"
    file.write_text(FILE, "utf-8")
    applied = run.invoke(directory, ["apply", str(file)], obj=lambda: country)
    assert applied.output == "2 added, 0 changed, 0 removed\n"
    listed = run.invoke(directory, ["list", "--format", "json"], obj=lambda: country)
    assert [row["name"] for row in json.loads(listed.output)] == ["doctors", "samu"]
    assert "99000067" not in listed.output


def test_the_directory_of_the_documentation_is_one(country: Runtime) -> None:
    page = (Path(__file__).parents[2] / "docs" / "flows.md").read_text("utf-8")
    text = page.partition("```yaml\ntargets:")[2].partition("```")[0]
    assert apply_directory(country, read_directory("targets:" + text), "test").added == ("samu-67", "doctors")
