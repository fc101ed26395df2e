"""API keys: ``<key id>.<secret>``, shown once, stored hashed."""

import hashlib
import hmac
import secrets

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.accounts.queries import account_by_email, principal_of
from callsvc.accounts.scope import ROLE_SCOPES, SCOPES, Principal
from callsvc.accounts.tables import account, api_key
from callsvc.core.errors import Forbidden, Invalid, NotFound
from callsvc.runtime import Runtime


def create_key(rt: Runtime, email: str, scopes: tuple[str, ...]) -> str:
    """A new bearer token for this account; it cannot be read again.

    Raises ``NotFound`` (account-unknown), ``Invalid`` (scope-unknown) and ``Forbidden`` (scope-beyond-role).
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Invalid("scope-unknown", f"The scopes of a key are among {', '.join(SCOPES)}.", unknown=unknown)
    secret = secrets.token_urlsafe(32)
    with rt.db.begin() as tx:
        owner = account_by_email(tx, email)
        beyond = sorted(set(scopes) - ROLE_SCOPES[owner.role])
        if beyond:
            raise Forbidden("scope-beyond-role", f"The role {owner.role} may not hold {', '.join(beyond)}.")
        key_id = tx.new_id("key")
        tx.insert(
            api_key,
            id=key_id,
            secret_hash=_hash(secret),
            account_id=owner.id,
            scopes=" ".join(sorted(set(scopes))),
            created_at=tx.machine_now,
        )
        record_access(tx, None, "key-created", key_id, {"account": owner.id, "scopes": sorted(set(scopes))})
    return f"{key_id}.{secret}"


def authenticate_key(rt: Runtime, bearer_token: str) -> Principal:
    """Whose key this is. Raises ``Forbidden("key-refused")`` for anything but a live key."""
    key_id, _, secret = bearer_token.partition(".")
    with rt.db.read() as tx:
        row = tx.first(
            sa.select(account, api_key.c.secret_hash, api_key.c.scopes)
            .join(api_key, api_key.c.account_id == account.c.id)
            .where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None), account.c.disabled_at.is_(None))
        )
        expected = row.secret_hash if row else bytes(32)
        if not hmac.compare_digest(_hash(secret), expected) or row is None:
            raise Forbidden("key-refused", "This API key is unknown or revoked; ask for a new one.")
        return principal_of(tx, row, frozenset(row.scopes.split()))


def revoke_key(rt: Runtime, key_id: str) -> None:
    with rt.db.begin() as tx:
        live = (api_key.c.id == key_id) & api_key.c.revoked_at.is_(None)
        if not tx.update(api_key, live, revoked_at=tx.machine_now):
            raise NotFound("key-unknown", "No live API key has this id.")
        record_access(tx, None, "key-revoked", key_id, {})


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
