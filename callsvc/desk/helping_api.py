"""What a desk does for the person it speaks with, and its last word, for programs."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from callsvc.accounts.guard import api, current_principal
from callsvc.contacts.choosing import Choices
from callsvc.desk import choosing, helping
from callsvc.routing import service as routing
from callsvc.routing.desks.desk_api import DESK, NO_CALL, NOT_AN_AGENT, state_of, this_agent
from callsvc.routing.desks.desk_models import DeskState
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, Moment, Name, Told

helping_api = api_blueprint("helping_api")

NO_NUMBER = Refusal("no-number", 422, "The caller hid their number: there is nothing to call.")


class CallbackPromise(Asked):
    at: Moment = Field(description="Lived; within thirty days.")


class CallbackPromised(Told):
    at: datetime


class OptOutWish(Asked):
    everything: bool = Field(
        False, strict=True, description="No calls at all, not just not for this purpose."
    )


class OptedOut(Told):
    scope: Literal["purpose", "all"]


class DeskChoices(Told):
    """What holds for whoever is on this desk; empty is no wish."""

    hours: list[Literal["morning", "afternoon", "evening"]]
    channel: Literal["", "voice", "sms"]
    language: str


class DeskChoicesWish(Asked):
    """All of it at once; what is left out is no wish (any more)."""

    hours: list[Literal["morning", "afternoon", "evening"]] = Field(
        default_factory=list, max_length=3, description="By the clock where they live; empty: any hour."
    )
    channel: Literal["", "voice", "sms"] = Field("", description="What they would rather have.")
    language: str = Field("", pattern=r"^([a-z]{2})?$", examples=["en"])
    this_number_first: bool = Field(
        False, strict=True, description="The number they speak or write on is tried before their others."
    )


class DeskChoicesNoted(Told):
    changed: list[str] = Field(description="hours, channel, language, number: what is another choice now.")


class DeskSlot(Told):
    id: str
    kind: str = Field(examples=["physical"])
    place: str
    reason: str
    starts_at: datetime
    left: int = Field(description="Places.")


class DeskSlotList(Told):
    items: list[DeskSlot]


class BookingWish(Asked):
    slot: Name = Field(min_length=1)


class DeskBooked(Told):
    id: str
    starts_at: datetime
    status: str


@helping_api.post("/desk/undo")
@api("desk")
@operation(
    DESK, refusals=(NOT_AN_AGENT, Refusal("undo-over", 409, "It is final, or the next call was taken."))
)
def undo_disposition() -> DeskState:
    """Take the last disposition back: the wrap-up goes on, and nothing has followed from it."""
    agent_id = this_agent()
    routing.undo(current_rt(), agent_id)
    return state_of(agent_id)


@helping_api.post("/desk/wrap-up/extend")
@api("desk")
@operation(
    DESK,
    refusals=(
        NOT_AN_AGENT,
        Refusal("not-in-wrap-up", 409, "There is no wrap-up to make longer."),
        Refusal("wrap-up-extended", 409, "It was made longer once already."),
    ),
)
def extend_wrap_up() -> DeskState:
    """As much time again to finish, once for each call."""
    agent_id = this_agent()
    routing.extend_wrap_up(current_rt(), agent_id)
    return state_of(agent_id)


@helping_api.post("/desk/callback")
@api("desk")
@operation(
    DESK,
    again="nature",
    refusals=(
        NOT_AN_AGENT,
        NO_CALL,
        NO_NUMBER,
        Refusal("callback-time", 422, "An instant to come, within thirty days."),
    ),
)
def promise_call_back(json: CallbackPromise) -> CallbackPromised:
    """They are called back then; the newest promise of a call counts, and is kept when all is final."""
    at = helping.promise_call_back(current_rt(), this_agent(), json.at)
    return CallbackPromised(at=at)


@helping_api.post("/desk/opt-out")
@api("desk")
@operation(DESK, again="nature", refusals=(NOT_AN_AGENT, NO_CALL, NO_NUMBER))
def record_opt_out(json: OptOutWish) -> OptedOut:
    """They want no more calls: in force at once, and nothing here takes it back."""
    scope = helping.opt_out(current_rt(), current_principal(), this_agent(), everything=json.everything)
    return OptedOut.model_validate({"scope": scope})


@helping_api.get("/desk/choices")
@api("desk")
@operation(DESK, refusals=(NOT_AN_AGENT, NO_CALL, NO_NUMBER))
def show_desk_choices() -> DeskChoices:
    """When, how and in which language whoever is on this desk wants to be contacted; on record as read."""
    held = choosing.show_choices(current_rt(), current_principal(), this_agent())
    return DeskChoices.model_validate(
        {"hours": list(held.hours), "channel": held.channel, "language": held.language}
    )


@helping_api.put("/desk/choices")
@api("desk")
@operation(DESK, refusals=(NOT_AN_AGENT, NO_CALL, NO_NUMBER))
def note_desk_choices(json: DeskChoicesWish) -> DeskChoicesNoted:
    """Note what they choose, in a call, in its wrap-up or in a conversation by SMS: in force at once."""
    wanted = Choices(hours=tuple(json.hours), channel=json.channel, language=json.language)
    changed = choosing.note_choices(
        current_rt(), current_principal(), this_agent(), wanted, this_number_first=json.this_number_first
    )
    return DeskChoicesNoted(changed=changed)


@helping_api.get("/desk/slots")
@api("desk")
@operation(DESK, refusals=(NOT_AN_AGENT, NO_CALL))
def list_desk_slots() -> DeskSlotList:
    """Moments with room at the home platform of whoever is on this desk; nothing else of that platform."""
    rows = helping.open_slots(current_rt(), this_agent())
    return DeskSlotList(
        items=[
            DeskSlot(
                id=row.id,
                kind=row.kind,
                place=row.place,
                reason=row.reason,
                starts_at=row.starts_at,
                left=row.capacity - row.taken,
            )
            for row in rows
        ]
    )


@helping_api.post("/desk/booking")
@api("desk")
@operation(
    DESK,
    again="nature",
    refusals=(
        NOT_AN_AGENT,
        NO_CALL,
        Refusal("caller-unlisted", 409, "Nobody of our lists has this number."),
        Refusal("slot-unknown", 404, "The home platform gives no such moment."),
        Refusal("slot-full", 409, "The last place has just been taken."),
    ),
)
def book_for_caller(json: BookingWish) -> DeskBooked:
    """Give them a place in one of these slots; one they have for the same reason is given up for it."""
    visit = helping.book_appointment(current_rt(), current_principal(), this_agent(), json.slot)
    return DeskBooked(id=visit.id, starts_at=visit.starts_at, status=visit.status)
