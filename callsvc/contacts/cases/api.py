"""Cases for programs: an interview sent as it is made, all day; hand-overs to the regional authority."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field
from spectree import Tag

from callsvc.accounts.access import record_read
from callsvc.accounts.guard import api, current_principal
from callsvc.contacts.cases.handing_over import change_handover, hand_over
from callsvc.contacts.cases.queries import case_seen, cases_seen, handover_seen, handovers_seen, note_of
from callsvc.contacts.cases.reporting import CaseReport, NamedContact, report_case
from callsvc.contacts.cases.rules import REASONS, Outcome, Reason, Return
from callsvc.contacts.tables import case_handover, tracing_case
from callsvc.core.db import Tx
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, narrowed, page_of
from callsvc.web.models import WHOLE, Asked, Day, Listed, Moment, Name, PlatformCode, Told

cases_api = api_blueprint("cases_api")

T = TypeVar("T", bound=BaseModel)

CASES = Tag(
    name="cases", description="Interviews that name contacts, and cases given to the regional authority."
)
UNKNOWN = Refusal("case-unknown", 404, "No case of your regions has this id.")
HANDOVER_UNKNOWN = Refusal("handover-unknown", 404, "No hand-over of your regions has this id.")
STATE = Refusal("handover-state", 409, "The hand-over is in another state: read it again.")

Text80 = Annotated[str, Field(max_length=80)]
Reference = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,78}$",
        description="The sender's own, without a name: the same reference is the same case.",
        examples=["GE-2020-118"],
    ),
]
HandoverState = Literal["waiting", "taken", "returned", "closed"]


class Contact(Asked):
    numbers: list[Annotated[str, Field(min_length=2, max_length=60)]] = Field(
        min_length=1, max_length=5, description="As people write them, the preferred one first.",
        examples=[["06 39 98 12 34"]],
    )  # fmt: skip
    first_name: Text80 = ""
    last_name: Text80 = ""
    birth_year: Annotated[int, Field(ge=1900, le=2100), WHOLE] | None = None
    postcode: str = Field("", pattern=r"^([0-9]{5})?$")
    language: str = Field("fr", pattern="^[a-z]{2,3}$")
    fragility: Annotated[int, Field(ge=0, le=3), WHOLE] = 0
    priority: Annotated[int, Field(ge=-9, le=9), WHOLE] = 0
    elicited_at: Moment | None = Field(
        None, description="When the interview named them; the report's by default."
    )
    consent_basis: str = Field("public-interest", pattern=r"^[a-z][a-z-]{0,38}$")
    consent_on: Day | None = None


class CaseWish(Asked):
    reference: Reference
    platform: PlatformCode = Field(min_length=2)
    reported_at: Moment | None = None
    priority: Annotated[int, Field(ge=-9, le=9), WHOLE] = Field(
        0, description="For contacts that have none of their own."
    )
    campaign: Name = Field("", description="Put the contacts into this campaign at once.")
    contacts: list[Contact] = Field([], max_length=200)


class ContactKept(Told):
    place: int = Field(description="In the list that was sent, from 0.")
    contact_id: str | None = Field(description="Null: refused, or known as somebody of another region.")
    refused: list[str] = Field(
        description="Reasons, of its numbers or of itself.", examples=[["wrong-length"]]
    )


class CaseKept(Told):
    case_id: str
    new: int = Field(description="People stored first by this interview.")
    contacts: list[ContactKept]


class Case(Told):
    id: str
    reference: str
    region_code: str
    platform_code: str
    reported_at: datetime
    level: int = Field(description="3: with the regional authority.")
    contacts: int
    handover_state: str = Field(description="Of its last hand-over; empty: never handed over.")


class CaseList(Listed):
    items: list[Case]


class CaseFilter(Paging):
    reference: str = Field("", max_length=80, description="The whole of it.")
    platform: PlatformCode = ""


class Handover(Told):
    id: str
    case_id: str
    reference: str
    region_code: str
    platform_code: str
    state: HandoverState
    reason: str = Field(examples=list(REASONS))
    outcome: str = Field(description="Of a closed one; of a returned one why. Empty while it is open.")
    asked_at: datetime
    asked_by: str
    taken_by: str
    due_at: datetime
    late: bool
    ended_at: datetime | None


class HandoverWithNote(Handover):
    note: str = Field(description="What whoever handed it over wrote; the reading is recorded.")


class HandoverList(Listed):
    items: list[Handover]


class HandoverFilter(Paging):
    state: Literal["", "waiting", "taken", "returned", "closed"] = ""


class HandoverWish(Asked):
    reason: Reason
    note: str = Field("", max_length=1000)


class HandoverReturn(Asked):
    why: Return


class HandoverEnd(Asked):
    outcome: Outcome


@cases_api.post("/cases")
@api("contacts")
@operation(
    CASES,
    again="nature",
    body_limit=512 * 1024,
    refusals=(
        Refusal("platform-unknown", 422, "No platform of yours has this code."),
        Refusal("case-reference-taken", 409, "Another place uses this reference."),
        Refusal("campaign-unknown", 404, "No campaign has this id."),
        Refusal("campaign-over", 409, "The campaign was stopped: it takes nobody."),
        Refusal("campaigns-absent", 503, "This process does not run campaigns."),
    ),
)
def report(json: CaseWish) -> CaseKept:
    """Send a case with the contacts that its interview names: stored, and due in the campaign, at once.

    The same reference again adds the contacts that are new and changes nothing else. A contact that cannot
    be stored is told with its reasons, and keeps none of the others out.
    """
    told = report_case(
        current_rt(),
        current_principal(),
        CaseReport(
            reference=json.reference, platform_code=json.platform, reported_at=json.reported_at,
            priority=json.priority,
            contacts=tuple(NamedContact(**one.model_dump()) for one in json.contacts),
        ),
        json.campaign or None,
    )  # fmt: skip
    return CaseKept(
        case_id=told.case_id,
        new=told.new,
        contacts=[
            ContactKept(place=one.place, contact_id=one.contact_id, refused=list(one.refused))
            for one in told.contacts
        ],
    )


@cases_api.get("/cases")
@api("contacts")
@operation(CASES)
def list_cases(query: CaseFilter) -> CaseList:
    """Cases of your regions, the newest first."""
    case = tracing_case.c
    wanted = narrowed(
        cases_seen(current_principal()),
        (case.reference, query.reference),
        (case.platform_code, query.platform),
    )
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, case.id, newest_first=True)
    return CaseList(items=[Case.model_validate(row) for row in rows], next=more)


@cases_api.get("/cases/<case_id>")
@api("contacts")
@operation(CASES, refusals=(UNKNOWN,))
def show_case(case_id: str) -> Case:
    """One case: counts, nobody's name."""
    with current_rt().db.read() as tx:
        return Case.model_validate(case_seen(tx, current_principal(), case_id))


