"""Signing in with an e-mail and a password."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.accounts.passwords import hash_password, needs_renewal, password_matches
from callsvc.accounts.queries import principal_of
from callsvc.accounts.sessions import open_session
from callsvc.accounts.tables import account
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden
from callsvc.runtime import Runtime

# The pages stop one address after five for one account (``pages/signing.py``); this is for guesses that come
# from everywhere, and so high that nobody shuts a colleague out by five slips.
MAX_FAILURES = 20
LOCKED_FOR = timedelta(minutes=15)  # machine time


def sign_in(rt: Runtime, email: str, password: str, *, browser: str = "") -> str:
    """Check the password and open a session; returns its token, to be kept in a cookie.

    Twenty failures in a row lock the account for 15 minutes, counted in SQL under the row's lock, so that
    guesses made in parallel count too. Unknown, locked, disabled, without a password and wrong all take one
    argon2 verification and raise the same ``Forbidden("sign-in-refused")``.
    """
    address = email.strip().lower()
    with rt.db.read() as tx:
        known = tx.first(sa.select(account.c.password_hash).where(account.c.email == address))
    stored = known.password_hash if known else None
    matches = password_matches(stored, password)
    with rt.db.begin() as tx:
        row = tx.first(sa.select(account).where(account.c.email == address).with_for_update())
        # A password replaced since it was looked at opens nothing.
        matches = matches and row is not None and row.password_hash == stored
        token = _admit(tx, row, matches, password, browser)
    if token is None:
        raise Forbidden(
            "sign-in-refused",
            "The e-mail or the password is wrong, or the account is locked: wait 15 minutes, or ask an "
            "administrator.",
        )
    return token


def _admit(tx: Tx, row: Any, matches: bool, password: str, browser: str) -> str | None:
    """The session's token, or None; counts the failure either way."""
    locked = bool(row and is_locked(tx, row))
    if row is None or locked or row.disabled_at or row.password_off or not matches:
        note_failure(tx, row)
        record_access(tx, None, "sign-in-refused", row.id if row else "unknown", {"locked": locked})
        return None
    renewed = {"password_hash": hash_password(password)} if needs_renewal(row.password_hash) else {}
    tx.update(account, account.c.id == row.id, failures=0, locked_until=None, **renewed)
    record_access(tx, principal_of(tx, row), "signed-in", row.id, {})
    return open_session(tx, row.id, browser=browser)


def is_locked(tx: Tx, row: Any) -> bool:
    return bool(row.locked_until and row.locked_until > tx.machine_now)


def note_failure(tx: Tx, row: Any) -> int:
    """Count a wrong password for the account of this row, which is held; returns how many in a row.

    For nobody's row the same statement runs and finds nothing, so that it takes as long.
    """
    mine = account.c.id == (row.id if row else "")
    failures = (row.failures if row else 0) + (0 if row and is_locked(tx, row) else 1)
    if failures >= MAX_FAILURES:
        tx.update(account, mine, failures=0, locked_until=tx.machine_now + LOCKED_FOR)
    else:
        tx.update(account, mine, failures=failures)
    return failures
