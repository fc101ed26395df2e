"""Who is asking, and which rows they may see. The scope by region and platform is decided here alone."""

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from callsvc.accounts.rules import Rights
from callsvc.core.errors import Forbidden

# What a principal may do, and who needs that; docs/accounts.md shows both.
SCOPES: dict[str, str] = {
    "accounts": "add accounts and change what they may do",
    "audit": "read the access log",
    "campaigns": "prepare, start and stop campaigns",
    "contacts": "import lists, read and change people's data, do-not-contact entries",
    "desk": "take calls at a desk",
    "flows": "publish IVR flows",
    "listening": "listen to conversations of agents, whisper to them, speak in them",
    "operations": "see the health of the parts, incidents, and the carrier's account",
    "report": "read figures: counts only, nobody's name",
    "routing": "see queues and agents, declare mutual aid",
}

# What each role may do in the console; an API key may do what its scopes say, within its account's role.
ROLE_SCOPES: dict[str, frozenset[str]] = {
    "administrator": frozenset(SCOPES),
    "supervisor": frozenset({"desk", "listening", "report", "routing"}),
    "agent": frozenset({"desk"}),
    "operator": frozenset({"operations", "report"}),
    "auditor": frozenset({"audit", "report"}),
}

# What these show has no regions (the access log, the parts of the service): they are held by accounts that
# see the whole country, and by nobody else.
NATIONAL = frozenset({"audit", "operations"})

Regions = frozenset[str] | Literal["*"]
Platforms = frozenset[str] | Literal["*"]


def scopes_held(rights: Rights) -> frozenset[str]:
    """What a role may do in these places."""
    scopes = ROLE_SCOPES[rights.role]
    return scopes if rights.regions == "*" and rights.platforms == "*" else scopes - NATIONAL


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Somebody (or a program) who proved who they are.

    ``regions`` is the set of region codes they may see, or ``"*"`` for the whole country; ``platforms``
    narrows that to some platforms of these regions (``"*"``: all of them).
    """

    account_id: str
    role: str
    regions: Regions
    scopes: frozenset[str]
    platforms: Platforms = "*"
    language: str = "fr"
    name: str = ""
    must_change: bool = False  # signed in with a password that somebody else knows
    session_id: str = ""  # '' for a program

    @property
    def rights(self) -> Rights:
        return Rights(self.role, self.regions, self.platforms)

    @property
    def sees_everything(self) -> bool:
        return self.regions == "*" and self.platforms == "*"

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def works_in(self, region_code: str) -> bool:
        """The region is one of theirs, though they may see only some of its platforms."""
        return self.regions == "*" or region_code in self.regions

    def may_see(self, region_code: str, platform_code: str | None = None) -> bool:
        """Whether a thing of this place is theirs to see; what is of a whole region has no platform."""
        return self.works_in(region_code) and (self.platforms == "*" or platform_code in self.platforms)

    def require(self, scope: str) -> None:
        """Raise ``Forbidden`` unless this scope was granted."""
        if not self.may(scope):
            raise Forbidden("scope-missing", f"This account or key lacks the scope '{scope}'.", scope=scope)


def scope_condition(
    principal: Principal, region: sa.ColumnElement[Any], platform: sa.ColumnElement[Any] | None = None
) -> sa.ColumnElement[bool]:
    """The condition that keeps a query within the principal's places; put it in every ``where``.

    Name the table's platform column where it has one: without it, an account narrowed to some platforms sees
    nothing, for a total of the region would tell it about the others.

    >>> str(scope_condition(Principal(account_id="a", role="agent", regions=frozenset(), scopes=frozenset()),
    ...     sa.column("region_code")))
    'false'
    """
    wanted: list[sa.ColumnElement[bool]] = [sa.true()]
    if principal.regions != "*":
        wanted.append(_among(region, principal.regions))
    if principal.platforms != "*":
        wanted.append(sa.false() if platform is None else _among(platform, principal.platforms))
    return sa.and_(*wanted)


def _among(column: sa.ColumnElement[Any], codes: frozenset[str]) -> sa.ColumnElement[bool]:
    return column.in_(sorted(codes)) if codes else sa.false()
