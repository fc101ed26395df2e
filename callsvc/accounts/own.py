"""What everybody may change of their own account: name, language, password, sessions."""

from typing import Any

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.accounts.changing import put_details
from callsvc.accounts.passwords import hash_password, password_matches
from callsvc.accounts.scope import Principal
from callsvc.accounts.sessions import end_session, open_session, revoke_sessions
from callsvc.accounts.signing_in import is_locked, note_failure
from callsvc.accounts.tables import account
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, Invalid
from callsvc.runtime import Runtime

MAX_AT_A_SCREEN = 5


def change_own_details(
    rt: Runtime, principal: Principal, *, name: str | None = None, language: str | None = None
) -> bool:
    """Another name or language; raises ``name-invalid``, ``language-unknown``."""
    with rt.db.begin() as tx:
        return put_details(tx, principal, _own(tx, principal), name=name, language=language)


def change_own_password(
    rt: Runtime, principal: Principal, current: str, new: str, *, browser: str = ""
) -> str:
    """Replace the password; returns the token of a new session, every other one has ended.

    The current password is asked for, lest an open screen be enough to take an account; five wrong ones
    in a row end its sessions. Raises ``password-wrong``, ``password-too-short``,
    ``password-unchanged``, ``password-switched-off``.
    """
    with rt.db.read() as tx:
        stored = _own(tx, principal).password_hash
    matches = password_matches(stored, current)
    hashed = hash_password(new) if matches else ""
    if matches and new == current:
        raise Invalid("password-unchanged", "Choose a password other than the current one.")
    token = None
    with rt.db.begin() as tx:
        row = _own(tx, principal)
        if row.password_off:
            raise Conflict("password-switched-off", "This account signs in through the organisation alone.")
        if matches and row.password_hash == stored and not is_locked(tx, row):
            values = {"password_hash": hashed, "must_change": False, "failures": 0, "locked_until": None}
            tx.update(account, account.c.id == row.id, **values)
            revoke_sessions(tx, row.id)
            record_access(tx, principal, "password-changed", row.id, {})
            token = open_session(tx, row.id, browser=browser)
        elif note_failure(tx, row) >= MAX_AT_A_SCREEN:
            revoke_sessions(tx, row.id)
    if token is None:
        raise Forbidden("password-wrong", "The current password is wrong.")
    return token


def end_own_session(rt: Runtime, principal: Principal, session_id: str) -> None:
    """Sign out another browser; raises ``session-unknown``."""
    with rt.db.begin() as tx:
        end_session(tx, principal.account_id, session_id)
        record_access(tx, principal, "session-ended", session_id, {})


def end_other_sessions(rt: Runtime, principal: Principal) -> int:
    """Sign out everywhere but here; returns how many sessions that ended."""
    with rt.db.begin() as tx:
        ended = revoke_sessions(tx, principal.account_id, but=principal.session_id)
        record_access(tx, principal, "sessions-ended", principal.account_id, {"sessions": ended})
    return ended


def _own(tx: Tx, principal: Principal) -> Any:
    row = tx.first(sa.select(account).where(account.c.id == principal.account_id).with_for_update())
    if row is None or row.disabled_at is not None:
        raise Forbidden("sign-in-needed", "Sign in again.")
    return row
