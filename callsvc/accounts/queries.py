"""Reading accounts."""

from typing import Any

import sqlalchemy as sa

from callsvc.accounts.rules import Rights
from callsvc.accounts.scope import ROLE_SCOPES, Platforms, Principal, Regions
from callsvc.accounts.tables import account, account_platform, account_region
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound


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


def principal_of(
    tx: Tx,
    row: Any,
    scopes: frozenset[str] | None = None,
    *,
    session_id: str = "",
    must_change: bool = False,
) -> Principal:
    """The principal of an account's row; ``scopes`` narrows what its role allows (an API key)."""
    allowed = ROLE_SCOPES[row.role]
    return Principal(
        account_id=row.id,
        role=row.role,
        regions=regions_of(tx, row.id),
        platforms=platforms_of(tx, row.id),
        scopes=allowed if scopes is None else allowed & scopes,
        language=row.language,
        name=row.name,
        session_id=session_id,
        must_change=must_change,
    )
