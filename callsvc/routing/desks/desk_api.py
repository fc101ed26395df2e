"""What an agent's desk asks and tells, under ``/api/v1/desk``. Times are lived, ISO 8601 UTC.

Every verb may be sent twice: the second time finds it done, or says that it is over (409), and does no more.
"""

from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import Principal
from callsvc.agents.service import agent_of_account
from callsvc.core.errors import Forbidden
from callsvc.routing import service as routing
from callsvc.routing.desks.desk import desk_targets
from callsvc.routing.desks.desk_models import (
    ActivityWish,
    DeskQuery,
    DeskState,
    DeskTarget,
    DeskTargetList,
    DispositionWish,
    TargetWish,
    TransferWish,
    Wish,
)
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation

desk_api = api_blueprint("desk_api")

DESK = Tag(name="desk", description="An agent's own desk: ready or not, the call offered, its wrap-up.")
NOT_AN_AGENT = Refusal("not-an-agent", 403, "The account has no desk: sign in as an agent.")
_OFFER = (
    NOT_AN_AGENT,
    Refusal("offer-unknown", 404, "No offer made to this agent has this id."),
    Refusal("offer-over", 409, "It was withdrawn, timed out or answered: look at the state."),
    Refusal("telephone-rings", 409, "It rings your own telephone: pick up and press a key."),
)


NO_CALL = Refusal("no-call", 409, "There is no call on this desk.")
UNDER_WAY = Refusal("consult-under-way", 409, "Somebody was asked in already.")
NO_CONSULT = Refusal("no-consult", 409, "Nobody was asked in.")
CANNOT = Refusal("hand-over-cannot", 409, "The carrier connects two people and nobody besides.")
IS_QUEUE = Refusal("target-is-queue", 422, "A queue cannot be asked in: hand the call on to it.")
_TARGET = (
    Refusal("target-unknown", 404, "The directory has no such name."),
    Refusal("target-not-now", 409, "It takes no call of this region now; details say why."),
)


def agent_of(principal: Principal) -> str:
    """The agent this account signs in as; ``not-an-agent`` for others. Whoever asks is at their desk."""
    rt = current_rt()
    with rt.db.read() as tx:
        agent_id = agent_of_account(tx, principal.account_id)
    if agent_id is None:
        raise Forbidden("not-an-agent", "This account has no desk; sign in as an agent.")
    routing.note_seen(rt, agent_id)
    return agent_id


def this_agent() -> str:
    """The agent at the desk that asks."""
    return agent_of(current_principal())


def state_of(agent_id: str) -> DeskState:
    """All that this agent's desk shows now."""
    return DeskState.model_validate(routing.desk_state(current_rt(), agent_id))


@desk_api.get("/desk/state")
@api("desk")
@operation(DESK, refusals=(NOT_AN_AGENT,))
def desk_state(query: DeskQuery) -> DeskState:
    """The desk now; with `after` and `wait`, as soon as it changes."""
    agent_id = this_agent()
    if query.after is None:
        return state_of(agent_id)
    return DeskState.model_validate(routing.wait_for_change(current_rt(), agent_id, query.after, query.wait))


@desk_api.post("/desk/activity")
@api("desk")
@operation(
    DESK,
    again="nature",
    refusals=(
        NOT_AN_AGENT,
        Refusal("activity-unknown", 422, "No agent can be doing this; the sentence lists them."),
        Refusal("activity-full", 409, "As many as may do this do it; details say your place in line."),
        Refusal("agent-left", 409, "This agent does not work here any more."),
        Refusal("softphone-missing", 409, "No call could reach you: choose a line first."),
    ),
)
def declare_activity(json: ActivityWish) -> DeskState:
    """Ready, on break, away. A call under way goes on; a pending offer is handed back.

    Beyond the limit of your region you stand in line (`wish` of the state) until a place falls free or, where
    the region allows it, a supervisor grants it.
    """
    agent_id = this_agent()
    routing.set_activity(current_rt(), agent_id, json.activity)
    return state_of(agent_id)


