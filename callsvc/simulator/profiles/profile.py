"""The carriers that can be played, as data (`--profile`).

Where their pages are silent the vendor's own behaviour stands. Sources, as of 2026: signalwire, the pages of
its Compatibility API (base path, project as a UUID, signature header); telnyx, its TeXML reference (path
without a suffix, bearer token, ApplicationSid, Ed25519 over `timestamp|body`) and its list of verbs; somleng,
its public sources (no conferences, queues or participants; UUIDs; X-Twilio-Signature).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One carrier. `missing_resources` and `missing_verbs` (verbs and nouns of TwiML) are not known to it."""

    name: str
    base: str = "/2010-04-01"
    suffix: str = ".json"
    sid_shape: str = "prefixed"  # AC, CA, SM ... and 32 hexadecimal digits; or uuid
    auth: str = "basic"  # or bearer
    signature: str = "hmac-sha1"  # or ed25519
    signature_header: str = "X-Twilio-Signature"
    missing_resources: frozenset[str] = frozenset()
    missing_verbs: frozenset[str] = frozenset()
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # path -> fields of a creation
    detects_machines: bool = True

    def has(self, path: str) -> bool:
        """Whether a path below the account leads to a resource of this carrier."""
        return not any(part.split(".")[0] in self.missing_resources for part in path.split("/"))

    def address(self, path: str, account: str = "{account}") -> str:
        """Where this carrier has a path below the account, given in the vendor's own form.

        Without an account it is a route, with a place for one.
        """
        ending = self.suffix if path.endswith(".json") else ""
        return f"{self.base}/Accounts/{account}{path.removesuffix('.json')}{ending}"


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(name="twilio"),
        Profile(
            name="signalwire",
            base="/api/laml/2010-04-01",
            sid_shape="uuid",
            signature_header="X-SignalWire-Signature",
        ),
        Profile(
            name="telnyx",
            base="/v2/texml",
            suffix="",
            sid_shape="uuid",
            auth="bearer",
            signature="ed25519",
            missing_verbs=frozenset({"Client"}),
            required={"/Calls": ("ApplicationSid",)},
        ),
        Profile(
            name="somleng",
            sid_shape="uuid",
            missing_resources=frozenset({"Conferences", "Participants", "Queues", "Applications"}),
            missing_verbs=frozenset({"Conference", "Client", "Enqueue", "Queue", "Leave"}),
            detects_machines=False,
        ),
    )
}