@cases_api.post("/cases/<case_id>/handovers")
@api("contacts")
@operation(
    CASES,
    status=201,
    refusals=(UNKNOWN, Refusal("case-handed-over", 409, "The authority has this case already.")),
)
def begin_handover(case_id: str, json: HandoverWish) -> Handover:
    """Give a case to the authority of its region."""
    by = current_principal()
    with current_rt().db.begin() as tx:
        return _told(tx, hand_over(tx, by, case_id, json.reason, json.note))


@cases_api.get("/handovers")
@api("contacts")
@operation(CASES)
def list_handovers(query: HandoverFilter) -> HandoverList:
    """The queue of the regional authority, the newest first."""
    wanted = narrowed(handovers_seen(current_principal()), (case_handover.c.state, query.state))
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, case_handover.c.id, newest_first=True)
    return HandoverList(items=[_of(row, Handover) for row in rows], next=more)


@cases_api.get("/handovers/<handover_id>")
@api("contacts")
@operation(CASES, refusals=(HANDOVER_UNKNOWN,))
def show_handover(handover_id: str) -> HandoverWithNote:
    """One hand-over, with its note; the reading is recorded."""
    with current_rt().db.begin() as tx:
        row = handover_seen(tx, current_principal(), handover_id)
        record_read(tx, current_principal(), "handover", handover_id)
        return _of(row, HandoverWithNote, note=note_of(tx, row))


@cases_api.post("/handovers/<handover_id>/take")
@api("contacts")
@operation(CASES, refusals=(HANDOVER_UNKNOWN, STATE))
def take_handover(handover_id: str) -> Handover:
    """The authority has it from now on."""
    return _changed(handover_id, "take")


@cases_api.post("/handovers/<handover_id>/return")
@api("contacts")
@operation(CASES, refusals=(HANDOVER_UNKNOWN, STATE))
def return_handover(handover_id: str, json: HandoverReturn) -> Handover:
    """Give it back to its platform: the case is of level 2 again."""
    return _changed(handover_id, "return", json.why)


@cases_api.post("/handovers/<handover_id>/close")
@api("contacts")
@operation(CASES, refusals=(HANDOVER_UNKNOWN, STATE))
def close_handover(handover_id: str, json: HandoverEnd) -> Handover:
    """What the authority did of it."""
    return _changed(handover_id, "close", json.outcome)


def _changed(handover_id: str, action: str, why: str = "") -> Handover:
    with current_rt().db.begin() as tx:
        change_handover(tx, current_principal(), handover_id, action, why)
        return _told(tx, handover_id)


def _told(tx: Tx, handover_id: str) -> Handover:
    return _of(handover_seen(tx, current_principal(), handover_id), Handover)


def _of(row: Any, model: type[T], **more: Any) -> T:
    return model(**{name: getattr(row, name) for name in Handover.model_fields}, **more)
