"""Sign-in sessions: on the server, revocable, in machine time.

The browser holds a random token; the table holds its SHA-256, so that a copy of the database opens nothing.
"""

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa

from callsvc.accounts.queries import principal_of
from callsvc.accounts.scope import Principal
from callsvc.accounts.tables import account, web_session
from callsvc.core.db import Tx
from callsvc.runtime import Runtime

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY = timedelta(seconds=30)  # a write per half minute, not one per request


def open_session(tx: Tx, account_id: str) -> str:
    """A new session, always with a new token: one fixed before the sign-in is worth nothing."""
    token = secrets.token_urlsafe(32)
    tx.insert(
        web_session,
        token_hash=_hash(token),
        account_id=account_id,
        created_at=tx.machine_now,
        seen_at=tx.machine_now,
    )
    return token


def resume_session(rt: Runtime, token: str, *, touch: bool = True) -> Principal | None:
    """Whose session this is, or None when it is unknown, revoked, idle for 15 minutes or 12 hours old.

    ``touch=False`` for what a page does by itself (live updates): it must not keep an empty chair signed in.
    """
    with rt.db.read() as tx:
        row = tx.first(
            sa.select(account, web_session.c.seen_at)
            .join(web_session, web_session.c.account_id == account.c.id)
            .where(
                web_session.c.token_hash == _hash(token),
                web_session.c.revoked_at.is_(None),
                web_session.c.seen_at > tx.machine_now - IDLE,
                web_session.c.created_at > tx.machine_now - ABSOLUTE,
                account.c.disabled_at.is_(None),
            )
        )
        principal = principal_of(tx, row) if row else None
        stale = row is not None and row.seen_at <= tx.machine_now - TOUCH_EVERY
    if touch and stale:
        with rt.db.begin() as tx:
            mine = (web_session.c.token_hash == _hash(token)) & web_session.c.revoked_at.is_(None)
            tx.update(web_session, mine, seen_at=tx.machine_now)
    return principal


def sign_out(rt: Runtime, token: str) -> None:
    """End this session; doing it twice changes nothing."""
    with rt.db.begin() as tx:
        mine = (web_session.c.token_hash == _hash(token)) & web_session.c.revoked_at.is_(None)
        tx.update(web_session, mine, revoked_at=tx.machine_now)


def revoke_sessions(tx: Tx, account_id: str) -> int:
    """End every session of an account, as when its role or regions change; returns how many."""
    mine = (web_session.c.account_id == account_id) & web_session.c.revoked_at.is_(None)
    return tx.update(web_session, mine, revoked_at=tx.machine_now)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
