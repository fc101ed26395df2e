"""Settings about agents, their desks and who waits for them; part of ``Settings``."""

from pydantic import Field
from pydantic_settings import BaseSettings


class DeskSettings(BaseSettings):
    """What holds for every queue and desk of the installation."""

    callsvc_offer_s: float = Field(
        20.0, gt=0, description="Lived seconds an agent has to take an offered call."
    )
    callsvc_wrap_up_s: float = Field(
        60.0, gt=0, description="Lived seconds of wrap-up before an agent is ready again."
    )
    callsvc_undo_s: float = Field(
        30.0,
        ge=0,
        description="Lived seconds in which an agent may take back how a call ended; nothing follows from it "
        "before; 0: at once.",
    )
    callsvc_callbacks_by: str = Field(
        "service",
        pattern=r"^(service|agents)$",
        description="Who makes the calls people were promised: service dials them and a flow speaks first; "
        "agents: an agent is rung, then the person. What an agent promised, and a callback in place of "
        "waiting, is always an agent's.",
    )
    callsvc_personal_s: float = Field(
        120.0,
        ge=0,
        description="Lived seconds a callback waits for the agent who promised it before anybody makes it.",
    )
    callsvc_personal_hours: float = Field(
        24.0,
        ge=0,
        description="Who spoke with an agent within so many lived hours and calls again is offered to that "
        "agent first, if they are free; 0: never.",
    )
    callsvc_tell_place: bool = Field(
        True, description="Whether callers who wait are told their place and about how long, now and then."
    )
    callsvc_overflow_told_s: float = Field(
        120.0, ge=0, description="Expected wait (lived seconds) from which callers hear their region's words."
    )
    callsvc_missed_offers: int = Field(
        3, ge=1, le=20, description="Offers in a row an agent may miss before they are set on break."
    )
    callsvc_softphones: str = Field(
        "simulated,sdk,ring-my-phone",
        pattern=r"^(simulated|sdk|ring-my-phone)(,(simulated|sdk|ring-my-phone))*$",
        description="Lines agents may choose from, the usual one first: simulated (with the simulator only), "
        "sdk (with TWILIO_API_KEY_SID and CALLSVC_VOICE_SDK_FILE), ring-my-phone.",
    )
    callsvc_voice_sdk_file: str = Field(
        "",
        description="The carrier's voice SDK for browsers, a JavaScript file you have put on this machine; "
        "empty: no desk speaks through its browser.",
    )
    callsvc_caller_id: str = Field(
        "+33199000100", description="The number that agents' own legs show as the caller."
    )
