"""The rows a change of rights takes hold of, and the two promises it must not break.

Whoever changes an account holds all administrators' rows, in one order, and then the account's: two
administrators who dismiss one another at the same instant run one after the other, and the second is refused.
"""

from typing import Any

import sqlalchemy as sa

from callsvc.accounts.queries import rights_of
from callsvc.accounts.rules import Rights, beyond
from callsvc.accounts.scope import ROLE_SCOPES, Principal
from callsvc.accounts.tables import account, account_platform, account_region
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, NotFound


def hold_account(tx: Tx, by: Principal | None, account_id: str) -> Any:
    """The account's row, locked. ``by`` is who wants to change it; None is the operator of the machine.

    Raises ``account-unknown``, also when it holds rights that ``by`` does not.
    """
    hold_administrators(tx)
    row = tx.first(sa.select(account).where(account.c.id == account_id).with_for_update())
    if row is None or beyond_own(tx, by, rights_of(tx, row)):
        raise NotFound("account-unknown", "This account does not exist, or may do more than yours.")
    return row


def hold_administrators(tx: Tx) -> None:
    tx.all(
        sa.select(account.c.id)
        .where(account.c.role == "administrator")
        .order_by(account.c.id)
        .with_for_update()
    )


def beyond_own(tx: Tx, by: Principal | None, other: Rights) -> tuple[str, ...]:
    """In what ``other`` exceeds what ``by`` holds at this moment, not at the start of the request."""
    if by is None:
        return ()
    own = tx.first(sa.select(account).where(account.c.id == by.account_id, account.c.disabled_at.is_(None)))
    return beyond(rights_of(tx, own), other, ROLE_SCOPES) if own is not None else ("role",)


def require_grantable(tx: Tx, by: Principal | None, wanted: Rights) -> None:
    """Nobody gives what they do not hold: ``rights-beyond-own``."""
    exceeding = beyond_own(tx, by, wanted)
    if exceeding:
        raise Forbidden(
            "rights-beyond-own",
            "You can only give rights that your own account holds: same regions and platforms, or fewer.",
            beyond=list(exceeding),
        )


def require_other(by: Principal | None, account_id: str) -> None:
    """Nobody locks themselves out, or in: ``own-account``."""
    if by is not None and by.account_id == account_id:
        raise Forbidden("own-account", "Ask another administrator to change your own rights.")


def require_a_governor(tx: Tx) -> None:
    """Called after a change: an administrator of the whole country must be able to sign in by a password.

    By a password, because the organisation's sign-in may be down just when somebody must act. Raises
    ``last-administrator``.
    """
    everywhere = sa.exists().where(
        account_region.c.account_id == account.c.id, account_region.c.region_code == "*"
    )
    narrowed = sa.exists().where(account_platform.c.account_id == account.c.id)
    left = tx.first(
        sa.select(account.c.id)
        .where(account.c.role == "administrator", account.c.disabled_at.is_(None))
        .where(~account.c.password_off, everywhere, ~narrowed)
        .limit(1)
    )
    if left is None:
        raise Conflict(
            "last-administrator",
            "This is the last administrator of the whole country who can sign in with a password: add "
            "another one first.",
        )
