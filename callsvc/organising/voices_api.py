"""What regions say to those who wait, and which teams take the second level of a theme, for programs."""

from typing import Annotated, Self

import sqlalchemy as sa
from pydantic import ConfigDict, Field, JsonValue, model_validator
from spectree import Tag

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.agents.back_office import opt_in
from callsvc.agents.tables import back_office, team
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid, NotFound
from callsvc.platforms.region_messages import messages_of, put_messages
from callsvc.platforms.tables import platform, region
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, PlatformCode, Told

voices_api = api_blueprint("voices_api")

VOICES = Tag(name="regions", description="What callers of a region hear, and its back-office teams.")
REGION_UNKNOWN = Refusal("region-unknown", 404, "No region of yours has this code.")
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Text = Annotated[str, Field(min_length=1, max_length=600)]
_NO_OTHER: dict[str, JsonValue] = {"additionalProperties": False}  # keys are languages and nothing else
Theme = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,35}$")]


class RegionMessages(Told):
    """Texts by language."""

    closed: dict[str, str] = Field(
        description="Said when nobody can take the call.", examples=[{"fr": "Fermé."}]
    )
    overflow: dict[str, str] = Field(description="Said to whoever begins a long wait.")


class RegionMessagesWish(Asked):
    """All of a region's words: what is left out is said no more."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"minProperties": 1})

    closed: dict[Language, Text] = Field(
        default_factory=dict, description="By language; empty: nothing is said.", json_schema_extra=_NO_OTHER
    )
    overflow: dict[Language, Text] = Field(
        default_factory=dict, description="The same for a long wait.", json_schema_extra=_NO_OTHER
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name closed, overflow or both; empty: nothing is said")
        return self


class BackOffice(Told):
    platform: str
    team: str
    themes: list[str] = Field(description="Those it takes at their second level.")


class BackOfficeList(Told):
    items: list[BackOffice]


class BackOfficeWish(Asked):
    platform: PlatformCode = Field(min_length=2, examples=["67"])
    team: str = Field(min_length=1, max_length=80, examples=["Niveau 2"])
    themes: list[Theme] = Field(max_length=50, description="All it opts in for; none: it opts out.")


@voices_api.get("/regions/<region_code>/messages")
@api("routing")
@operation(VOICES, refusals=(REGION_UNKNOWN,))
def show_region_messages(region_code: str) -> RegionMessages:
    """What callers of a region hear when nobody is there, or when too many call."""
    with current_rt().db.read() as tx:
        _require_region(tx, region_code)
        return _messages(tx, region_code)


@voices_api.put("/regions/<region_code>/messages")
@api("routing")
@operation(VOICES, again="nature", refusals=(REGION_UNKNOWN,))
def put_region_messages(region_code: str, json: RegionMessagesWish) -> RegionMessages:
    """Say this from the next call on."""
    with current_rt().db.begin() as tx:
        _require_region(tx, region_code)
        put_messages(tx, region_code, json.model_dump())
        record_access(tx, current_principal(), "messages-declared", region_code, json.model_dump())
        return _messages(tx, region_code)


@voices_api.get("/back-offices")
@api("routing")
@operation(VOICES)
def list_back_offices() -> BackOfficeList:
    """Teams of your regions that take the second level of a theme."""
    with current_rt().db.read() as tx:
        rows = tx.all(
            sa.select(team.c.platform_code, team.c.name, back_office.c.skill)
            .join(team, team.c.id == back_office.c.team_id)
            .join(platform, platform.c.code == team.c.platform_code)
            .where(scope_condition(current_principal(), platform.c.region_code, platform.c.code))
            .order_by(team.c.platform_code, team.c.name, back_office.c.skill)
        )
    themes: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        themes.setdefault((row.platform_code, row.name), []).append(row.skill)
    return BackOfficeList(
        items=[BackOffice(platform=code, team=name, themes=all_) for (code, name), all_ in themes.items()]
    )


@voices_api.put("/back-offices")
@api("routing")
@operation(
    VOICES,
    again="nature",
    refusals=(
        Refusal("platform-unknown", 422, "No platform of yours has this code."),
        Refusal("team-unknown", 404, "The platform has no team of this name."),
    ),
)
def put_back_office(json: BackOfficeWish) -> BackOffice:
    """Opt a team in for the second level of these themes, and of no others, from the next call on."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        mine = scope_condition(principal, platform.c.region_code, platform.c.code)
        if tx.first(sa.select(platform.c.code).where(platform.c.code == json.platform, mine)) is None:
            raise Invalid("platform-unknown", "No platform of yours has this code.")
        opt_in(tx, json.platform, json.team, json.themes, by=principal.account_id)
        record_access(tx, principal, "back-office-declared", json.platform, {"themes": json.themes})
    return BackOffice(platform=json.platform, team=json.team, themes=sorted(set(json.themes)))


def _messages(tx: Tx, region_code: str) -> RegionMessages:
    found = messages_of(tx, region_code)
    return RegionMessages(closed=found.get("closed", {}), overflow=found.get("overflow", {}))


def _require_region(tx: Tx, code: str) -> None:
    """The region exists and is the caller's as a whole."""
    known = tx.first(sa.select(region.c.code).where(region.c.code == code))
    if known is None or not current_principal().may_see(code):
        raise NotFound("region-unknown", "No region of yours has this code.")
