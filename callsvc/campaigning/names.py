"""The names of accounts, for pages that say who did what."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from callsvc.accounts.tables import account
from callsvc.core.db import Tx


def names_of(tx: Tx, ids: Iterable[str]) -> Mapping[str, str]:
    """By id; whoever is no account (a command, a schedule) is not in it."""
    rows = tx.all(sa.select(account.c.id, account.c.name).where(account.c.id.in_(set(ids))))
    return {row.id: row.name for row in rows}
