"""Changing what an account may do; disabling it and enabling it again; ending its sessions.

Every change is in the access log with what was before and after. Whoever loses or gains rights is signed out
at once, everywhere: no page may go on showing what is no longer theirs to see.
"""

from collections.abc import Collection
from typing import Any

from callsvc.accounts.access import record_access
from callsvc.accounts.adding import (
    as_details,
    checked_language,
    checked_name,
    checked_rights,
    listed,
    put_places,
)
from callsvc.accounts.held import hold_account, require_a_governor, require_grantable, require_other
from callsvc.accounts.queries import rights_of
from callsvc.accounts.rules import governs
from callsvc.accounts.scope import Principal
from callsvc.accounts.sessions import revoke_sessions
from callsvc.accounts.tables import account
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.runtime import Runtime


def change_rights(
    rt: Runtime,
    by: Principal | None,
    account_id: str,
    *,
    role: str | None = None,
    regions: Collection[str] | None = None,
    platforms: Collection[str] | None = None,
) -> bool:
    """Give an account another role, regions or platforms (``()``: all platforms of its regions).

    What is None stays. True if that changed anything. Raises ``account-unknown``, ``own-account``,
    ``rights-beyond-own``, ``last-administrator``, and what ``checked_rights`` raises.
    """
    with rt.db.begin() as tx:
        before = rights_of(tx, hold_account(tx, by, account_id))
        kept = () if before.platforms == "*" else listed(before.platforms)
        after = checked_rights(
            before.role if role is None else role,
            listed(before.regions) if regions is None else regions,
            kept if platforms is None else platforms,
        )
        if after == before:
            return False
        require_other(by, account_id)
        require_grantable(tx, by, after)
        tx.update(account, account.c.id == account_id, role=after.role)
        put_places(tx, account_id, after)
        if governs(before):
            require_a_governor(tx)
        revoke_sessions(tx, account_id)
        _log(tx, by, "account-rights-changed", account_id, (as_details(before), as_details(after)))
    return True


def change_details(
    rt: Runtime,
    by: Principal | None,
    account_id: str,
    *,
    name: str | None = None,
    language: str | None = None,
) -> bool:
    """Another name or language; True if that changed anything. The log says that a name changed, no more."""
    with rt.db.begin() as tx:
        row = hold_account(tx, by, account_id)
        return put_details(tx, by, row, name=name, language=language)


def put_details(
    tx: Tx, by: Principal | None, row: Any, *, name: str | None = None, language: str | None = None
) -> bool:
    after = {
        "name": row.name if name is None else checked_name(name),
        "language": row.language if language is None else checked_language(language),
    }
    if after == {"name": row.name, "language": row.language}:
        return False
    tx.update(account, account.c.id == row.id, **after)
    renamed = {"name-changed": after["name"] != row.name}
    record_access(
        tx,
        by,
        "account-details-changed",
        row.id,
        {"before": {"language": row.language}, "after": {"language": after["language"]}} | renamed,
    )
    return True


def disable_account(rt: Runtime, by: Principal | None, account_id: str) -> None:
    """Nobody signs in to it any more; its sessions and keys are worthless at once. Twice changes nothing.

    Raises ``account-unknown``, ``own-account``, ``last-administrator``.
    """
    require_other(by, account_id)
    with rt.db.begin() as tx:
        row = hold_account(tx, by, account_id)
        if row.disabled_at is not None:
            return
        tx.update(account, account.c.id == account_id, disabled_at=tx.machine_now)
        if governs(rights_of(tx, row)):
            require_a_governor(tx)
        revoke_sessions(tx, account_id)
        _log(tx, by, "account-disabled", account_id, ({"disabled": False}, {"disabled": True}))


def enable_account(rt: Runtime, by: Principal | None, account_id: str) -> None:
    """The account may be used again, with the rights it had. Twice changes nothing."""
    require_other(by, account_id)
    with rt.db.begin() as tx:
        if hold_account(tx, by, account_id).disabled_at is None:
            return
        tx.update(account, account.c.id == account_id, disabled_at=None, failures=0, locked_until=None)
        _log(tx, by, "account-enabled", account_id, ({"disabled": True}, {"disabled": False}))


def end_sessions(rt: Runtime, by: Principal | None, account_id: str) -> int:
    """Sign somebody out everywhere; returns how many sessions that ended."""
    with rt.db.begin() as tx:
        hold_account(tx, by, account_id)
        ended = revoke_sessions(tx, account_id)
        record_access(tx, by, "sessions-ended", account_id, {"sessions": ended})
    return ended


def switch_password(rt: Runtime, by: Principal | None, account_id: str, *, off: bool) -> None:
    """Let an account sign in through the organisation alone, or by its password again.

    Raises ``account-unknown``, ``own-account``, ``last-administrator``, and ``account-not-linked`` when
    nobody has signed in to it through the organisation yet: it would be locked.
    """
    require_other(by, account_id)
    with rt.db.begin() as tx:
        row = hold_account(tx, by, account_id)
        if row.password_off == off:
            return
        if off and row.oidc_subject is None:
            raise Conflict(
                "account-not-linked",
                "This person must first sign in through the organisation once; then the password may go.",
            )
        tx.update(account, account.c.id == account_id, password_off=off)
        if governs(rights_of(tx, row)):
            require_a_governor(tx)
        revoke_sessions(tx, account_id)
        _log(tx, by, "password-switched", account_id, ({"off": row.password_off}, {"off": off}))


def unlink_account(rt: Runtime, by: Principal | None, account_id: str) -> None:
    """Forget who the organisation says this is; the next verified sign-in with its e-mail links it again.

    The password counts again too, lest the account be locked.
    """
    require_other(by, account_id)
    with rt.db.begin() as tx:
        row = hold_account(tx, by, account_id)
        if row.oidc_subject is None:
            return
        mine = account.c.id == account_id
        tx.update(account, mine, oidc_issuer=None, oidc_subject=None, password_off=False)
        revoke_sessions(tx, account_id)
        _log(tx, by, "account-unlinked", account_id, ({"linked": True}, {"linked": False}))


def _log(
    tx: Tx, by: Principal | None, action: str, account_id: str, change: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    before, after = change
    record_access(tx, by, action, account_id, {"before": before, "after": after})
    tx.changed("accounts", subject=account_id)
