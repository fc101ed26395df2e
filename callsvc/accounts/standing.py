"""Which sessions and keys still hold, many at once: what a process asks that keeps streams open."""

from collections.abc import Collection

import sqlalchemy as sa

from callsvc.accounts.keys import live
from callsvc.accounts.sessions import alive
from callsvc.accounts.tables import account, api_key, web_session
from callsvc.core.db import Tx


def standing(tx: Tx, session_ids: Collection[str], key_ids: Collection[str]) -> set[str]:
    """Those of these ids that still open something, in one query."""
    sessions = sa.select(web_session.c.id).where(
        web_session.c.id.in_(session_ids),
        alive(tx),
        web_session.c.account_id == account.c.id,
        account.c.disabled_at.is_(None),
    )
    keys = sa.select(api_key.c.id).where(
        api_key.c.id.in_(key_ids),
        live(tx),
        api_key.c.account_id == account.c.id,
        account.c.disabled_at.is_(None),
    )
    return {row.id for row in tx.all(sessions.union_all(keys))}
