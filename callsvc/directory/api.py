"""The directory for programs."""

from datetime import datetime
from typing import Any

from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.directory.queries import rule_of, targets_seen
from callsvc.directory.rules import open_at
from callsvc.web import current_rt
from callsvc.web.api import api_blueprint, operation
from callsvc.web.models import Told

directory_api = api_blueprint("directory_api")

DIRECTORY = Tag(name="directory", description="Whom calls may be transferred to, by name.")


class Target(Told):
    """A target by its name. Numbers are not told: the service dials them itself."""

    name: str = Field(examples=["samu-67"])
    title: str
    kind: str = Field(description="number, or queue: agents of ours.", examples=["number"])
    skill: str = Field(description="Of the agents of a queue; empty for a number.")
    platform_code: str | None = Field(description="Whose queue; null for the caller's own.")
    region_code: str | None = Field(description="Whose it is; null for the country's.")
    days: list[str]
    opens: str = Field(examples=["08:00"])
    closes: str = Field(examples=["18:00"])
    zone: str
    open_now: bool
    serves: list[str] = Field(description="Regions whose contacts may be transferred there; empty for all.")
    used_by: list[str] = Field(description="flows, agents.")
    changed_at: datetime


class TargetList(Told):
    items: list[Target]


@directory_api.get("/directory")
@api("routing")
@operation(DIRECTORY)
def list_directory() -> TargetList:
    """The targets of your regions and those of the whole country, by name."""
    with current_rt().db.read() as tx:
        return TargetList(items=[_told(row, tx.now) for row in targets_seen(tx, current_principal())])


def _told(row: Any, now: datetime) -> Target:
    rule = rule_of(row)
    return Target(
        name=row.name,
        title=row.title,
        kind="number" if row.number_id else "queue",
        skill=row.skill,
        platform_code=row.platform_code,
        region_code=row.region_code,
        days=list(rule.days),
        opens=row.opens,
        closes=row.closes,
        zone=row.zone,
        open_now=open_at(rule, now),
        serves=list(rule.serves),
        used_by=list(rule.used_by),
        changed_at=row.changed_at,
    )
