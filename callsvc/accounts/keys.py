"""API keys: ``<key id>.<secret>``, shown once, stored hashed."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.accounts.held import hold_account
from callsvc.accounts.queries import account_by_email, principal_of
from callsvc.accounts.scope import ROLE_SCOPES, SCOPES, Principal
from callsvc.accounts.tables import account, api_key
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden, Invalid, NotFound
from callsvc.runtime import Runtime

PARIS = ZoneInfo("Europe/Paris")
LONGEST_LIFE = timedelta(days=366)
LONGEST_NAME = 60


def create_key(
    rt: Runtime, email: str, scopes: Collection[str], *, expires_at: datetime | None = None
) -> str:
    """A new bearer token for this account; it cannot be read again.

    Raises ``NotFound`` (account-unknown), ``Invalid`` (scope-unknown) and ``Forbidden`` (scope-beyond-role).
    """
    with rt.db.begin() as tx:
        owner = account_by_email(tx, email)
        return _insert_key(tx, None, owner.id, owner.role, scopes, expires_at=expires_at)


def create_own_key(
    rt: Runtime, principal: Principal, *, name: str, scopes: Collection[str], last_day: date
) -> str:
    """A key of one's own, good until the end of ``last_day`` (Paris), at most a year away; shown once.

    Raises ``key-name-invalid``, ``key-day-invalid``, ``scope-unknown``, ``scope-beyond-role``.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(
            "key-name-invalid", f"Name the key by what it is for, in 1 to {LONGEST_NAME} characters."
        )
    with rt.db.begin() as tx:
        today = tx.machine_now.astimezone(PARIS).date()
        if not today <= last_day <= today + LONGEST_LIFE:
            raise Invalid("key-day-invalid", "The last day of a key is today or later, at most a year away.")
        expires_at = datetime.combine(last_day + timedelta(days=1), time(), PARIS)
        who = principal
        return _insert_key(tx, who, who.account_id, who.role, scopes, name=name, expires_at=expires_at)


def _insert_key(
    tx: Tx,
    by: Principal | None,
    account_id: str,
    role: str,
    scopes: Collection[str],
    *,
    name: str = "",
    expires_at: datetime | None,
) -> str:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Invalid("scope-unknown", f"The scopes of a key are among {', '.join(SCOPES)}.", unknown=unknown)
    beyond = sorted(set(scopes) - ROLE_SCOPES[role])
    if beyond:
        raise Forbidden("scope-beyond-role", f"The role {role} may not hold {', '.join(beyond)}.")
    secret, key_id = secrets.token_urlsafe(32), tx.new_id("key")
    tx.insert(
        api_key,
        id=key_id,
        secret_hash=_hash(secret),
        account_id=account_id,
        scopes=" ".join(sorted(set(scopes))),
        created_at=tx.machine_now,
        name=name,
        expires_at=expires_at,
    )
    record_access(tx, by, "key-created", key_id, {"account": account_id, "scopes": sorted(set(scopes))})
    return f"{key_id}.{secret}"


def authenticate_key(rt: Runtime, bearer_token: str) -> Principal:
    """Whose key this is. Raises ``Forbidden("key-refused")`` for anything but a live key.

    Notes the day of use, once a day.
    """
    key_id, _, secret = bearer_token.partition(".")
    with rt.db.read() as tx:
        row = tx.first(
            sa.select(account, api_key.c.secret_hash, api_key.c.scopes, api_key.c.last_used_on)
            .join(api_key, api_key.c.account_id == account.c.id)
            .where(api_key.c.id == key_id, live(tx), account.c.disabled_at.is_(None))
        )
        expected = row.secret_hash if row else bytes(32)
        if not hmac.compare_digest(_hash(secret), expected) or row is None:
            raise Forbidden("key-refused", "This API key is unknown, revoked or over; ask for a new one.")
        principal = principal_of(tx, row, frozenset(row.scopes.split()))
        today = tx.machine_now.astimezone(PARIS).date()
    if row.last_used_on != today:
        with rt.db.begin() as tx:
            tx.update(api_key, api_key.c.id == key_id, last_used_on=today)
    return principal


def keys_of(tx: Tx, account_id: str) -> Sequence[Any]:
    """The live keys of an account, newest first."""
    return tx.all(
        sa.select(api_key)
        .where(api_key.c.account_id == account_id, live(tx))
        .order_by(api_key.c.created_at.desc(), api_key.c.id.desc())
    )


def revoke_key(rt: Runtime, key_id: str, *, by: Principal | None = None) -> None:
    """End a key; one's own when ``by`` is given. Raises ``key-unknown``."""
    with rt.db.begin() as tx:
        wanted = (api_key.c.id == key_id) & api_key.c.revoked_at.is_(None)
        if by is not None:
            wanted = wanted & (api_key.c.account_id == by.account_id)
        ended = api_key.update().where(wanted).values(revoked_at=tx.machine_now)
        row = tx.first(ended.returning(api_key.c.account_id))
        if row is None:
            raise NotFound("key-unknown", "No live API key has this id.")
        tx.changed("sessions", subject=row.account_id)
        record_access(tx, by, "key-revoked", key_id, {})


def revoke_keys_of(rt: Runtime, by: Principal | None, account_id: str) -> int:
    """End all keys of an account, as when it may be in somebody else's hands; returns how many.

    Raises ``account-unknown``, also for an account that may do more than one's own.
    """
    with rt.db.begin() as tx:
        hold_account(tx, by, account_id)
        ended = tx.update(api_key, (api_key.c.account_id == account_id) & live(tx), revoked_at=tx.machine_now)
        tx.changed("sessions", subject=account_id)
        record_access(tx, by, "keys-revoked", account_id, {"keys": ended})
    return ended


def live(tx: Tx) -> sa.ColumnElement[bool]:
    """The condition under which a key still opens something."""
    ends = api_key.c.expires_at
    return api_key.c.revoked_at.is_(None) & (ends.is_(None) | (ends > tx.machine_now))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
