"""For programs: who am I, my keys, the places I may see, and who read or changed what."""

from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.keys import create_own_key, live, revoke_key
from callsvc.accounts.scope import scope_condition
from callsvc.accounts.tables import access_log, api_key
from callsvc.core.errors import Forbidden
from callsvc.platforms.tables import platform, region
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Asked, Listed, Moment, RegionCode, Told

accounts_api = api_blueprint("accounts_api")

ME = Tag(name="me", description="The account behind the key, and its keys.")
PLACES = Tag(name="places", description="Regions and departmental platforms.")
AUDIT = Tag(name="access log", description="Who read or changed what; sealed by a hash chain.")
Scope = Literal[
    "accounts", "audit", "campaigns", "contacts", "desk", "flows", "operations", "report", "routing"
]  # fmt: skip


class Me(Told):
    account_id: str
    role: str = Field(examples=["supervisor"])
    scopes: list[str] = Field(examples=[["report", "routing"]])
    regions: list[str] = Field(description='Codes, or "*" for the whole country.', examples=[["44"]])
    platforms: list[str] = Field(description='Codes, or "*" for all of these regions.', examples=[["*"]])
    language: str


class Region(Told):
    code: str = Field(examples=["44"])
    name: str = Field(examples=["Grand Est"])
    zone: str = Field(examples=["Europe/Paris"])


class RegionList(Listed):
    items: list[Region]


class Platform(Told):
    code: str = Field(examples=["67"])
    name: str = Field(examples=["Bas-Rhin"])
    region_code: str = Field(examples=["44"])
    pool_code: str = Field(description="Platforms of one pool answer as one queue.")
    opens: str = Field(examples=["08:00"])
    closes: str = Field(examples=["20:00"])


class PlatformList(Listed):
    items: list[Platform]


class PlatformFilter(Paging):
    region: RegionCode = ""


class Key(Told):
    """A key without its secret, which is shown once, when it is made."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_on: date | None


class KeyList(Listed):
    items: list[Key]


class KeyWish(Asked):
    name: str = Field(min_length=1, max_length=60, description="What it is for.", examples=["nightly report"])
    scopes: list[Scope] = Field(min_length=1, max_length=9)
    last_day: date = Field(
        description="Its last day, in Paris; at most a year away.", examples=["2020-12-31"]
    )


class NewKey(Told):
    key: str = Field(description="Shown this once. Send it as a bearer token.")


class Ended(Told):
    id: str


class AccessEntry(Told):
    id: str
    at: datetime = Field(description="Machine time.")
    account_id: str = Field(description="Or system: the service itself, or a command.")
    action: str = Field(examples=["suppression-lifted"])
    subject: str
    details: dict[str, Any]
    seal_id: str | None = Field(description="Null until it is sealed, a minute at most.")


class AccessLog(Listed):
    items: list[AccessEntry]


class AccessFilter(Paging):
    account: str = Field("", pattern=r"^[a-z0-9]{0,40}$")
    action: str = Field("", pattern=r"^[a-z-]{0,60}$")
    since: Moment | None = None
    until: Moment | None = None


@accounts_api.get("/me")
@api("")
@operation(ME)
def show_me() -> Me:
    """Who this key or session is, and what it may see and do."""
    me = current_principal()
    return Me(
        account_id=me.account_id, role=me.role, scopes=sorted(me.scopes), regions=sorted(me.regions),
        platforms=sorted(me.platforms), language=me.language,
    )  # fmt: skip


@accounts_api.get("/me/keys")
@api("")
@operation(ME)
def list_keys(query: Paging) -> KeyList:
    """The live keys of this account, newest first."""
    with current_rt().db.read() as tx:
        wanted = sa.select(api_key).where(api_key.c.account_id == current_principal().account_id, live(tx))
        rows, more = page_of(tx, wanted, query, api_key.c.created_at, api_key.c.id, newest_first=True)
    fields = [name for name in Key.model_fields if name != "scopes"]
    items = [Key(scopes=row.scopes.split(), **{name: getattr(row, name) for name in fields}) for row in rows]
    return KeyList(items=items, next=more)


@accounts_api.post("/me/keys")
@api("")
@operation(
    ME,
    status=201,
    refusals=(
        Refusal("person-needed", 403, "A key makes no keys: what it made would outlive it. Sign in."),
        Refusal("scope-beyond-role", 403, "Your role may not hold one of these scopes."),
        Refusal("key-name-invalid", 422, "Name the key by what it is for."),
        Refusal("key-day-invalid", 422, "The last day is today or later, at most a year away."),
    ),
)
def create_key(json: KeyWish) -> NewKey:
    """Make a key of one's own; only a signed-in person may."""
    me = current_principal()
    if not me.session_id:
        raise Forbidden("person-needed", "A key makes no keys: what it made would outlive it. Sign in.")
    key = create_own_key(current_rt(), me, name=json.name, scopes=json.scopes, last_day=json.last_day)
    return NewKey(key=key)


@accounts_api.delete("/me/keys/<key_id>")
@api("")
@operation(ME, refusals=(Refusal("key-unknown", 404, "You have no live key with this id."),))
def end_key(key_id: str) -> Ended:
    """End a key of this account, also the one that asks."""
    revoke_key(current_rt(), key_id, by=current_principal())
    return Ended(id=key_id)


@accounts_api.get("/regions")
@api("")
@operation(PLACES)
def list_regions(query: Paging) -> RegionList:
    """The regions you may see."""
    me, wanted = current_principal(), sa.select(region)
    if me.regions != "*":
        wanted = wanted.where(region.c.code.in_(sorted(me.regions)))
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, region.c.code)
    return RegionList(items=[Region.model_validate(row) for row in rows], next=more)


@accounts_api.get("/platforms")
@api("")
@operation(PLACES)
def list_platforms(query: PlatformFilter) -> PlatformList:
    """The platforms you may see, by code."""
    mine = scope_condition(current_principal(), platform.c.region_code, platform.c.code)
    wanted = sa.select(platform).where(mine)
    wanted = wanted.where(platform.c.region_code == query.region) if query.region else wanted
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, platform.c.code)
    return PlatformList(items=[Platform.model_validate(row) for row in rows], next=more)


@accounts_api.get("/access-log")
@api("audit")
@operation(
    AUDIT,
    refusals=(
        Refusal("whole-country-needed", 403, "The log has no regions: an account of the whole country."),
    ),
)
def list_access(query: AccessFilter) -> AccessLog:
    """Entries, newest first."""
    if not current_principal().sees_everything:
        raise Forbidden(
            "whole-country-needed", "The log has no regions: use an account of the whole country."
        )
    entry, wanted = access_log.c, sa.select(access_log)
    wanted = wanted.where(entry.account_id == query.account) if query.account else wanted
    wanted = wanted.where(entry.action == query.action) if query.action else wanted
    wanted = wanted.where(entry.at >= query.since) if query.since else wanted
    wanted = wanted.where(entry.at < query.until) if query.until else wanted
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, entry.id, newest_first=True)
    return AccessLog(items=[AccessEntry.model_validate(row) for row in rows], next=more)
