"""Reading accounts."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.rules import Rights
from callsvc.accounts.scope import ROLE_SCOPES, Platforms, Principal, Regions, scopes_held
from callsvc.accounts.tables import account, account_platform, account_region
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.platforms.tables import region


def account_by_email(tx: Tx, email: str) -> Any:
    """The account's row, or ``NotFound``."""
    row = tx.first(sa.select(account).where(account.c.email == email.strip().lower()))
    if row is None:
        raise NotFound("account-unknown", "No account has this e-mail.")
    return row


def regions_of(tx: Tx, account_id: str) -> Regions:
    rows = tx.all(sa.select(account_region.c.region_code).where(account_region.c.account_id == account_id))
    codes = frozenset(row.region_code for row in rows)
    return "*" if "*" in codes else codes


def platforms_of(tx: Tx, account_id: str) -> Platforms:
    """The platforms an account is narrowed to; ``"*"`` when it is not narrowed."""
    rows = tx.all(
        sa.select(account_platform.c.platform_code).where(account_platform.c.account_id == account_id)
    )
    return frozenset(row.platform_code for row in rows) or "*"


def rights_of(tx: Tx, row: Any) -> Rights:
    """What the account of this row holds."""
    return Rights(row.role, regions_of(tx, row.id), platforms_of(tx, row.id))


def places_of(tx: Tx, account_ids: Sequence[str]) -> dict[str, list[str]]:
    """Regions by name and platforms by code of these accounts, as a list shows them."""
    names: dict[str, list[str]] = {account_id: [] for account_id in account_ids}
    for row in tx.all(
        sa.select(account_region.c.account_id, account_region.c.region_code, region.c.name)
        .outerjoin(region, region.c.code == account_region.c.region_code)
        .where(account_region.c.account_id.in_(account_ids))
        .order_by(account_region.c.region_code)
    ):
        names[row.account_id].append(row.name or row.region_code)
    for row in tx.all(
        sa.select(account_platform)
        .where(account_platform.c.account_id.in_(account_ids))
        .order_by(account_platform.c.platform_code)
    ):
        names[row.account_id].append(row.platform_code)
    return names


def account_names(tx: Tx, ids: Iterable[str | None]) -> dict[str, str]:
    """By id, for pages that say who did what; whoever is no account (a command, a schedule) is not in it."""
    wanted = {one for one in ids if one}
    rows = tx.all(sa.select(account.c.id, account.c.name).where(account.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def principal_of(
    tx: Tx,
    row: Any,
    scopes: frozenset[str] | None = None,
    *,
    session_id: str = "",
    must_change: bool = False,
) -> Principal:
    """The principal of an account's row; ``scopes`` narrows what its role allows (an API key)."""
    rights = rights_of(tx, row)
    allowed = scopes_held(rights)
    return Principal(
        account_id=row.id,
        role=row.role,
        regions=rights.regions,
        platforms=rights.platforms,
        scopes=allowed if scopes is None else allowed & scopes,
        language=row.language,
        name=row.name,
        session_id=session_id,
        must_change=must_change,
    )


def account_by_id(tx: Tx, account_id: str) -> Any:
    """The account's row, or ``NotFound``."""
    row = tx.first(sa.select(account).where(account.c.id == account_id))
    if row is None:
        raise NotFound("account-unknown", "This account does not exist, or may do more than yours.")
    return row


def within_rights(principal: Principal) -> sa.ColumnElement[bool]:
    """Accounts that hold nothing beyond what ``principal`` holds: ``rules.beyond`` said in SQL."""
    weaker = [role for role, scopes in ROLE_SCOPES.items() if scopes <= ROLE_SCOPES[principal.role]]
    wanted: list[sa.ColumnElement[bool]] = [account.c.role.in_(weaker)]
    if principal.regions != "*":
        outside = account_region.c.region_code.not_in(sorted(principal.regions))
        wanted.append(~_has(account_region, outside))
    if principal.platforms != "*":
        platform = account_platform.c.platform_code
        wanted.append(_has(account_platform, sa.true()))
        wanted.append(~_has(account_platform, platform.not_in(sorted(principal.platforms))))
    return sa.and_(*wanted)


def account_seen(tx: Tx, principal: Principal, account_id: str) -> Any:
    """The row of an account this principal may change; ``account-unknown`` for any other."""
    row = tx.first(sa.select(account).where(account.c.id == account_id, within_rights(principal)))
    if row is None:
        raise NotFound("account-unknown", "This account does not exist, or may do more than yours.")
    return row


def _has(table: sa.Table, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c.account_id == account.c.id, condition)
