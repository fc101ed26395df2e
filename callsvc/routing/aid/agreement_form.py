"""The form of an agreement, shared by the page that makes it and the page that previews it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from werkzeug.datastructures import MultiDict

from callsvc.core.errors import Invalid
from callsvc.labels import PROBLEMS
from callsvc.routing.aid.drafting import Edited, Terms
from callsvc.routing.rules.agreements import LONGEST_WAIT_S, MOST_CAP
from callsvc.routing.rules.week_text import read_week, write_week
from callsvc.web.forms import Form, read_form

FIELDS: Final = ("rank", "activate_wait_s", "release_wait_s", "cap", "starts_at", "ends_at", "hours")


class AgreementForm(BaseModel):
    """Instants are wall-clock times of the region that helps."""

    aided: str = Field(min_length=2, max_length=3)
    aiding: str = Field(min_length=2, max_length=3)
    rank: int = Field(1, ge=1, le=99)
    activate_wait_s: int = Field(10, ge=0, le=LONGEST_WAIT_S)
    release_wait_s: int = Field(5, ge=0, le=LONGEST_WAIT_S)
    cap: int = Field(10, ge=0, le=MOST_CAP)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours: str = Field("", max_length=500)


def read_agreement(
    sent: "MultiDict[str, str]", zones: Mapping[str, str]
) -> tuple[Form[AgreementForm], Edited | None]:
    """The form, and what it says unless something is wrong with it; ``zones`` by region."""
    form = read_form(AgreementForm, sent)
    if form.data is None:
        return form, None
    data = form.data
    if data.aided not in zones or data.aiding not in zones:
        form.refuse("aided" if data.aided not in zones else "aiding", str(PROBLEMS["region-unknown"]))
        return form, None
    try:
        week = read_week(data.hours)
    except Invalid as error:
        form.refuse("hours", str(PROBLEMS[error.id]))
        return form, None
    zone = ZoneInfo(zones[data.aiding])
    terms = Terms(
        rank=data.rank,
        activate_wait_s=data.activate_wait_s,
        release_wait_s=data.release_wait_s,
        cap=data.cap,
        starts_at=_instant(data.starts_at, zone),
        ends_at=_instant(data.ends_at, zone),
        hours=None if week is None else {day: [list(one) for one in found] for day, found in week.items()},
    )
    return form, Edited(aided=data.aided, aiding=data.aiding, terms=terms)


def form_values(row: Any, zone: str, *, french: bool) -> dict[str, Any]:
    """What the form of an agreement (a row, or terms) begins with."""
    values = {name: getattr(row, name) for name in FIELDS}
    for name in ("starts_at", "ends_at"):
        at = values[name]
        values[name] = at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at else ""
    return values | {"hours": write_week(row.hours, french=french)}


def _instant(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
