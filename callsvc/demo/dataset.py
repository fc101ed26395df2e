"""Everything `make demo` starts from, made from a seed: the same seed gives the same bytes."""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from callsvc.demo.agents import Agent, invent_agents
from callsvc.demo.appointments import Appointment, invent_appointments
from callsvc.demo.cast import Contact, invent_cast
from callsvc.demo.list_file import ListFile, write_list
from callsvc.demo.people_file import Population, invent_people

DAY: Final = date(2020, 11, 16)
"""A Monday of the second wave: the day the list is exported and called."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """The demonstration as data: who, their telephones, the list as bytes, agents and appointments."""

    contacts: list[Contact]
    population: Population
    contact_list: ListFile
    agents: list[Agent]
    appointments: list[Appointment]


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where the files are, and what to expect when the list is called once.

    Import `contact_list` with `synthetic=True`: its numbers of La Réunion look real. `expected` holds counts:
    `rows`, `contacts`, `refused` rows, `merged` rows, `opposed`, `numbers`, `lines` (first answers),
    `wishes` (of those who pick up at once), `opt_outs_by_key`, `opt_outs_by_sms`, `opt_outs` (all three
    together).
    """

    contact_list: Path
    people: Path
    agents: Path
    appointments: Path
    expected: dict[str, Any]
    synthetic: bool = True


def make_dataset(seed: int = 2020, day: date = DAY) -> Dataset:
    """The demonstration of a seed and a day. Example: `len(make_dataset().contacts)` is 630."""
    chance = random.Random(seed)  # noqa: S311 - a demonstration must be repeatable, not unpredictable
    everybody = invent_cast(chance)
    population = invent_people(everybody, chance)
    return Dataset(
        contacts=everybody,
        population=population,
        contact_list=write_list(everybody, day, chance),
        agents=invent_agents(),
        appointments=invent_appointments(population.reachable, day, chance),
    )


def write_demo_files(directory: Path, seed: int = 2020, day: date = DAY) -> DemoFiles:
    """Write `contacts.csv`, `people.jsonl`, `agents.json` and `appointments.json` into a directory."""
    dataset = make_dataset(seed, day)
    directory.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(
        contact_list=directory / "contacts.csv",
        people=directory / "people.jsonl",
        agents=directory / "agents.json",
        appointments=directory / "appointments.json",
        expected=expected_of(dataset),
    )
    files.contact_list.write_bytes(dataset.contact_list.content)
    lines = (json.dumps(person, ensure_ascii=False) for person in dataset.population.people)
    files.people.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    _write_json(files.agents, (agent.as_dict() for agent in dataset.agents))
    _write_json(files.appointments, (appointment.as_dict() for appointment in dataset.appointments))
    return files


def expected_of(dataset: Dataset) -> dict[str, Any]:
    """What the import and one round of calls should show; see `DemoFiles`."""
    written, population = dataset.contact_list, dataset.population
    return {
        "rows": written.rows,
        "contacts": written.contacts,
        "refused": written.refused,
        "merged": written.twice,
        "opposed": written.opposed,
        "numbers": len(population.people),
        "lines": dict(population.lines),
        "wishes": dict(population.wishes),
        "opt_outs_by_key": population.opt_outs_by_key,
        "opt_outs_by_sms": population.opt_outs_by_sms,
        "opt_outs": written.opposed + population.opt_outs_by_key + population.opt_outs_by_sms,
    }


def _write_json(path: Path, items: Iterable[dict[str, Any]]) -> None:
    path.write_text(json.dumps(list(items), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
