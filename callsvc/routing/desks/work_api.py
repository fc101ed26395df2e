"""An agent's desk beside calls: whom to call after a look, and whom to answer by SMS."""

from datetime import datetime
from typing import Literal

from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_read
from callsvc.accounts.guard import api, current_principal
from callsvc.routing.desks.desk_api import NOT_AN_AGENT, state_of, this_agent
from callsvc.routing.desks.desk_models import DeskState
from callsvc.routing.desks.work_shown import details_of, work_on
from callsvc.routing.other_work import calling_out, writing
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, Told

work_api = api_blueprint("work_api")

WORK = Tag(name="desk work", description="Callbacks, tasks and SMS conversations on an agent's desk.")
NO_WORK = Refusal("no-work", 409, "Nobody to call or to answer is on this desk.")
NO_CONVERSATION = Refusal("no-conversation", 409, "Nobody writes with this desk.")


class WorkText(Told):
    at: datetime
    inbound: bool = Field(description="They wrote it; else we did.")
    text: str
    state: str = Field(description="The carrier's word, else ours.", examples=["delivered"])


class WorkDetails(Told):
    """Whom it is about. Reading it is on record."""

    entry_id: str
    kind: Literal["sms", "task", "callback"]
    name: str = Field(description="Empty when nobody of ours has this number.")
    certain: bool = Field(description="False: only the number suggests who it is.")
    campaign: str
    promised_at: datetime | None = Field(description="When they were promised a call.")
    most_segments: int = Field(description="The longest answer, in SMS.")
    thread: list[WorkText] = Field(description="What was written both ways, the oldest first.")
    closed: str = Field(description="How the conversation ended, such as stop; empty while it goes on.")


class SkipWish(Asked):
    reason: str = Field(max_length=40, description="not-now or not-needed.", examples=["not-now"])


class AnswerWish(Asked):
    text: str = Field(max_length=1600, description="What to write; four SMS at most.")


class ClosingWish(Asked):
    disposition: str = Field(
        max_length=40,
        description="How it ended; awaiting-answer leaves it open for their next message.",
        examples=["resolved-by-phone"],
    )


@work_api.get("/desk/work")
@api("desk")
@operation(WORK, refusals=(NOT_AN_AGENT, NO_WORK))
def show_work() -> WorkDetails:
    """Whom the work on this desk is about, with what was written."""
    agent_id = this_agent()
    with current_rt().db.begin() as tx:
        entry = work_on(tx, agent_id)
        record_read(tx, current_principal(), "caller", entry.id)
        return WorkDetails.model_validate(details_of(tx, entry))


@work_api.post("/desk/work/dial")
@api("desk")
@operation(WORK, again="nature", refusals=(NOT_AN_AGENT, NO_WORK))
def dial_person() -> DeskState:
    """Call them: your telephone rings first, then theirs."""
    agent_id = this_agent()
    calling_out.dial(current_rt(), agent_id)
    return state_of(agent_id)


@work_api.post("/desk/work/skip")
@api("desk")
@operation(
    WORK,
    again="nature",
    refusals=(NOT_AN_AGENT, NO_WORK, Refusal("skip-unknown", 422, "Say not-now or not-needed.")),
)
def skip_person(json: SkipWish) -> DeskState:
    """Call nobody, and say why."""
    agent_id = this_agent()
    calling_out.skip(current_rt(), agent_id, json.reason)
    return state_of(agent_id)


@work_api.post("/desk/work/answer")
@api("desk")
@operation(
    WORK,
    refusals=(
        NOT_AN_AGENT,
        NO_CONVERSATION,
        Refusal("sms-empty", 422, "Write something."),
        Refusal("sms-too-long", 422, "It would be more SMS than one answer may be."),
        Refusal("conversation-closed", 409, "They said stop, or it was closed."),
    ),
)
def answer_by_sms(json: AnswerWish) -> DeskState:
    """Write to them, by the rules of every SMS."""
    agent_id = this_agent()
    writing.answer(current_rt(), agent_id, json.text)
    return state_of(agent_id)


@work_api.post("/desk/work/close")
@api("desk")
@operation(
    WORK,
    again="nature",
    refusals=(
        NOT_AN_AGENT,
        NO_CONVERSATION,
        Refusal("disposition-invalid", 422, "It is none that closes a conversation; details list them."),
    ),
)
def close_conversation(json: ClosingWish) -> DeskState:
    """Be done with the conversation; the agent is idle."""
    agent_id = this_agent()
    writing.close(current_rt(), agent_id, json.disposition)
    return state_of(agent_id)
