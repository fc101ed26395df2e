"""What a desk asks and tells: the bodies of ``desk_api.py``."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from callsvc.web.models import Asked, Name, Told


class DeskQuery(Asked):
    after: int | None = Field(None, ge=0, le=2**31 - 1, description="A version: answer once it differs.")
    wait: float = Field(0, ge=0, le=25, description="Real seconds to wait for that.")


class OnDesk(Told):
    """What an offer, a call and a wrap-up have in common."""

    reservation_id: str
    entry_id: str
    call_id: str | None = Field(description="None while nobody was called: of work that is no call.")
    kind: Literal["call", "sms", "task", "callback"]
    region: str = Field(description="Home region of the caller.")
    region_name: str
    platform: str
    platform_name: str
    skill: str = Field(examples=["tracing"])
    language: str
    aid: bool = Field(description="The caller is of another region than the agent.")


class Offer(OnDesk):
    waited_s: float
    deadline: datetime
    rings: bool = Field(description="Your own telephone rings: a key on it takes the call.")


class DeskCall(OnDesk):
    callback_at: datetime | None = Field(description="You promised a call for then.")
    connected: bool
    since: datetime | None
    held: bool = Field(description="The contact is on hold.")
    muted: bool = Field(description="The agent is not heard.")
    consult: Literal["none", "ringing", "there"] = Field(description="Whether somebody was asked in.")
    supervised: Literal["", "listen", "whisper", "speak"] = Field(
        description="How a supervisor is in the call; empty: nobody is, or agents are not told."
    )


class WrapUp(OnDesk):
    callback_at: datetime | None
    talk_s: float
    deadline: datetime
    extendable: bool = Field(description="It may be made longer, once.")


class DeskWork(OnDesk):
    stage: Literal["look", "write"] = Field(description="Look at whom to call, or write to somebody.")
    deadline: datetime = Field(description="Then it goes to somebody else, or is closed.")


class Undoable(Told):
    """How the last call ended: final then, or when the next call is taken."""

    disposition: str
    until: datetime


class ActivityWished(Told):
    """In line for an activity of which there are enough already."""

    activity: str
    asked_at: datetime
    place: int = Field(description="1 is let go next.")


class DeskState(Told):
    """Everything on the desk at one version. At most one of offer, call, wrap_up and work is set."""

    agent_id: str
    client_name: str
    platform: str
    region: str
    activity: str
    state: str
    state_since: datetime
    now: datetime
    version: int
    offer: Offer | None
    call: DeskCall | None
    wrap_up: WrapUp | None
    work: DeskWork | None
    undo: Undoable | None
    wish: ActivityWished | None
    over_at: datetime | None = Field(description="When this activity has lasted as long as it may.")
    line: str = Field(description="What rings: simulated, sdk, ring-my-phone; empty: nothing can.")


class ActivityWish(Asked):
    activity: str = Field(max_length=40, description="Ready, or why not.", examples=["available", "break"])


class Wish(Asked):
    on: bool = Field(strict=True, description="True: from now on; false: no more.")


class TargetWish(Asked):
    target: Name = Field(min_length=1, description="A name of the directory.", examples=["samu-67"])


class TransferWish(Asked):
    target: Name = Field("", description="Whom to hand the call on to; empty: whoever was asked in.")


class DeskTarget(Told):
    name: str
    title: str
    kind: Literal["number", "queue"]


class DeskTargetList(Told):
    items: list[DeskTarget]


class DispositionWish(Asked):
    disposition: str = Field(max_length=40, description="How the call ended.", examples=["reached"])