@desk_api.post("/desk/offers/<reservation_id>/accept")
@api("desk")
@operation(DESK, again="nature", refusals=_OFFER)
def accept_offer(reservation_id: str) -> DeskState:
    """Take the call that is offered."""
    agent_id = this_agent()
    routing.accept(current_rt(), agent_id, reservation_id)
    return state_of(agent_id)


@desk_api.post("/desk/offers/<reservation_id>/reject")
@api("desk")
@operation(DESK, again="nature", refusals=_OFFER)
def reject_offer(reservation_id: str) -> DeskState:
    """Decline it: the caller keeps their place and is offered to somebody else."""
    agent_id = this_agent()
    routing.reject(current_rt(), agent_id, reservation_id)
    return state_of(agent_id)


@desk_api.post("/desk/hang-up")
@api("desk")
@operation(DESK, again="nature", refusals=(NOT_AN_AGENT, NO_CALL))
def hang_up() -> DeskState:
    """End the call; the wrap-up begins."""
    agent_id = this_agent()
    routing.hang_up(current_rt(), agent_id)
    return state_of(agent_id)


@desk_api.get("/desk/targets")
@api("desk")
@operation(DESK, refusals=(NOT_AN_AGENT,))
def list_desk_targets() -> DeskTargetList:
    """Whom the call on this desk may be handed on to now."""
    agent_id = this_agent()
    with current_rt().db.read() as tx:
        found = desk_targets(tx, agent_id)
    return DeskTargetList(items=[DeskTarget.model_validate(one) for one in found])


@desk_api.post("/desk/hold")
@api("desk")
@operation(DESK, again="nature", refusals=(NOT_AN_AGENT, NO_CALL, CANNOT))
def hold_contact(json: Wish) -> DeskState:
    """Put the contact on hold, or take them back; with somebody asked in, three talk then."""
    agent_id = this_agent()
    routing.hold(current_rt(), agent_id, held=json.on)
    return state_of(agent_id)


@desk_api.post("/desk/mute")
@api("desk")
@operation(DESK, again="nature", refusals=(NOT_AN_AGENT, NO_CALL, CANNOT))
def mute_agent(json: Wish) -> DeskState:
    """Not be heard, or be heard again."""
    agent_id = this_agent()
    routing.mute(current_rt(), agent_id, muted=json.on)
    return state_of(agent_id)


@desk_api.post("/desk/consult")
@api("desk")
@operation(DESK, refusals=(NOT_AN_AGENT, NO_CALL, CANNOT, *_TARGET, UNDER_WAY, IS_QUEUE))
def consult_target(json: TargetWish) -> DeskState:
    """Ask somebody of the directory in; the contact waits on hold meanwhile."""
    agent_id = this_agent()
    routing.consult(current_rt(), agent_id, json.target)
    return state_of(agent_id)


@desk_api.post("/desk/consult/end")
@api("desk")
@operation(DESK, refusals=(NOT_AN_AGENT, NO_CALL, NO_CONSULT))
def end_consultation() -> DeskState:
    """Whoever was asked in leaves, and the contact is taken back."""
    agent_id = this_agent()
    routing.end_consult(current_rt(), agent_id)
    return state_of(agent_id)


@desk_api.post("/desk/transfer")
@api("desk")
@operation(DESK, refusals=(NOT_AN_AGENT, NO_CALL, *_TARGET, UNDER_WAY, NO_CONSULT))
def transfer_call(json: TransferWish) -> DeskState:
    """Leave the contact with whoever was asked in, or hand the call on to a target without a word."""
    agent_id = this_agent()
    routing.transfer(current_rt(), agent_id, json.target)
    return state_of(agent_id)


@desk_api.post("/desk/disposition")
@api("desk")
@operation(
    DESK,
    again="nature",
    refusals=(
        NOT_AN_AGENT,
        Refusal("disposition-invalid", 422, "It is none that an agent may give; details list them."),
        Refusal("not-in-wrap-up", 409, "Hang up first: the disposition is given in wrap-up."),
    ),
)
def give_disposition(json: DispositionWish) -> DeskState:
    """Say how the call ended; the wrap-up ends and the agent is idle.

    It may be taken back for half a minute, or until the next call is taken; `opted-out` may not.
    """
    agent_id = this_agent()
    routing.dispose(current_rt(), agent_id, json.disposition)
    return state_of(agent_id)
