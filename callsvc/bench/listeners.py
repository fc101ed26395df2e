"""Accounts, sessions and agents for listeners by the hundred, written straight into a database of our own."""

from collections.abc import Sequence

from callsvc.accounts.sessions import open_session
from callsvc.accounts.tables import account, account_region
from callsvc.agents.service import add_agent
from callsvc.bench.ears import Wanted
from callsvc.campaigns.tables import campaign
from callsvc.core.db import Tx
from callsvc.flows.tables import flow_version
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime
from callsvc.stream import DESK_PATH, PATH

_OF_ONE_ACCOUNT = 20  # streams; a stream process refuses more than 30


def add_pages(rt: Runtime, number: int, campaigns: int) -> list[Wanted]:
    """Pages of one campaign each, spread over all of them."""
    with rt.db.begin() as tx:
        for each in range(campaigns):
            _add_campaign(tx, f"c{each}")
        sessions = [_session(tx, f"page{each}") for each in range(-(-number // _OF_ONE_ACCOUNT))]
    return [
        Wanted(
            f"{PATH}?topics=campaign:c{each % campaigns}",
            _cookie(sessions[each // _OF_ONE_ACCOUNT]),
            f"c{each % campaigns}",
        )
        for each in range(number)
    ]


def add_wallboards(rt: Runtime, number: int, regions: Sequence[str]) -> list[Wanted]:
    """Dashboards of the whole country."""
    with rt.db.begin() as tx:
        for code in regions:
            tx.insert(region, code=code, name=code, zone="Europe/Paris")
            tx.insert(platform, code=f"p{code}", name=code, region_code=code)
        session = _session(tx, "wall")
    return [Wanted(f"{PATH}?topics=figures,queue,agents,aid", _cookie(session), "wall")] * number


def add_desks(rt: Runtime, number: int) -> list[Wanted]:
    """Desks of agents, all in the first region."""
    wanted = []
    with rt.db.begin() as tx:
        for each in range(number):
            session = _session(tx, f"agent{each}", role="agent")
            agent_id = add_agent(
                tx,
                client_name=f"agent-{each}",
                platform_code="p00",
                name="A",
                languages=["fr"],
                skills=["tracing"],
                account_id=f"acc-agent{each}",
            )
            wanted.append(Wanted(DESK_PATH, _cookie(session), agent_id))
    return wanted


def _session(tx: Tx, name: str, role: str = "administrator") -> str:
    account_id = f"acc-{name}"
    tx.insert(
        account,
        id=account_id,
        email=f"{name}@example.org",
        name=name,
        password_hash="-",  # noqa: S106 - nobody signs in with it
        role=role,
        created_at=tx.machine_now,
    )
    tx.insert(account_region, account_id=account_id, region_code="*")
    return open_session(tx, account_id)


def _cookie(session: str) -> str:
    return f"Cookie: callsvc_session={session}\r\n"


def _add_campaign(tx: Tx, name: str) -> None:
    tx.insert_once(
        flow_version, version="v1", flow_id="bench", source="", published_at=tx.now, published_by="bench"
    )
    tx.insert(
        campaign,
        id=name,
        title=name,
        purpose="bench",
        flow_version="v1",
        state="running",
        config={},
        created_at=tx.now,
        changed_at=tx.now,
    )
