"""Previews of agreements for programs: ask, and read the report when it is there."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.core.db import Tx
from callsvc.planning.previewing import ask_preview, preview_of
from callsvc.routing.aid.agreements_api import NOT_YOURS, UNKNOWN, WRONG, AgreementTerms
from callsvc.routing.aid.drafting import Edited, Terms
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, Day, RegionCode, Told

planning_api = api_blueprint("planning_api")

PREVIEWS = Tag(name="previews", description="What edited agreements would have done to a day that was lived.")


class EditedAgreement(Asked):
    aided_region: RegionCode = Field(min_length=2, examples=["44"])
    aiding_region: RegionCode = Field(min_length=2, examples=["11"])
    terms: AgreementTerms | None = Field(description="Null: the agreement would end.")


class PreviewWish(Asked):
    changes: list[EditedAgreement] = Field(min_length=1, max_length=50)
    day: Day | None = Field(None, description="Of Paris; null: yesterday.")


class Preview(Told):
    id: str
    day: date
    status: Literal["waiting", "running", "completed", "failed"]
    asked_at: datetime
    ended_at: datetime | None
    done: int = Field(description="Days of the twin played.")
    wanted: int = Field(description="Of so many.")
    problem: str = Field(description="Why it failed, by id.", examples=["day-empty"])
    report: dict[str, Any] = Field(
        description="`was`, `present` and `edited` by region ('' is the country): shares in percent, calls "
        "given and received; of the latter two mean, lower and upper end for a single day (95 %)."
    )


@planning_api.post("/aid/previews")
@api("routing")
@operation(
    PREVIEWS,
    status=201,
    refusals=(*WRONG, NOT_YOURS, UNKNOWN, Refusal("region-unknown", 404, "No region has this code.")),
)
def ask_aid_preview(json: PreviewWish) -> Preview:
    """Play a day again under the present agreements and under these changes; nothing is changed by it."""
    principal = current_principal()
    changes = [
        Edited(
            aided=one.aided_region,
            aiding=one.aiding_region,
            terms=None if one.terms is None else Terms(**one.terms.model_dump()),
        )
        for one in json.changes
    ]
    with current_rt().db.begin() as tx:
        return _told(tx, ask_preview(tx, changes, by=principal, day=json.day))


@planning_api.get("/aid/previews/<preview_id>")
@api("routing")
@operation(PREVIEWS, refusals=(Refusal("preview-unknown", 404, "No preview of your regions has this id."),))
def show_aid_preview(preview_id: str) -> Preview:
    """How far it has come; its report, within your regions, once it is completed."""
    with current_rt().db.read() as tx:
        return _told(tx, preview_id)


def _told(tx: Tx, preview_id: str) -> Preview:
    principal = current_principal()
    row = preview_of(tx, preview_id, principal)
    pairs = {code for one in row.draft for code in (one["aided"], one["aiding"])}
    report = {
        name: {
            code: figures
            for code, figures in part.items()
            if not code or code in pairs or principal.works_in(code)
        }
        if isinstance(part, dict)
        else part
        for name, part in row.report.items()
    }
    told = {name: getattr(row, name) for name in Preview.model_fields}
    return Preview.model_validate(told | {"report": report})
