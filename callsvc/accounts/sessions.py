"""Sign-in sessions: on the server, revocable, in machine time.

The browser holds a random token; the table holds its SHA-256, so that a copy of the database opens nothing.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.queries import principal_of
from callsvc.accounts.scope import Principal
from callsvc.accounts.tables import account, web_session
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.runtime import Runtime

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY = timedelta(seconds=30)  # a write per half minute, not one per request


def open_session(tx: Tx, account_id: str, *, browser: str = "", via: str = "password") -> str:
    """A new session, always with a new token: one fixed before the sign-in is worth nothing."""
    token = secrets.token_urlsafe(32)
    tx.insert(
        web_session,
        token_hash=_hash(token),
        account_id=account_id,
        created_at=tx.machine_now,
        seen_at=tx.machine_now,
        id=tx.new_id("ses"),
        browser=browser,
        via=via,
    )
    return token


def resume_session(rt: Runtime, token: str, *, touch: bool = True) -> Principal | None:
    """Whose session this is, or None when it is unknown, revoked, idle for 15 minutes or 12 hours old.

    ``touch=False`` for what a page does by itself (live updates): it must not keep an empty chair signed in.
    """
    with rt.db.read() as tx:
        row = tx.first(
            sa.select(account, web_session.c.seen_at, web_session.c.id.label("session_id"), web_session.c.via)
            .join(web_session, web_session.c.account_id == account.c.id)
            .where(
                web_session.c.token_hash == _hash(token),
                alive(tx),
                account.c.disabled_at.is_(None),
            )
        )
        principal = None
        if row is not None:
            # Who came by the organisation's sign-in never used the password that should be changed.
            must_change = row.must_change and row.via == "password"
            principal = principal_of(tx, row, session_id=row.session_id, must_change=must_change)
        stale = row is not None and row.seen_at <= tx.machine_now - TOUCH_EVERY
    if touch and stale:
        with rt.db.begin() as tx:
            mine = (web_session.c.token_hash == _hash(token)) & web_session.c.revoked_at.is_(None)
            tx.update(web_session, mine, seen_at=tx.machine_now)
    return principal


def sessions_of(tx: Tx, account_id: str) -> Sequence[Any]:
    """The sessions of an account that are alive, the one seen last first."""
    return tx.all(
        sa.select(web_session)
        .where(web_session.c.account_id == account_id, alive(tx))
        .order_by(web_session.c.seen_at.desc(), web_session.c.id)
    )


def sign_out(rt: Runtime, token: str) -> str:
    """End this session; doing it twice changes nothing. Returns how it was opened, ``""`` if unknown."""
    with rt.db.begin() as tx:
        mine = web_session.c.token_hash == _hash(token)
        tx.update(web_session, mine & web_session.c.revoked_at.is_(None), revoked_at=tx.machine_now)
        row = tx.first(sa.select(web_session.c.via, web_session.c.account_id).where(mine))
        if row is None:
            return ""
        tx.changed("sessions", subject=row.account_id)
        return str(row.via)


def end_session(tx: Tx, account_id: str, session_id: str) -> None:
    """End one session of an account; ``session-unknown`` when it has no such session alive."""
    mine = (web_session.c.id == session_id) & (web_session.c.account_id == account_id) & alive(tx)
    if not tx.update(web_session, mine, revoked_at=tx.machine_now):
        raise NotFound("session-unknown", "This session has ended already.")
    tx.changed("sessions", subject=account_id)


def revoke_sessions(tx: Tx, account_id: str, *, but: str = "") -> int:
    """End every session of an account, as when its role or regions change; returns how many.

    ``but`` spares the session of this id.
    """
    tx.changed("sessions", subject=account_id)
    mine = (web_session.c.account_id == account_id) & (web_session.c.id != but) & alive(tx)
    return tx.update(web_session, mine, revoked_at=tx.machine_now)


def alive(tx: Tx) -> sa.ColumnElement[bool]:
    """The condition under which a session still opens something."""
    return sa.and_(
        web_session.c.revoked_at.is_(None),
        web_session.c.seen_at > tx.machine_now - IDLE,
        web_session.c.created_at > tx.machine_now - ABSOLUTE,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
