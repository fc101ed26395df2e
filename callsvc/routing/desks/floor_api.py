"""What a supervisor does about agents and waiting calls, for programs."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.agents.tables import agent
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden, NotFound
from callsvc.routing import service as routing
from callsvc.routing.reassigning import end_entry, put_first, reassign_to_agent, reassign_to_queue
from callsvc.routing.tables import queue_entry
from callsvc.routing.talking.listening import agents_told, listening_of
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, Name, PlatformCode, Told

floor_api = api_blueprint("floor_api")

SUPERVISION = Tag(name="supervision", description="What a supervisor does to agents and waiting calls.")
AGENT_UNKNOWN = Refusal("agent-unknown", 404, "No agent of your regions has this id.")
ENTRY_UNKNOWN = Refusal("entry-unknown", 404, "No waiting call of your regions has this id.")
NOT_WAITING = Refusal("entry-not-waiting", 409, "The call does not wait any more.")
NOT_LISTENING = Refusal("not-listening", 409, "You are in no conversation.")
MODE_UNKNOWN = Refusal("mode-unknown", 422, "A supervisor listens, whispers or speaks.")
Mode = Literal["listen", "whisper", "speak"]


class ListeningWish(Asked):
    mode: Mode = Field("listen", description="Heard by nobody, by the agent alone, or by all.")


class Listening(Told):
    """The conversation you are in; everything is null when you are in none."""

    agent_id: str | None
    mode: Mode | None
    begun_at: datetime | None
    joined_at: datetime | None = Field(description="Null while your telephone rings.")
    agent_told: bool | None = Field(description="The agent's desk says that a supervisor is in.")


class ListeningTerms(Told):
    agents_told: bool = Field(description="Agents see on their desk that a supervisor is in their call.")


class ListeningTermsWish(Asked):
    agents_told: bool = Field(strict=True)
    reason: str = Field("", max_length=500, description="Why not, when they are not told; kept on record.")


class Reassignment(Asked):
    """Either an agent, or a queue: a platform, a theme, or both."""

    agent_id: str = Field("", max_length=40, description="Offer it to this agent now.")
    platform: PlatformCode = ""
    skill: Name = ""


class Reassigned(Told):
    entry_id: str = Field(description="Its entry from now on; a new one in another region's queue.")


class AgentActivityWish(Asked):
    activity: str = Field(max_length=40, examples=["available", "break"])


class AgentActivity(Told):
    agent_id: str
    activity: str


@floor_api.post("/agents/<agent_id>/listening")
@api("listening")
@operation(
    SUPERVISION,
    again="nature",
    refusals=(
        AGENT_UNKNOWN,
        MODE_UNKNOWN,
        Refusal("no-call", 409, "The agent is in no conversation."),
        Refusal("no-telephone", 409, "You are not in the list of agents: there is no telephone to ring."),
        Refusal("telephone-busy", 409, "Your telephone is in use."),
        Refusal("still-ready", 409, "You are ready for calls yourself: say first that you are not."),
        Refusal("listened-already", 409, "Another supervisor is in this conversation."),
        Refusal("hand-over-cannot", 409, "The carrier connects two people and nobody besides."),
    ),
)
def join_conversation(agent_id: str, json: ListeningWish) -> Listening:
    """Your telephone rings, and lets you into the agent's conversation. On record, and told to the agent."""
    routing.listen(current_rt(), current_principal(), agent_id, json.mode)
    return _own_listening()


@floor_api.get("/listening")
@api("listening")
@operation(SUPERVISION)
def show_listening() -> Listening:
    """The conversation you are in."""
    return _own_listening()


@floor_api.put("/listening")
@api("listening")
@operation(SUPERVISION, again="nature", refusals=(NOT_LISTENING, MODE_UNKNOWN))
def change_listening(json: ListeningWish) -> Listening:
    """Be heard by nobody, by the agent alone, or by all."""
    routing.change_mode(current_rt(), current_principal(), json.mode)
    return _own_listening()


@floor_api.delete("/listening")
@api("listening")
@operation(SUPERVISION, again="nature", refusals=(NOT_LISTENING,))
def leave_conversation() -> Listening:
    """Your own leg ends; the conversation goes on."""
    routing.leave(current_rt(), current_principal())
    return _own_listening()


@floor_api.get("/listening/terms")
@api("listening")
@operation(SUPERVISION)
def show_listening_terms() -> ListeningTerms:
    """Whether agents are told that a supervisor is in their call."""
    with current_rt().db.read() as tx:
        return ListeningTerms(agents_told=agents_told(tx))


