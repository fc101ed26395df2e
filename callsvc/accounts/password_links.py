"""A link by which somebody chooses their own password, once: nobody else ever knows it.

The token stands behind the ``#`` of the address, which no browser sends and no server writes down; the page
puts it into its form.
"""

import hashlib
import secrets
from datetime import timedelta

from callsvc.accounts.access import record_access
from callsvc.accounts.held import hold_account, require_other
from callsvc.accounts.passwords import NONE, hash_password
from callsvc.accounts.scope import Principal
from callsvc.accounts.sessions import revoke_sessions
from callsvc.accounts.tables import account, password_link
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden
from callsvc.runtime import Runtime

VALID = timedelta(hours=24)  # machine time


def make_password_link(rt: Runtime, by: Principal | None, account_id: str) -> str:
    """The token of a new link, valid for 24 hours and for one use; older links of the account are void.

    The password it had, and its sessions, end at once: whoever asks for this may have lost control of it.
    Raises ``account-unknown``, ``own-account``, ``account-disabled``, ``password-switched-off``.
    """
    require_other(by, account_id)
    token = secrets.token_urlsafe(32)
    with rt.db.begin() as tx:
        row = hold_account(tx, by, account_id)
        if row.disabled_at is not None:
            raise Conflict("account-disabled", "Enable the account before giving it a password.")
        if row.password_off:
            raise Conflict("password-switched-off", "This account signs in through the organisation alone.")
        _void(tx, account_id)
        tx.insert(
            password_link,
            token_hash=_hash(token),
            account_id=account_id,
            expires_at=tx.machine_now + VALID,
        )
        mine = account.c.id == account_id
        tx.update(account, mine, password_hash=NONE, failures=0, locked_until=None)
        revoke_sessions(tx, account_id)
        record_access(tx, by, "password-link-made", account_id, {})
    return token


def use_password_link(rt: Runtime, token: str, password: str) -> str:
    """Set the password of the account this link is for; returns its id. The link is used up by that.

    Raises ``Invalid`` for a password that is too short (the link stays valid), ``Forbidden("link-refused")``
    for a link that is unknown, used, replaced, expired, or of an account that may not sign in.
    """
    hashed = hash_password(password)
    with rt.db.begin() as tx:
        mine = password_link.c.token_hash == _hash(token)
        live = mine & password_link.c.used_at.is_(None) & (password_link.c.expires_at > tx.machine_now)
        if not tx.update(password_link, live, used_at=tx.machine_now):
            raise _refused()
        account_id: str = tx.scalar(password_link.select().with_only_columns(_OWNER).where(mine))
        allowed = (account.c.id == account_id) & account.c.disabled_at.is_(None) & ~account.c.password_off
        new = {"password_hash": hashed, "must_change": False, "failures": 0, "locked_until": None}
        if not tx.update(account, allowed, **new):
            raise _refused()
        revoke_sessions(tx, account_id)
        record_access(tx, None, "password-chosen", account_id, {})
    return account_id


_OWNER = password_link.c.account_id


def _void(tx: Tx, account_id: str) -> None:
    open_ones = (password_link.c.account_id == account_id) & password_link.c.used_at.is_(None)
    tx.update(password_link, open_ones, used_at=tx.machine_now)


def _refused() -> Forbidden:
    return Forbidden(
        "link-refused",
        "This link has been used, replaced or has expired; ask an administrator for a new one.",
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
