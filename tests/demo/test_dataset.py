"""The demonstration's data: repeatable, as messy as promised, and understood by the flows."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ivr_flows
from callsvc.contacts.service import import_contacts
from callsvc.contacts.tables import contact, phone_number
from callsvc.core.france import DEPARTMENTS
from callsvc.core.phone_numbers import is_fictional
from callsvc.demo.agents import AGENTS_IN, invent_agents
from callsvc.demo.cast import PEOPLE_IN
from callsvc.demo.dataset import Dataset, make_dataset, write_demo_files
from callsvc.platforms.service import load_france
from callsvc.runtime import Runtime
from callsvc.simulator.people.reading import read_person

NOW = datetime(2020, 11, 16, 9, 0, tzinfo=UTC)
LIBRARY = Path(ivr_flows.__file__).parent / "library"


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return make_dataset()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first = write_demo_files(tmp_path / "a", 7)
    second = write_demo_files(tmp_path / "b", 7)
    other = write_demo_files(tmp_path / "c", 8)
    for name in ("contact_list", "people", "agents", "appointments"):
        assert getattr(first, name).read_bytes() == getattr(second, name).read_bytes()
    assert first.contact_list.read_bytes() != other.contact_list.read_bytes()


@pytest.mark.parametrize("seed", range(2020, 2026))
def test_any_seed_gives_enough_rows_people_and_opt_outs(tmp_path: Path, seed: int) -> None:
    expected = write_demo_files(tmp_path, seed).expected
    assert expected["rows"] >= 640
    assert expected["contacts"] >= 600
    assert expected["opt_outs"] >= 12
    assert expected["opt_outs_by_key"] >= 10


def test_grand_est_has_four_times_the_load_and_few_agents() -> None:
    assert PEOPLE_IN["44"] == 4 * PEOPLE_IN["11"]
    assert AGENTS_IN["44"] < AGENTS_IN["11"]
    agents = invent_agents()
    assert len(agents) == 30
    assert [agent.client for agent in agents[:2]] == ["agent-01", "agent-02"]
    for agent in agents:
        assert DEPARTMENTS[agent.platform].region == agent.region
        assert agent.skills[0] == "contact-tracing"
    assert {skill for agent in agents for skill in agent.skills} >= {"general", "medical", "appointment"}


def test_the_list_is_a_french_export(dataset: Dataset) -> None:
    content = dataset.contact_list.content
    text = content.decode("cp1252")
    lines = text.split("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert "Prénom" in lines[2]
    assert lines[0].startswith("Personnes contacts")
    assert lines[-2].startswith("Total;676")
    for damage in ("3,36E+10", " ou ", "0692", "DOCTOLIB", "+33 (0)", "\u00a0"):
        assert damage in text


def test_the_import_of_the_list_gives_what_the_demonstration_expects(rt: Runtime, tmp_path: Path) -> None:
    files = write_demo_files(tmp_path)
    with rt.db.begin() as tx:
        load_france(tx)
    report = import_contacts(rt, files.contact_list, synthetic=files.synthetic)
    expected = files.expected
    assert (report.encoding, report.delimiter, report.header_line) == ("cp1252", ";", 3)
    assert (report.rows, report.refused) == (expected["rows"], expected["refused"])
    assert (report.contacts_new, report.contacts_merged) == (expected["contacts"], expected["merged"])
    assert report.said["spelled-differently"] + report.said["same-person-twice"] == expected["merged"]
    assert (report.suppressions_new, report.shared_numbers) == (_opposed_numbers(), 6)
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(phone_number)) == expected["numbers"]
        counted = sa.select(contact.c.region_code, sa.func.count().label("count")).group_by(
            contact.c.region_code
        )
        regions = {row.region_code: row[1] for row in tx.all(counted)}
        zones = set(tx.execute(sa.select(contact.c.zone)).scalars())
    assert regions == dict(PEOPLE_IN)
    assert zones == {"Europe/Paris", "Indian/Reunion"}


def _opposed_numbers() -> int:
    return sum(len(person.numbers) for person in make_dataset().contacts if person.opposed)


def test_every_number_has_one_telephone_that_the_simulator_understands(dataset: Dataset) -> None:
    telephones = [read_person(facts).address for facts in dataset.population.people]
    numbers = {number for person in dataset.contacts for number in person.numbers}
    assert len(telephones) == len(set(telephones))
    assert set(telephones) == numbers
    for number in numbers:
        assert is_fictional(number) or number.startswith("+262692")


def test_the_crowd_is_mixed_as_promised(dataset: Dataset) -> None:
    lines, size = dataset.population.lines, dataset.population.lines.total()
    assert 0.58 < lines["human"] / size < 0.63
    assert 0.11 < lines["machine"] / size < 0.13
    assert 0.17 < lines["no-answer"] / size < 0.19
    wishes, talking = dataset.population.wishes, dataset.population.wishes.total()
    assert 0.33 < (wishes["adviser"] + wishes["ill"]) / talking < 0.45
    english = sum(person.language == "en" for person in dataset.contacts)
    assert 0.06 < english / len(dataset.contacts) < 0.14
    people = dataset.population.people
    assert sum("calls_back" in person for person in people) >= 10
    assert sum("texts" in person for person in people) >= 10


def _talk(flow: str, person: dict[str, Any], known: Any) -> str:
    """Walk a flow with a simulated person; the outcome, or `connected` once an adviser is there."""
    definition = ivr_flows.load((LIBRARY / f"{flow}.yaml").read_text(encoding="utf-8"))
    facts = {
        "contact": {
            "first_name": known.first_name,
            "last_name": known.last_name,
            "birth_year": known.birth_year,
        },
        "platform": {"phone": "01 99 00 00 01", "name": "Bas-Rhin", "open_now": True},
        "appointment": {"when": "demain à 10 h", "place": "Accueil Bas-Rhin"},
    }
    turn = ivr_flows.begin(definition, facts, channel="voice", language="fr", answered_by="human", now=NOW)
    used: dict[int, int] = {}
    for _ in range(20):
        if turn.outcome is not None:
            return turn.outcome
        if not isinstance(turn.wait, ivr_flows.AskKeys):
            return "waits-for-adviser"
        heard = " ".join(spoken.text for spoken in turn.wait.prompts)
        if "hangs_up" in person and re.search(person["hangs_up"]["hears"], heard, re.IGNORECASE):
            return "hung-up"
        given: ivr_flows.Keys | ivr_flows.NoKeys = ivr_flows.NoKeys()
        for place, reply in enumerate(person.get("replies", [])):
            may = used.get(place, 0) < reply.get("times", 99)
            if may and re.search(reply["hears"], heard, re.IGNORECASE):
                used[place] = used.get(place, 0) + 1
                given = ivr_flows.Keys(reply["press"])
                break
        turn = ivr_flows.resume(definition, turn.state, given, now=NOW)
    return "endless"


OUTCOMES = {
    "well": "reached",
    "adviser": "waits-for-adviser",
    "ill": "waits-for-adviser",
    "callback": "callback-booked",
    "opt-out": "opted-out",
    "opt-out-of-all": "opted-out",
    "wrong-person": "wrong-person",
    "hangs-up": "hung-up",
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("wish", OUTCOMES)
def test_a_wish_leads_through_the_tracing_flow_to_its_outcome(wish: str, language: str) -> None:
    import random

    from callsvc.demo.behaviours import telephone
    from callsvc.demo.cast import Contact

    known = Contact("D1", "Anne-Marie", "DUPRÉ", 1957, "67000", ["+33639981234"], language=language)
    person = telephone(known, "human", wish, random.Random(1))
    assert _talk("contact-tracing", person, known) == OUTCOMES[wish]


@pytest.mark.parametrize(
    ("wish", "outcome"),
    [
        ("well", "appointment-confirmed"),
        ("adviser", "waits-for-adviser"),
        ("callback", "move-requested"),
        ("opt-out", "opted-out"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_wish_leads_through_the_call_before_an_appointment(wish: str, outcome: str, language: str) -> None:
    import random

    from callsvc.demo.behaviours import telephone
    from callsvc.demo.cast import Contact

    known = Contact("D1", "Zoé", "DUPRÉ", 1957, "67000", ["+33639981234"], language=language)
    assert _talk("pre-contact", telephone(known, "human", wish, random.Random(1)), known) == outcome
    assert _talk("front-desk", telephone(known, "human", wish, random.Random(1)), known) in (
        "waits-for-adviser",
        "callback-booked",
    )


def test_a_housemate_is_told_apart_by_name(dataset: Dataset) -> None:
    pairs = [person for person in dataset.contacts if person.housemate]
    telephones = {person["number"]: person for person in dataset.population.people}
    first = next(person for person in pairs if telephones[person.numbers[0]].get("replies"))
    second = first.housemate
    assert second is not None
    outcomes = [_talk("contact-tracing", telephones[person.numbers[0]], person) for person in (first, second)]
    assert "wrong-person" in outcomes


def test_appointments_are_of_people_in_the_list_who_will_pick_up(dataset: Dataset) -> None:
    assert len(dataset.appointments) == 40
    known = {(person.numbers[0], person.last_name): person for person in dataset.contacts}
    for appointment in dataset.appointments:
        assert known[appointment.number, appointment.last_name].department == appointment.platform
        assert datetime.fromisoformat(appointment.starts_at).date() > date(2020, 11, 16)
        assert appointment.kind in ("physical", "phone", "video")


def test_the_files_are_what_their_readers_expect(tmp_path: Path) -> None:
    files = write_demo_files(tmp_path)
    people = [json.loads(line) for line in files.people.read_text(encoding="utf-8").splitlines()]
    assert len(people) == files.expected["numbers"]
    assert len(json.loads(files.agents.read_text(encoding="utf-8"))) == 30
    assert len(json.loads(files.appointments.read_text(encoding="utf-8"))) == 40
