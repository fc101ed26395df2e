"""Who types a command: a shell is nobody's name, so whoever asks or says yes proves which account they are.

The password, or an API key of the account, is typed at the prompt and never an argument, which others could
read in the list of processes. Both are checked, counted and recorded as a sign-in is. A command that takes a
change without an account is the work of the system's user: ``command line, deploy``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from callsvc.accounts.keys import authenticate_key
from callsvc.accounts.queries import account_by_email
from callsvc.accounts.scope import Principal
from callsvc.accounts.sessions import resume_session, sign_out
from callsvc.accounts.signing_in import sign_in
from callsvc.campaigns.authors import by_command_line
from callsvc.campaigns.queries import require_may_apply
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError, Forbidden
from callsvc.runtime import Runtime

_SCOPE = "campaigns"
_as_whom: Callable[[Any], Any] = click.option(
    "--as", "email", default="", help="E-mail of the administrator whose change it is; asks for the password."
)


@dataclass(frozen=True)
class Author:
    """Who stands in the history; ``principal`` where an account has been proven."""

    by: str
    principal: Principal | None

    def require_may_change(self, tx: Tx, campaign_id: str) -> None:
        """An account may here what it may on its page; a shell may everything."""
        if self.principal is not None:
            require_may_apply(tx, self.principal, campaign_id)

    def require_whole_country(self) -> None:
        if self.principal is not None and not self.principal.sees_everything:
            raise Forbidden("whole-country-needed", "Only an account of the whole country decides this.")


def authored(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose change has an author: it takes ``--as`` and is given ``email`` for ``author``."""
    decorated: Callable[..., None] = _as_whom(command)
    return decorated


def author(rt: Runtime, email: str) -> Author:
    """The account of this e-mail, once proven, or without one the system's user."""
    if not email:
        return Author(by_command_line(), None)
    principal = proven(rt, email)
    return Author(principal.account_id, principal)


def proven(rt: Runtime, email: str) -> Principal:
    """The account of this e-mail, once its password or one of its API keys was typed.

    ``sign-in-refused`` for a wrong one, and for an account that may not control campaigns.
    """
    secret = click.prompt("Password or API key", hide_input=True)
    principal = _by_key(rt, email, secret) or _by_password(rt, email, secret)
    if principal is None or principal.role != "administrator" or _SCOPE not in principal.scopes:
        raise Forbidden(
            "sign-in-refused", "The password or key is wrong, or its account may not control campaigns."
        )
    return principal


def _by_key(rt: Runtime, email: str, secret: str) -> Principal | None:
    try:
        principal = authenticate_key(rt, secret)
        with rt.db.read() as tx:
            return principal if account_by_email(tx, email).id == principal.account_id else None
    except CallsvcError:
        return None


def _by_password(rt: Runtime, email: str, secret: str) -> Principal | None:
    token = sign_in(rt, email, secret, browser="command line")
    principal = resume_session(rt, token)
    sign_out(rt, token)
    return principal