@floor_api.put("/listening/terms")
@api("accounts")
@operation(
    SUPERVISION,
    again="nature",
    refusals=(
        Refusal("listening-reason-missing", 422, "Not telling agents needs a reason."),
        Refusal("whole-country-only", 403, "An administrator of the whole country decides this."),
    ),
)
def declare_listening_terms(json: ListeningTermsWish) -> ListeningTerms:
    """Tell agents, or not, from the next listening on."""
    principal = current_principal()
    if not principal.sees_everything:
        raise Forbidden("whole-country-only", "An administrator of the whole country decides this.")
    with current_rt().db.begin() as tx:
        routing.declare_listening(tx, principal, told=json.agents_told, reason=json.reason)
    return ListeningTerms(agents_told=json.agents_told)


@floor_api.put("/agents/<agent_id>/activity")
@api("routing")
@operation(
    SUPERVISION,
    again="nature",
    refusals=(
        AGENT_UNKNOWN,
        Refusal("activity-unknown", 422, "No agent can be doing this; the sentence lists them."),
        Refusal("agent-left", 409, "The agent does not work here any more."),
    ),
)
def change_agents_activity(agent_id: str, json: AgentActivityWish) -> AgentActivity:
    """Declare for an agent; a call under way goes on to its end."""
    principal = current_principal()
    mine = scope_condition(principal, agent.c.region_code, agent.c.platform_code)
    with current_rt().db.begin() as tx:
        row = tx.first(sa.select(agent).where(mine, agent.c.id == agent_id))
        if row is None:
            raise NotFound("agent-unknown", "No agent of your regions has this id.")
        told = {"from": row.activity, "to": json.activity}
        record_access(tx, principal, "activity-changed", agent_id, told)
    routing.set_activity(current_rt(), agent_id, json.activity, by=principal.account_id)
    return AgentActivity(agent_id=agent_id, activity=json.activity)


@floor_api.post("/queue-entries/<entry_id>/reassignment")
@api("routing")
@operation(
    SUPERVISION,
    refusals=(
        ENTRY_UNKNOWN,
        NOT_WAITING,
        AGENT_UNKNOWN,
        Refusal("agent-does-not-match", 409, "The agent lacks the theme or the language of the call."),
        Refusal("agent-not-free", 409, "The agent is not free."),
        Refusal("platform-unknown", 422, "No platform of yours has this code."),
        Refusal("skill-unknown", 422, "No agent has this theme."),
        Refusal("queue-unserved", 409, "Nobody on duty there takes this theme in the caller's language."),
    ),
)
def reassign_entry(entry_id: str, json: Reassignment) -> Reassigned:
    """Give a waiting call to an agent, or let it wait in another queue at the place of its arrival."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        _require_mine(tx, entry_id)
        if json.agent_id:
            reassign_to_agent(tx, principal, entry_id, json.agent_id)
            return Reassigned(entry_id=entry_id)
        moved = reassign_to_queue(tx, principal, entry_id, platform_code=json.platform, skill=json.skill)
    return Reassigned(entry_id=moved)


@floor_api.post("/queue-entries/<entry_id>/first")
@api("routing")
@operation(SUPERVISION, again="nature", refusals=(ENTRY_UNKNOWN, NOT_WAITING))
def put_entry_first(entry_id: str) -> Reassigned:
    """Serve a waiting call before the others of its queue."""
    with current_rt().db.begin() as tx:
        _require_mine(tx, entry_id)
        put_first(tx, current_principal(), entry_id)
    return Reassigned(entry_id=entry_id)


@floor_api.post("/queue-entries/<entry_id>/end")
@api("routing")
@operation(SUPERVISION, refusals=(ENTRY_UNKNOWN, Refusal("entry-over", 409, "The call is over already.")))
def end_waiting_call(entry_id: str) -> Reassigned:
    """Who waits hears what their flow says when nobody is available; two who talk are parted."""
    with current_rt().db.begin() as tx:
        _require_mine(tx, entry_id)
        end_entry(tx, current_principal(), entry_id)
    return Reassigned(entry_id=entry_id)


def _own_listening() -> Listening:
    with current_rt().db.read() as tx:
        mine = listening_of(tx, current_principal().account_id)
    told: dict[str, Any] = dict.fromkeys(Listening.model_fields)
    if mine is not None:
        told = {
            "agent_id": mine.heard_agent_id, "mode": mine.mode, "begun_at": mine.begun_at,
            "joined_at": mine.joined_at, "agent_told": mine.told,
        }  # fmt: skip
    return Listening(**told)


def _require_mine(tx: Tx, entry_id: str) -> None:
    mine = scope_condition(current_principal(), queue_entry.c.region_code, queue_entry.c.platform_code)
    if tx.first(sa.select(queue_entry.c.id).where(mine, queue_entry.c.id == entry_id)) is None:
        raise NotFound("entry-unknown", "No queue entry of your regions has this id.")
