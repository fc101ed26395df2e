"""A desk's line for programs: somebody is there, what rings, the voice SDK's token, one's own telephone."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from callsvc.accounts.guard import api
from callsvc.calls.codes import place_code_leg
from callsvc.core.errors import Invalid
from callsvc.routing.desks.desk_api import DESK, NOT_AN_AGENT, this_agent
from callsvc.runtime import Runtime
from callsvc.softphone import service as softphone
from callsvc.softphone.verifying import confirm_telephone, forget_telephone, propose_telephone
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, Told

lines_api = api_blueprint("lines_api")

NOT_ALLOWED = Refusal("softphone-not-allowed", 422, "None of the lines allowed here; details list them.")
BUSY = Refusal("agent-busy", 409, "In the middle of a call: after it.")


class DeskSeen(Told):
    now: datetime = Field(description="Lived.")


class VoiceToken(Told):
    """For the carrier's voice SDK; it answers calls to this softphone and places none."""

    token: str
    identity: str = Field(examples=["agent-01"])
    expires_s: int = Field(description="Real seconds.")


class DeskLine(Told):
    driver: str = Field(description="What rings now; empty: nothing can.", examples=["simulated"])
    allowed: list[str]
    telephone: str = Field(description="Your own, masked; empty: none is confirmed.")
    candidate: str = Field(description="One that waits for its code, masked.")


class LineWish(Asked):
    driver: Literal["simulated", "sdk", "ring-my-phone"]


class TelephoneWish(Asked):
    number: str = Field(min_length=4, max_length=40, description="As people write it.")


class TelephoneCode(Asked):
    code: str = Field(min_length=4, max_length=20, description="What was spoken when it rang.")


@lines_api.post("/desk/seen")
@api("desk")
@operation(DESK, again="nature", refusals=(NOT_AN_AGENT,))
def say_desk_is_there() -> DeskSeen:
    """Somebody is at this desk. Any request of a desk says so; after thirty real seconds without one its
    agent is set away, unless they speak with somebody.
    """
    this_agent()
    return DeskSeen(now=current_rt().clock.now())


@lines_api.post("/desk/token")
@api("desk")
@operation(
    DESK,
    again="nature",
    refusals=(
        NOT_AN_AGENT,
        Refusal("softphone-not-configured", 409, "The voice SDK is not set up here."),
    ),
)
def give_voice_token() -> VoiceToken:
    """A token for the voice SDK in this agent's browser."""
    agent_id = this_agent()
    with current_rt().db.read() as tx:
        token, name = softphone.token_for(tx, agent_id)
    return VoiceToken(token=token, identity=name, expires_s=softphone.TOKEN_S)


@lines_api.get("/desk/line")
@api("desk")
@operation(DESK, refusals=(NOT_AN_AGENT,))
def show_line() -> DeskLine:
    """What rings at this desk, and what could."""
    return _line(current_rt(), this_agent())


def _line(rt: Runtime, agent_id: str) -> DeskLine:
    with rt.db.read() as tx:
        found = softphone.line_of(tx, agent_id)
    return DeskLine(
        driver=found.driver,
        allowed=list(found.allowed),
        telephone=found.telephone,
        candidate=found.candidate,
    )


@lines_api.post("/desk/line")
@api("desk")
@operation(
    DESK,
    again="nature",
    refusals=(
        NOT_AN_AGENT,
        NOT_ALLOWED,
        BUSY,
        Refusal("telephone-unconfirmed", 409, "Give your number and confirm it by its code first."),
    ),
)
def choose_line(json: LineWish) -> DeskLine:
    """Speak through another line from the next call on."""
    agent_id = this_agent()
    with current_rt().db.begin() as tx:
        softphone.choose_driver(tx, agent_id, json.driver)
    return _line(current_rt(), agent_id)


@lines_api.post("/desk/telephone")
@api("desk")
@operation(
    DESK,
    refusals=(
        NOT_AN_AGENT,
        NOT_ALLOWED,
        Refusal("number-invalid", 422, "This is not one number that may be called."),
        Refusal("telephone-refused", 409, "Whoever has it asked never to be called."),
        Refusal("code-too-soon", 409, "You were called a moment ago, or too often today."),
    ),
)
def propose_own_telephone(json: TelephoneWish) -> DeskLine:
    """Have your own telephone called: whoever picks up hears a code."""
    agent_id = this_agent()
    ask_for_code(current_rt(), agent_id, json.number)
    return _line(current_rt(), agent_id)


def ask_for_code(rt: Runtime, agent_id: str, number: str) -> None:
    """Note the number and have it called."""
    with rt.db.begin() as tx:
        propose_telephone(tx, agent_id, number)
        place_code_leg(tx, agent_id)


@lines_api.post("/desk/telephone/confirm")
@api("desk")
@operation(
    DESK,
    refusals=(
        NOT_AN_AGENT,
        Refusal("code-over", 409, "This code holds no longer: have yourself called again."),
        Refusal("code-wrong", 422, "It is another code."),
    ),
)
def confirm_own_telephone(json: TelephoneCode) -> DeskLine:
    """The code that was spoken: the telephone is yours, and may be your line."""
    agent_id = this_agent()
    check_code(current_rt(), agent_id, json.code)
    return _line(current_rt(), agent_id)


def check_code(rt: Runtime, agent_id: str, typed: str) -> None:
    """The number is the agent's if this is its code; ``code-wrong`` if it is not, which is counted."""
    with rt.db.begin() as tx:
        right = confirm_telephone(tx, agent_id, typed)
    if not right:
        raise Invalid("code-wrong", "This is not the code that was spoken: listen again, or be called again.")


@lines_api.delete("/desk/telephone")
@api("desk")
@operation(DESK, again="nature", refusals=(NOT_AN_AGENT,))
def forget_own_telephone() -> DeskLine:
    """Your number is deleted, and is your line no more."""
    agent_id = this_agent()
    with current_rt().db.begin() as tx:
        forget_telephone(tx, agent_id)
    return _line(current_rt(), agent_id)
