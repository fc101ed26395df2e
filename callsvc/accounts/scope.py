"""Who is asking, and which rows they may see. The region scope is decided here and nowhere else."""

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from callsvc.core.errors import Forbidden

SCOPES = ("accounts", "audit", "campaigns", "contacts", "desk", "flows", "report", "routing")

# What each role may do in the console; an API key may do what its scopes say, within its account's role.
ROLE_SCOPES: dict[str, frozenset[str]] = {
    "administrator": frozenset(SCOPES),
    "supervisor": frozenset({"desk", "report", "routing"}),
    "agent": frozenset({"desk"}),
    "operator": frozenset({"report"}),
    "auditor": frozenset({"audit", "report"}),
}

Regions = frozenset[str] | Literal["*"]


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Somebody (or a program) who proved who they are.

    ``regions`` is the set of region codes they may see, or ``"*"`` for the whole country.
    """

    account_id: str
    role: str
    regions: Regions
    scopes: frozenset[str]
    language: str = "fr"
    name: str = ""

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def may_see(self, region_code: str) -> bool:
        return self.regions == "*" or region_code in self.regions

    def require(self, scope: str) -> None:
        """Raise ``Forbidden`` unless this scope was granted."""
        if not self.may(scope):
            raise Forbidden("scope-missing", f"This account or key lacks the scope '{scope}'.", scope=scope)


def scope_condition(principal: Principal, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The condition that keeps a query within the principal's regions; put it in every ``where``.

    >>> str(scope_condition(Principal(account_id="a", role="agent", regions=frozenset(), scopes=frozenset()),
    ...     sa.column("region_code")))
    'false'
    """
    if principal.regions == "*":
        return sa.true()
    if not principal.regions:
        return sa.false()
    return column.in_(sorted(principal.regions))
