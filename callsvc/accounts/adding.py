"""Adding an account."""

from collections.abc import Collection

import sqlalchemy as sa

from callsvc.accounts.access import record_access
from callsvc.accounts.held import require_grantable
from callsvc.accounts.passwords import NONE, hash_password
from callsvc.accounts.rules import Places, Rights
from callsvc.accounts.scope import Principal
from callsvc.accounts.tables import ROLES, account, account_platform, account_region
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime

LANGUAGES = ("fr", "en")
LONGEST_NAME = 120


def add_account(
    rt: Runtime,
    email: str,
    *,
    password: str | None,
    role: str,
    regions: Collection[str] = (),
    platforms: Collection[str] = (),
    name: str = "",
    language: str = "fr",
    must_change: bool = False,
    by: Principal | None = None,
) -> str:
    """Create an account and return its id. ``regions`` are region codes, or ``("*",)`` for all.

    ``platforms`` narrows it to these of its regions. ``password=None`` makes an account that waits for a
    link or for the organisation's sign-in. ``by`` is the administrator who adds it, None the operator.

    Raises ``Invalid`` (role-unknown, region-missing, email-invalid, password-too-short, platform-outside),
    ``Conflict`` (account-exists) and ``Forbidden`` (rights-beyond-own).
    """
    address = _address(email)
    rights = checked_rights(role, regions, platforms)
    hashed = NONE if password is None else hash_password(password)
    with rt.db.begin() as tx:
        require_grantable(tx, by, rights)
        account_id = tx.new_id("acc")
        new = tx.insert_once(
            account,
            id=account_id,
            email=address,
            name=checked_name(name or address.split("@")[0]),
            password_hash=hashed,
            role=role,
            language=checked_language(language),
            failures=0,
            created_at=tx.machine_now,
            must_change=must_change,
            password_off=False,
        )
        if not new:
            raise Conflict("account-exists", "An account with this e-mail exists already.")
        put_places(tx, account_id, rights)
        record_access(tx, by, "account-added", account_id, as_details(rights))
        tx.changed("accounts", subject=account_id)
    return account_id


def has_accounts(rt: Runtime) -> bool:
    """False on an installation that nobody can sign in to yet."""
    with rt.db.read() as tx:
        return tx.first(sa.select(account.c.id).limit(1)) is not None


def checked_rights(role: str, regions: Collection[str], platforms: Collection[str]) -> Rights:
    """``role-unknown``, ``region-missing``, and ``platform-outside`` for platforms of the whole country."""
    if role not in ROLES:
        raise Invalid("role-unknown", f"The role must be one of {', '.join(ROLES)}.", role=role)
    if not regions:
        raise Invalid("region-missing", "Name at least one region, or '*' for the whole country.")
    everywhere = "*" in regions
    if everywhere and platforms:
        raise Invalid(
            "platform-outside", "Name the regions whose platforms these are, not the whole country."
        )
    return Rights(role, "*" if everywhere else frozenset(regions), frozenset(platforms) or "*")


def require_regions(rt: Runtime, codes: Collection[str]) -> None:
    """``region-unknown`` unless each of these is a region, or ``*``."""
    with rt.db.read() as tx:
        known = {"*", *tx.execute(sa.select(region.c.code)).scalars()}
    unknown = sorted(set(codes) - known)
    if unknown:
        raise Invalid(
            "region-unknown", "No region has this code; it is INSEE's, such as 44.", regions=unknown
        )


def put_places(tx: Tx, account_id: str, rights: Rights) -> None:
    """Write which regions and platforms an account sees; ``platform-outside`` for one of another region."""
    if rights.platforms != "*":
        placed = tx.all(sa.select(platform).where(platform.c.code.in_(sorted(rights.platforms))))
        inside = {row.code for row in placed if row.region_code in rights.regions}
        outside = sorted(rights.platforms - inside)
        if outside:
            raise Invalid(
                "platform-outside", "A platform is unknown or of another region.", platforms=outside
            )
    tx.delete(account_platform, account_platform.c.account_id == account_id)
    tx.delete(account_region, account_region.c.account_id == account_id)
    for code in listed(rights.regions):
        tx.insert(account_region, account_id=account_id, region_code=code)
    for code in listed(rights.platforms) if rights.platforms != "*" else ():
        tx.insert(account_platform, account_id=account_id, platform_code=code)


def listed(places: Places) -> list[str]:
    return ["*"] if places == "*" else sorted(places)


def as_details(rights: Rights) -> dict[str, object]:
    """Rights as the access log keeps them."""
    return {
        "role": rights.role,
        "regions": listed(rights.regions),
        "platforms": listed(rights.platforms),
    }


def checked_name(name: str) -> str:
    """``name-invalid`` unless it is one line of 1 to 120 characters."""
    trimmed = " ".join(name.split())
    if not trimmed or len(trimmed) > LONGEST_NAME:
        raise Invalid("name-invalid", f"A name has 1 to {LONGEST_NAME} characters.")
    return trimmed


def checked_language(language: str) -> str:
    if language not in LANGUAGES:
        raise Invalid("language-unknown", f"The pages speak {' and '.join(LANGUAGES)}.")
    return language


def _address(email: str) -> str:
    address = email.strip().lower()
    name, at, host = address.partition("@")
    if not (name and at and "." in host) or len(address) > 200 or any(c.isspace() for c in address):
        raise Invalid("email-invalid", "An account is named by an e-mail address such as a.b@example.org.")
    return address
