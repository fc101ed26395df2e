"""What other slices ask of accounts: add one, sign in, and the keys, scope and log of the files beside."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.access import record_access, seal_access_log, verify_access_log
from callsvc.accounts.keys import authenticate_key, create_key, revoke_key
from callsvc.accounts.passwords import hash_password, needs_renewal, password_matches
from callsvc.accounts.queries import principal_of
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.accounts.sessions import open_session, resume_session, revoke_sessions, sign_out
from callsvc.accounts.tables import ROLES, account, account_region
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, Invalid
from callsvc.runtime import Runtime

__all__ = [
    "Principal",
    "add_account",
    "authenticate_key",
    "create_key",
    "has_accounts",
    "record_access",
    "resume_session",
    "revoke_key",
    "revoke_sessions",
    "scope_condition",
    "seal_access_log",
    "sign_in",
    "sign_out",
    "verify_access_log",
]

MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)  # machine time


def add_account(
    rt: Runtime,
    email: str,
    *,
    password: str,
    role: str,
    regions: tuple[str, ...] = (),
    name: str = "",
    language: str = "fr",
) -> str:
    """Create an account and return its id. ``regions`` are region codes, or ``("*",)`` for all.

    Raises ``Invalid`` (role-unknown, region-missing, email-invalid, password-too-short) and ``Conflict``
    (account-exists).
    """
    address = _address(email)
    if role not in ROLES:
        raise Invalid("role-unknown", f"The role must be one of {', '.join(ROLES)}.", role=role)
    if not regions:
        raise Invalid("region-missing", "Name at least one region, or '*' for the whole country.")
    hashed = hash_password(password)
    with rt.db.begin() as tx:
        account_id = tx.new_id("acc")
        new = tx.insert_once(
            account,
            id=account_id,
            email=address,
            name=name or address.split("@")[0],
            password_hash=hashed,
            role=role,
            language=language,
            failures=0,
            created_at=tx.machine_now,
        )
        if not new:
            raise Conflict("account-exists", "An account with this e-mail exists already.")
        for code in sorted(set(regions)):
            tx.insert(account_region, account_id=account_id, region_code=code)
        record_access(tx, None, "account-added", account_id, {"role": role, "regions": sorted(set(regions))})
    return account_id


def has_accounts(rt: Runtime) -> bool:
    """False on an installation that nobody can sign in to yet."""
    with rt.db.read() as tx:
        return tx.first(sa.select(account.c.id).limit(1)) is not None


def sign_in(rt: Runtime, email: str, password: str) -> str:
    """Check the password and open a session; returns its token, to be kept in a cookie.

    Five failures in a row lock the account for 15 minutes, counted in SQL under the row's lock, so that
    guesses made in parallel count too. Unknown, locked, disabled and wrong all take one argon2 verification
    and raise the same ``Forbidden("sign-in-refused")``.
    """
    address = email.strip().lower()
    with rt.db.read() as tx:
        known = tx.first(sa.select(account.c.password_hash).where(account.c.email == address))
    matches = password_matches(known.password_hash if known else None, password)
    with rt.db.begin() as tx:
        row = tx.first(sa.select(account).where(account.c.email == address).with_for_update())
        token = _admit(tx, row, matches, password)
    if token is None:
        raise Forbidden(
            "sign-in-refused",
            "The e-mail or the password is wrong, or the account is locked: wait 15 minutes, or ask an "
            "administrator.",
        )
    return token


def _admit(tx: Tx, row: Any, matches: bool, password: str) -> str | None:
    """The session's token, or None; counts the failure either way."""
    account_id = row.id if row else ""
    mine = account.c.id == account_id
    locked = bool(row and row.locked_until and row.locked_until > tx.machine_now)
    if row is None or locked or row.disabled_at or not matches:
        failures = (row.failures if row else 0) + (0 if locked else 1)
        if failures >= MAX_FAILURES:
            tx.update(account, mine, failures=0, locked_until=tx.machine_now + LOCKED_FOR)
        else:
            tx.update(account, mine, failures=failures)
        record_access(tx, None, "sign-in-refused", account_id or "unknown", {"locked": locked})
        return None
    renewed = {"password_hash": hash_password(password)} if needs_renewal(row.password_hash) else {}
    tx.update(account, mine, failures=0, locked_until=None, **renewed)
    principal = principal_of(tx, row)
    record_access(tx, principal, "signed-in", row.id, {})
    return open_session(tx, row.id)


def _address(email: str) -> str:
    address = email.strip().lower()
    name, at, host = address.partition("@")
    if not (name and at and "." in host) or len(address) > 200 or any(c.isspace() for c in address):
        raise Invalid("email-invalid", "An account is named by an e-mail address such as a.b@example.org.")
    return address
