"""How compatible carriers differ, as data; the setting CALLSVC_CARRIER_PROFILE names the one in use.

Everything that depends on the carrier's make is here and nowhere else: where its REST interface is and how it
is entered, what its SIDs look like, how it signs, which machine detection it has, how a call can be handed to
an agent. Sources, as of 2026: the carriers' own pages on their compatible interface, and for somleng its
public sources. Where they are silent, the vendor's own behaviour is assumed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from callsvc.core.errors import Invalid
from callsvc.core.settings import Settings

HandOver = Literal["conference", "dial", "none"]

_PREFIXED = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ANY_DETECTION = {
    "Enable": {"machine_detection": "Enable"},
    "DetectMessageEnd": {"machine_detection": "DetectMessageEnd"},
}
SDK_BASE = "/2010-04-01"  # what the vendor's SDK writes, and ours replaces


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One make of carrier.

    ``base_path`` stands before ``/Accounts``; a path ends in ``suffix``. ``detection`` maps what a campaign
    asks for to the parameters of the call. ``hand_over`` is the best the carrier can do for a call that needs
    a person: put both in a conference, dial the agent from the call, or nothing. ``clients``: it rings
    softphones (``client:`` addresses). ``queues``: it has waiting queues of its own (the service keeps its
    own whatever the carrier has). ``speech``: it understands words in a question. ``application``: a call
    names an application of the account. ``tolerance_s``: real seconds a timestamp in a signature may be off.
    """

    name: str
    base_path: str = SDK_BASE
    suffix: str = ".json"
    auth: Literal["basic", "bearer"] = "basic"
    sid: re.Pattern[str] = _PREFIXED
    signature: Literal["hmac-sha1", "ed25519"] = "hmac-sha1"
    signature_headers: tuple[str, ...] = ("X-Twilio-Signature",)
    tolerance_s: float = 300.0
    detection: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _ANY_DETECTION)
    hand_over: HandOver = "conference"
    clients: bool = True
    queues: bool = True
    speech: bool = True
    application: bool = False

    def path(self, sdk_path: str) -> str:
        """Where the SDK's path is on this carrier; a path of the carrier's own (a next page) stays.

        >>> PROFILES["telnyx"].path("/2010-04-01/Accounts/x/Calls.json")
        '/v2/texml/Accounts/x/Calls'
        """
        if self.base_path == SDK_BASE or not sdk_path.startswith(SDK_BASE):
            return sdk_path
        return self.base_path + sdk_path.removeprefix(SDK_BASE).removesuffix(".json") + self.suffix

    def accepts_sid(self, sid: str) -> bool:
        """True if this carrier writes such identifiers; another shape means another make.

        >>> PROFILES["twilio"].accepts_sid("CA" + "0" * 32), PROFILES["somleng"].accepts_sid("CA" + "0" * 32)
        (True, False)
        """
        return self.sid.fullmatch(sid) is not None


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(name="twilio"),
        Profile(
            name="signalwire",
            base_path="/api/laml/2010-04-01",
            sid=_UUID,
            signature_headers=("X-SignalWire-Signature", "X-Twilio-Signature"),
        ),
        Profile(
            name="telnyx",
            base_path="/v2/texml",
            suffix="",
            auth="bearer",
            sid=_UUID,
            signature="ed25519",
            signature_headers=("telnyx-signature-ed25519", "telnyx-timestamp"),
            clients=False,
            application=True,
        ),
        Profile(
            name="somleng",
            sid=_UUID,
            detection={},
            hand_over="dial",
            clients=False,
            queues=False,
            speech=False,
        ),
    )
}


def profile_of(settings: Settings) -> Profile:
    """The profile in force; ``carrier-profile-unknown`` names the ones there are."""
    profile = PROFILES.get(settings.callsvc_carrier_profile)
    if profile is None:
        raise Invalid(
            "carrier-profile-unknown",
            f"CALLSVC_CARRIER_PROFILE is {settings.callsvc_carrier_profile!r}: set one of "
            f"{', '.join(PROFILES)}.",
        )
    return profile


def require_capable(settings: Settings) -> Profile:
    """The profile in force, if the service can do on it what it is set to do; said at the start.

    ``carrier-no-conference``  agents are to be connected, and this carrier cannot do it as the service does
    ``carrier-no-softphone``   the same, as it rings no softphones
    ``carrier-key-missing``    its signatures cannot be checked, or its calls name no application
    """
    profile = profile_of(settings)
    if settings.callsvc_hand_over != "none":
        if profile.hand_over not in ("conference", settings.callsvc_hand_over):
            raise Invalid(
                "carrier-no-conference",
                f"The carrier profile {profile.name} has no conferences, by which agents get their calls. "
                "Set CALLSVC_HAND_OVER=dial to have calls dial agents, or none for campaigns without agents.",
            )
        if not profile.clients and "ring-my-phone" not in settings.callsvc_softphones.split(","):
            raise Invalid(
                "carrier-no-softphone",
                f"The carrier profile {profile.name} rings no softphones: name ring-my-phone in "
                "CALLSVC_SOFTPHONES, or set CALLSVC_HAND_OVER=none to run campaigns that need no agent.",
            )
    if profile.signature == "ed25519" and not settings.callsvc_carrier_public_key:
        raise Invalid(
            "carrier-key-missing",
            f"The carrier profile {profile.name} signs with Ed25519: set CALLSVC_CARRIER_PUBLIC_KEY to the "
            "public key its portal shows.",
        )
    if profile.application and not settings.callsvc_carrier_application:
        raise Invalid(
            "carrier-key-missing",
            f"Calls of the carrier profile {profile.name} name an application: set "
            "CALLSVC_CARRIER_APPLICATION to its id.",
        )
    return profile
