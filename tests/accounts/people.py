"""Accounts as the tests of rights need them."""

import sqlalchemy as sa

from callsvc.accounts.queries import principal_of
from callsvc.accounts.scope import Principal
from callsvc.accounts.service import add_account
from callsvc.accounts.tables import access_log, account
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime

PASSWORD = "correct horse battery"
PLACES = {"44": ("67", "68"), "27": ("21",)}


def declare_places(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        for code, platforms in PLACES.items():
            tx.insert(region, code=code, name=f"Region {code}", zone="Europe/Paris")
            for number in platforms:
                tx.insert(platform, code=number, name=f"Platform {number}", region_code=code)


def add(
    rt: Runtime, name: str, role: str = "supervisor", *regions: str, platforms: tuple[str, ...] = ()
) -> str:
    """An account ``<name>@example.org``; of Grand Est unless said otherwise; reads English."""
    return add_account(
        rt,
        f"{name}@example.org",
        password=PASSWORD,
        role=role,
        regions=regions or ("44",),
        platforms=platforms,
        name=name.title(),
        language="en",
    )


def who(rt: Runtime, account_id: str) -> Principal:
    """The principal of an account, as its session would make it."""
    with rt.db.read() as tx:
        row = tx.first(sa.select(account).where(account.c.id == account_id))
        assert row is not None
        return principal_of(tx, row)


def log_of(rt: Runtime, subject: str) -> list[tuple[str, str, dict[str, object]]]:
    """(who, action, details) of the access log about this subject, in order."""
    with rt.db.read() as tx:
        rows = tx.all(sa.select(access_log).where(access_log.c.subject == subject).order_by(access_log.c.id))
    return [(row.account_id, row.action, row.details) for row in rows]
