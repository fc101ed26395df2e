"""The demonstration's country: four regions, their platforms, thirty agents, and who helps whom."""

from dataclasses import dataclass
from typing import Any, Final

from callsvc.accounts.service import add_account, create_key
from callsvc.agents.service import add_agent
from callsvc.core.france import DEPARTMENTS, REGIONS, departments_in, zone_of_department
from callsvc.demo.agents import PLATFORMS, Agent
from callsvc.platforms.tables import platform, region
from callsvc.routing.service import declare_aid, put_agreement
from callsvc.runtime import Runtime

# (aided, aiding, rank, most calls at once); aid opens at 20 s of predicted wait and closes below 5 s.
AGREEMENTS: Final = (
    ("44", "11", 1, 10),
    ("44", "84", 2, 8),
    ("04", "84", 1, 4),
    ("04", "11", 2, 4),
    ("84", "11", 1, 4),
    ("11", "84", 1, 4),
)
_ACTIVATE_S, _RELEASE_S = 10, 5
RESERVES: Final = {"11": 1, "84": 1, "44": 1, "04": 1}
ADMINISTRATOR: Final = "admin@demo.example.org"


@dataclass(frozen=True)
class Desk:
    """An agent of the demonstration and the key of their desk."""

    agent: Agent
    key: str


def found_country(rt: Runtime) -> None:
    """Regions, a platform for each of their departments, agreements and reserves. Safe to run again."""
    with rt.db.begin() as tx:
        for code in PLATFORMS:
            departments = departments_in(code)
            zone = zone_of_department(departments[0]) or "Europe/Paris"
            tx.insert_once(region, code=code, name=REGIONS[code], zone=zone)
            for department in departments:
                name = DEPARTMENTS[department].name
                tx.insert_once(platform, code=department, name=name, region_code=code)
    with rt.db.begin() as tx:
        for aided, aiding, rank, cap in AGREEMENTS:
            put_agreement(
                tx,
                aided=aided,
                aiding=aiding,
                rank=rank,
                activate_wait_s=_ACTIVATE_S,
                release_wait_s=_RELEASE_S,
                cap=cap,
            )
        for code, reserve in RESERVES.items():
            declare_aid(tx, code, opted_out=False, reserve=reserve)


def hire_agents(rt: Runtime, agents: list[Agent], password: str) -> list[Desk]:
    """Accounts, agents and the API key of each desk."""
    desks = []
    for one in agents:
        email = f"{one.client}@demo.example.org"
        account_id = add_account(
            rt, email, password=password, role="agent", regions=(one.region,), name=one.name
        )
        with rt.db.begin() as tx:
            add_agent(
                tx,
                client_name=one.client,
                platform_code=one.platform,
                name=one.name,
                languages=one.languages,
                skills=one.skills,
                account_id=account_id,
            )
        desks.append(Desk(one, create_key(rt, email, ("desk",))))
    return desks


def hire_administrator(rt: Runtime, password: str) -> None:
    """Somebody who can sign in at the console while the demonstration runs."""
    add_account(
        rt, ADMINISTRATOR, password=password, role="administrator", regions=("*",), name="Demo", language="en"
    )


def softphones(agents: list[Agent]) -> list[dict[str, Any]]:
    """The agents' telephones at the carrier: picked up after a second."""
    return [{"client": one.client, "answers": "human", "ring": 1.0} for one in agents]
