"""Whose account it is that the organisation vouches for. It never creates one, and never gives a right."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.accounts.oidc.provider import refused
from callsvc.accounts.queries import principal_of
from callsvc.accounts.sessions import open_session
from callsvc.accounts.tables import account
from callsvc.core.db import Tx
from callsvc.runtime import Runtime


def admit(rt: Runtime, issuer: str, claims: Mapping[str, Any], *, browser: str = "") -> str:
    """Open a session of the account linked to (issuer, sub); returns its token.

    At the first time the account is found by an e-mail that the issuer has verified, and linked: from then
    on only this (issuer, sub) opens it, whatever e-mail it bears. Raises ``organisation-refused``.
    """
    with rt.db.begin() as tx:
        row = _linked(tx, issuer, claims["sub"]) or _first_time(tx, issuer, claims)
        if row is not None and row.disabled_at is None:
            record_access(tx, principal_of(tx, row), "signed-in", row.id, {"via": "oidc"})
            return open_session(tx, row.id, browser=browser, via="oidc")
        record_access(tx, None, "sign-in-refused", row.id if row else "unknown", {"via": "oidc"})
    raise refused("no account")


def _linked(tx: Tx, issuer: str, subject: str) -> Any:
    mine = (account.c.oidc_issuer == issuer) & (account.c.oidc_subject == subject)
    return tx.first(sa.select(account).where(mine))


def _first_time(tx: Tx, issuer: str, claims: Mapping[str, Any]) -> Any:
    """The account of a verified e-mail that nobody is linked to yet, linked now; None without one."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    free = (account.c.email == email.strip().lower()) & account.c.oidc_subject.is_(None)
    row = tx.first(sa.select(account).where(free, account.c.disabled_at.is_(None)).with_for_update())
    if row is None:
        return None
    tx.update(account, account.c.id == row.id, oidc_issuer=issuer, oidc_subject=claims["sub"])
    record_access(
        tx,
        principal_of(tx, row),
        "account-linked",
        row.id,
        {"before": {"linked": False}, "after": {"linked": True, "issuer": issuer}},
    )
    return row
